//! The rules, on an in-memory store.

mod access;
mod changes;
mod house;
mod lists;
mod once;
mod operator;
mod versions;
