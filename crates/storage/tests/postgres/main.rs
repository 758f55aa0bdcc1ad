//! The store on PostgreSQL, from outside, on servers of this machine.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

mod house;
mod language;
#[path = "../lists/mod.rs"]
mod lists;
mod once;
mod outages;
#[path = "../outbox/mod.rs"]
mod outbox;
mod past;
mod processes;
mod replicas;
mod restarts;
mod schema;
mod standbys;
mod tls;

use house::{House, TempStore};

fn fresh() -> TempStore {
    House::new().into_store()
}

users::store_contract!(fresh);
