//! Who answers operations.

mod lane;
mod local;

pub use lane::{Lane, LaneLoad};
pub use local::{LocalDirectory, Width};
