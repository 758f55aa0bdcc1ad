//! What the stories stand on: a house for the real binary, two typed clients, and the town in which users live.

pub mod answer;
pub mod cli;
pub mod document;
pub mod doors;
pub mod house;
pub mod http;
pub mod poll;
mod race;
pub mod snapshot;
mod store;
pub mod town;
mod watch;

pub use answer::{Answer, shaped};
pub use doors::{Maisa, Mm};
pub use house::{House, Server};
pub use http::{Http, Request};
pub use poll::{eventually, soon, timed};
pub use race::at_once;
pub use store::{is_postgres, only_on_sqlite};
pub use town::{NOBODY, Person, Town, Workspace, fresh, id, town};
pub use watch::Watch;
