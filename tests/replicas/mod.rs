//! Reads that hot standbys answer: what a client may see of them, which is little, and what it never does.
//!
//! These stories have servers of their own, whichever store the others run on.

mod hunt;
mod outages;
mod reads;
mod scene;
