//! What is announced of an operation, and whether it is there at this moment. Pure: the time is handed in.

mod announcement;
mod link;
mod outage;

pub use announcement::Announcement;
pub use link::{Link, Way};
pub use outage::Outage;
