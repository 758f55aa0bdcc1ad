//! What keys call. Counts stand in one table, what the calls were made with in another.

use std::collections::BTreeMap;

use diesel::prelude::Insertable;
use users::error::Result;
use users::key::KeyId;
use users::usage::{Day, Detail, DetailKind, Tally, Usage, Used};

use super::{damaged, time};
use crate::schema::{usage as table, usage_details as details_table};

/// Some days together: a key, an operation, calls, errors, and when the last call came.
pub(crate) type CallsRow = (String, String, i64, i64, i64);
/// What they were made with: a key, an operation, kind, name, calls.
pub(crate) type DetailRow = (String, String, String, String, i64);
/// One day: a key, the day, an operation, calls, errors, and when the last call came.
pub(crate) type DayRow = (String, i64, String, i64, i64, i64);
/// What they were made with: a key, the day, an operation, kind, name, calls.
pub(crate) type DayDetailRow = (String, i64, String, String, String, i64);

/// The counts of a row.
fn tally(calls: i64, errors: i64, last_seen: i64) -> Result<Tally> {
    let calls = u64::try_from(calls).map_err(|_| damaged("number of calls"))?;
    let errors = u64::try_from(errors).map_err(|_| damaged("number of errors"))?;
    Ok(Tally { calls, errors, last_seen: time(last_seen, "time of a call")?, details: BTreeMap::new() })
}

/// Adds a detail to the calls that it belongs to.
fn add(tally: Option<&mut Tally>, kind: &str, name: String, calls: i64) -> Result<()> {
    let kind = DetailKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let (Some(tally), Some(kind), Ok(calls)) = (tally, kind, u64::try_from(calls)) else {
        return Err(damaged("detail of some calls"));
    };
    tally.add_detail(Detail { kind, name: Some(name).filter(|name| !name.is_empty()) }, calls);
    Ok(())
}

/// The records, in the order of the rows.
pub(crate) fn totals(calls: Vec<CallsRow>, details: Vec<DetailRow>) -> Result<Vec<Used>> {
    let mut tallies = BTreeMap::new();
    for (key, operation, calls, errors, last_seen) in calls {
        tallies.insert((key, operation), tally(calls, errors, last_seen)?);
    }
    for (key, operation, kind, name, calls) in details {
        add(tallies.get_mut(&(key, operation)), &kind, name, calls)?;
    }
    let used = |((key, operation), tally)| Used { key: KeyId::from_stored(key), operation, tally };
    Ok(tallies.into_iter().map(used).collect())
}

/// The same of single days.
pub(crate) fn days(calls: Vec<DayRow>, details: Vec<DayDetailRow>) -> Result<Vec<Usage>> {
    let mut tallies = BTreeMap::new();
    for (key, day, operation, calls, errors, last_seen) in calls {
        tallies.insert((key, day, operation), tally(calls, errors, last_seen)?);
    }
    for (key, day, operation, kind, name, calls) in details {
        add(tallies.get_mut(&(key, day, operation)), &kind, name, calls)?;
    }
    let usage = |((key, day, operation), tally)| {
        let (key, day) = (KeyId::from_stored(key), Day::from_number(day));
        Usage { key, day, operation, tally }
    };
    Ok(tallies.into_iter().map(usage).collect())
}

/// Counts as written.
#[derive(Insertable)]
#[diesel(table_name = table)]
pub(crate) struct NewUsageRow<'a> {
    key_id: &'a str,
    day: i64,
    operation: &'a str,
    calls: i64,
    errors: i64,
    last_seen: i64,
}

impl<'a> From<&'a Usage> for NewUsageRow<'a> {
    fn from(Usage { key, day, operation, tally }: &'a Usage) -> Self {
        Self {
            key_id: key.as_str(),
            day: day.number(),
            operation,
            calls: count(tally.calls),
            errors: count(tally.errors),
            last_seen: tally.last_seen.micros(),
        }
    }
}

/// What they were made with, as written.
#[derive(Insertable)]
#[diesel(table_name = details_table)]
pub(crate) struct NewDetailRow<'a> {
    key_id: &'a str,
    day: i64,
    operation: &'a str,
    kind: &'a str,
    name: &'a str,
    calls: i64,
}

impl<'a> NewDetailRow<'a> {
    /// The details of these calls.
    pub fn of(Usage { key, day, operation, tally }: &'a Usage) -> impl Iterator<Item = Self> {
        tally.details.iter().map(|(Detail { kind, name }, calls)| Self {
            key_id: key.as_str(),
            day: day.number(),
            operation,
            kind: kind.as_str(),
            name: name.as_deref().unwrap_or(""),
            calls: count(*calls),
        })
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
