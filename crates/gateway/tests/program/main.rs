//! The program `diglot`, run as people and machines run it.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

mod cli;
mod copy;
mod descriptors;
mod harness;
mod import;
mod logs;
mod once;
mod postgres;
mod refusals;
mod serve;
mod show;
