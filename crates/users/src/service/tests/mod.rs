//! The rules, on an in-memory store.

mod access;
mod changes;
pub(crate) mod house;
mod lists;
mod mail;
mod once;
mod operator;
mod sign_in;
mod sign_in_races;
mod tokens;
mod usage;
mod versions;
