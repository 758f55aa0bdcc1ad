//! The store on SQLite, from outside.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

mod damage;
mod files;
mod folder;
mod grouping;
#[path = "../lists/mod.rs"]
mod lists;
#[path = "../outbox/mod.rs"]
mod outbox;
mod past;
mod processes;
mod schema;

use folder::TempStore;

fn fresh() -> TempStore {
    TempStore::new()
}

users::store_contract!(fresh);
