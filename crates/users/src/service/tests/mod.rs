//! The rules, on an in-memory store.

mod access;
mod changes;
pub(crate) mod house;
mod lists;
mod mail;
mod once;
mod operator;
mod usage;
mod versions;
