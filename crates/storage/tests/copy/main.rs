//! Copying a store into another, from outside.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

mod attempts;
mod fixture;
mod interrupted;
mod locked;
mod refused;
mod whole;
