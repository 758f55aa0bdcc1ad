//! How operations are deployed: which is served where and how, and what an operator sees of it before and after; and what becomes of
//! a field or a request on the way from one dialect to the other.

mod calendar;
mod check;
mod limits;
mod map;
mod moving;
mod nginx;
mod only;
mod plan;
mod reload;
mod routes;
mod states;
mod translate;
mod usage;
mod well_known;

use std::time::{SystemTime, UNIX_EPOCH};

use users::Timestamp;

/// That long ago, as settings write it.
fn hours_ago(hours: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let then = Timestamp::from_micros(i64::try_from(now - hours * 3_600).unwrap() * 1_000_000).unwrap();
    then.utc().to_rfc3339()
}
