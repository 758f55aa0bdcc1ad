//! Waiting for what happens by itself, always with an end.

use std::time::{Duration, Instant};

use super::is_postgres;

/// Asks again and again until there is a value.
#[track_caller]
pub fn eventually<T>(within: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(value) = ask() {
            return value;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What another process changed holds: on SQLite at once, on PostgreSQL within a second (§3).
#[track_caller]
pub fn soon(what: &str, holds: impl Fn() -> bool) {
    if is_postgres() {
        eventually(Duration::from_secs(1), what, || holds().then_some(()));
    } else {
        assert!(holds(), "{what}, at once");
    }
}

/// How long something took, and what came out.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let value = work();
    (start.elapsed(), value)
}
