//! What keys call: how often on each day, and with what. Never what was sent: only names that the program knows, and what
//! clients call themselves.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::key::KeyId;
use crate::time::Timestamp;

/// How many bytes of what a client calls itself are kept.
pub const AGENT_BYTES: usize = 128;

/// How many clients of one key are told apart on one day. The others count together.
pub const AGENTS: usize = 20;

const MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// A day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day of this moment.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.micros().div_euclid(MICROS))
    }

    /// The day on which so long a time before this moment began.
    #[must_use]
    pub fn of_earlier(time: Timestamp, span: TimeDelta) -> Self {
        Self::of(time.before(span))
    }

    /// So many days after the first of the Unix epoch.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// How many days after the first of the Unix epoch.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Day {
    /// As RFC 3339 writes a date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_mul(MICROS / 1_000_000).and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0)) {
            Some(time) => write!(f, "{}", time.format("%Y-%m-%d")),
            None => write!(f, "day {}", self.0),
        }
    }
}

/// What a call was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DetailKind {
    /// What the client calls itself.
    Agent,
    /// A member of what was sent.
    Field,
    /// A parameter.
    Parameter,
}

impl DetailKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Field, Self::Parameter];

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DetailKind::Agent => "agent",
            DetailKind::Field => "field",
            DetailKind::Parameter => "parameter",
        }
    }
}

/// One thing that a call was made with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// Its name; `None` for all that have none of their own.
    pub name: Option<String>,
}

/// Some calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many there were.
    pub calls: u64,
    /// How many of them were refused, or failed.
    pub errors: u64,
    /// When the last one came.
    pub last_seen: Timestamp,
    /// What they were made with, and how many of them.
    pub details: BTreeMap<Detail, u64>,
}

impl Tally {
    /// No call, so far.
    #[must_use]
    pub fn empty(last_seen: Timestamp) -> Self {
        Self { calls: 0, errors: 0, last_seen, details: BTreeMap::new() }
    }

    /// Counts these too.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.errors = self.errors.saturating_add(other.errors);
        self.last_seen = self.last_seen.max(other.last_seen);
        other.details.into_iter().for_each(|(detail, calls)| self.add_detail(detail, calls));
    }

    /// Has no more than that many names of a kind; calls with any other are counted as those without a name of their own.
    pub fn bound(&mut self, kind: DetailKind, most: usize) {
        let named = |detail: &&Detail| detail.kind == kind && detail.name.is_some();
        let surplus: Vec<Detail> = self.details.keys().filter(named).skip(most).cloned().collect();
        for detail in surplus {
            let calls = self.details.remove(&detail).unwrap_or_default();
            self.add_detail(Detail { kind, name: None }, calls);
        }
    }

    /// Counts what so many calls were made with.
    pub fn add_detail(&mut self, detail: Detail, calls: u64) {
        let count = self.details.entry(detail).or_default();
        *count = count.saturating_add(calls);
    }
}

/// What a key called on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The key.
    pub key: KeyId,
    /// The day.
    pub day: Day,
    /// The operation's full name, that of its door first: `door.operation`.
    pub operation: String,
    /// How often, and with what.
    pub tally: Tally,
}

/// What a key called on several days together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The key.
    pub key: KeyId,
    /// The operation's full name.
    pub operation: String,
    /// How often, and with what.
    pub tally: Tally,
}

/// The door by which an operation is called.
#[must_use]
pub fn door(operation: &str) -> &str {
    operation.split('.').next().unwrap_or(operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let day = |micros| Day::of(Timestamp::from_micros(micros).expect("a time"));
        assert_eq!((day(0), day(MICROS - 1), day(MICROS), day(-1)), (Day(0), Day(0), Day(1), Day(-1)));
        let noon = Timestamp::from_micros(1_767_268_800_000_000).expect("a time");
        assert_eq!(Day::of(noon).to_string(), "2026-01-01");
        assert_eq!(Day::of_earlier(noon, TimeDelta::days(1)).to_string(), "2025-12-31");
        assert_eq!(Day(i64::MAX).to_string(), format!("day {}", i64::MAX));
    }

    #[test]
    fn the_door_is_the_first_part() {
        assert_eq!((door("a.b"), door("a"), door("a.b.c"), door("")), ("a", "a", "a", ""));
    }
}
