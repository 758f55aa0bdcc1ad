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

use gateway::environment::SystemClock;
use users::Timestamp;
use users::ports::Clock;

/// That long ago, as settings write it.
fn hours_ago(hours: u64) -> String {
    let then = SystemClock.now().micros() - i64::try_from(hours).unwrap() * 3_600_000_000;
    Timestamp::from_micros(then).unwrap().utc().to_rfc3339()
}
