//! Copying a store into another, of whichever backend.
//!
//! The source is locked against writes from the first look at it to the last. It is added up, then copied in batches, then the
//! target is added up and compared. A note in the target, changed together with every batch, says that the copy is unfinished
//! and how far it is; it names the source by what it holds, so that a source that has changed is noticed before anything
//! more is copied. With that note nobody can use the target as a store; it goes when both sides are known to agree.

mod audit;
mod backends;
mod error;
mod marker;
mod pages;
#[cfg(feature = "postgres")]
mod postgres;
mod progress;
mod rows;
mod sums;
mod tables;
mod transfer;
mod usage;

pub(crate) use backends::open_source;
pub use error::CopyError;
pub use progress::{Phase, Progress, Report, TableReport};
pub use sums::Sum;

use crate::connection::AnyConnection;
use crate::error::one_line;
use crate::open_error::OpenError;
use crate::settings::Settings;
use marker::Marker;
use progress::Watch;
use tables::{TABLES, counts};
use transfer::{Transfer, in_transaction};

/// Copies a store into another one that is empty or holds the beginning of this very copy; makes the other one where there is
/// none. `tell` hears after each batch how far it is.
///
/// Both then hold the same, exactly if the report says so. It may find that they do already.
///
/// # Errors
/// One clear line each; see [`CopyError`]. What was copied until then stays, and the next attempt goes on from there.
pub fn copy(from: &Settings, to: &Settings, tell: &mut dyn FnMut(Progress)) -> Result<Report, CopyError> {
    let mut source = backends::open_source(from)?;
    backends::begin_locked(&mut source).map_err(|error| CopyError::Locked(one_line(&error.to_string())))?;
    refuse_unfinished(&mut source, &from.url.to_string())?;
    let mut target = backends::open_target(to)?;
    if backends::are_one((&from.url, &mut source), (&to.url, &mut target))? {
        return Err(CopyError::Same);
    }
    let report = fill(&mut source, &mut target, tell)?;
    source.undo().map_err(CopyError::Source)?;
    Ok(report)
}

/// What a target holds before it is copied into.
enum Found {
    /// Nothing.
    Nothing,
    /// The note about an unfinished copy.
    Unfinished(String),
    /// As many rows of everything as the source has: it may be the whole copy, of a process that died just before it said so.
    AsMuch,
}

fn fill(
    source: &mut AnyConnection,
    target: &mut AnyConnection,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, CopyError> {
    let expected = counts(source).map_err(CopyError::Source)?;
    let found = look(target, &expected)?;
    let mut watch = Watch::new(tell, expected.iter().sum());
    watch.begin(Phase::Reading, 0);
    let sums = sums::of_store(source, CopyError::Source, &mut watch)?;
    let fingerprint = sums::fingerprint(&sums);
    let marker = match found {
        Found::Nothing => begin(target, &fingerprint)?,
        Found::Unfinished(note) => Marker::parse(&note, &fingerprint)?,
        Found::AsMuch => return compare(sums, target, &mut watch),
    };
    let found = marker.rows;
    watch.begin(Phase::Copying, found);
    let mut transfer = Transfer { source, target, marker };
    transfer::all(&mut transfer, &mut watch)?;
    let copied = transfer.marker.rows - found;
    watch.begin(Phase::Comparing, 0);
    let held = finish(transfer, &sums, &mut watch)?;
    Ok(Report { tables: both(sums, held), found, copied })
}

fn look(target: &mut AnyConnection, expected: &[u64]) -> Result<Found, CopyError> {
    if let Some(note) = Marker::find(target).map_err(CopyError::Target)? {
        return Ok(Found::Unfinished(note));
    }
    let there = counts(target).map_err(CopyError::Target)?;
    if there.iter().all(|rows| *rows == 0) {
        Ok(Found::Nothing)
    } else if there == expected {
        Ok(Found::AsMuch)
    } else {
        Err(CopyError::NotEmpty)
    }
}

/// Puts the note into a target that is still empty.
fn begin(target: &mut AnyConnection, fingerprint: &str) -> Result<Marker, CopyError> {
    let marker = Marker::new(fingerprint);
    in_transaction(target, backends::begin_locked, |target| {
        match counts(target).map_err(CopyError::Target)?.iter().all(|rows| *rows == 0) {
            true => marker.begin(target),
            false => Err(CopyError::Disturbed),
        }
    })?;
    Ok(marker)
}

fn compare(sums: Vec<Sum>, target: &mut AnyConnection, watch: &mut Watch<'_>) -> Result<Report, CopyError> {
    watch.begin(Phase::Comparing, 0);
    let found = sums.iter().map(|sum| sum.rows).sum();
    let held =
        in_transaction(target, AnyConnection::begin_read, |target| sums::of_store(target, CopyError::Target, watch))?;
    if held == sums { Ok(Report { tables: both(sums, held), found, copied: 0 }) } else { Err(CopyError::NotEmpty) }
}

/// Adds up the target and, if it holds what it should, removes the note: in one transaction, so that what is added up is what
/// stays there.
fn finish(transfer: Transfer<'_>, sums: &[Sum], watch: &mut Watch<'_>) -> Result<Vec<Sum>, CopyError> {
    let Transfer { source, target, marker } = transfer;
    in_transaction(target, backends::begin_locked, |target| {
        let held = sums::of_store(target, CopyError::Target, watch)?;
        if held == sums {
            // Its transaction still answers, so its lock was held throughout.
            counts(source).map_err(CopyError::Source)?;
            marker.remove(target)?;
        }
        Ok(held)
    })
}

fn both(source: Vec<Sum>, target: Vec<Sum>) -> Vec<TableReport> {
    let sums = source.into_iter().zip(target);
    TABLES.iter().zip(sums).map(|(table, (source, target))| TableReport { table: table.name, source, target }).collect()
}

/// Refuses a store that is an unfinished copy. `store` says where it is.
pub(crate) fn refuse_unfinished(connection: &mut AnyConnection, store: &str) -> Result<(), OpenError> {
    match Marker::find(connection).map_err(|error| OpenError::database(store, error))? {
        None => Ok(()),
        Some(_) => Err(OpenError::Unfinished(store.to_owned())),
    }
}
