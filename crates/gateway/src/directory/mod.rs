//! Who answers operations.

mod lane;
mod local;

pub use lane::{Answers, Lane, LaneLoad};
pub use local::{LocalDirectory, Width};
