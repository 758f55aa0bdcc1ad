//! The rules, on an in-memory store.

mod access;
mod changes;
pub(crate) mod house;
mod lists;
mod once;
mod operator;
mod tokens;
mod usage;
mod versions;
