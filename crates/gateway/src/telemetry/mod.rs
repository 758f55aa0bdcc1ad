//! What operators see of the process: log lines and metrics.

pub mod answering;
mod lines;
pub mod logs;
pub mod metrics;
pub mod requests;
pub mod seldom;
pub mod sink;
