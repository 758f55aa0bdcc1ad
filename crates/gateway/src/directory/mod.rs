//! Who answers operations.

mod even_time;
mod lane;
mod lines;
mod local;
mod outbox;
mod own_writes;
mod replicated;

pub use lane::{Answers, Lane, LaneLoad};
pub use local::{LocalDirectory, Width};
pub use replicated::{Member, ReplicatedDirectory};
