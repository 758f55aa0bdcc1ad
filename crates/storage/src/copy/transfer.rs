//! Bringing the rows over, a batch at a time. Each batch is one transaction, together with the note of how far the copy is.

use diesel::QueryResult;

use super::error::CopyError;
use super::marker::Marker;
use super::pages::Row;
use super::progress::Watch;
use super::sums::batch;
use super::tables::TABLES;
use crate::connection::AnyConnection;

/// A copy under way.
pub(super) struct Transfer<'a> {
    /// The store that is copied, locked.
    pub source: &'a mut AnyConnection,
    /// The store that is filled.
    pub target: &'a mut AnyConnection,
    /// How far the copy is: what the target's note says.
    pub marker: Marker,
}

/// Copies everything that is missing.
pub(super) fn all(transfer: &mut Transfer<'_>, watch: &mut Watch<'_>) -> Result<(), CopyError> {
    let last = transfer.marker.table();
    let start = match last {
        "" => 0,
        _ => TABLES.iter().position(|table| table.name == last).ok_or(CopyError::Note)?,
    };
    TABLES.iter().skip(start).try_for_each(|table| (table.transfer)(transfer, watch))
}

/// Copies what is missing of a table.
pub(super) fn table<T: Row>(transfer: &mut Transfer<'_>, watch: &mut Watch<'_>) -> Result<(), CopyError> {
    let mut after = transfer.marker.after::<T>()?;
    loop {
        let rows = batch::<T>(transfer.source, after.as_ref()).map_err(CopyError::Source)?;
        let Some(last) = rows.last() else { return Ok(()) };
        let marker = transfer.marker.beyond(last, rows.len())?;
        in_transaction(transfer.target, AnyConnection::begin_write, |target| {
            transfer.marker.replace(&marker, target)?;
            T::insert(target, &rows).map(|_| ()).map_err(CopyError::Target)
        })?;
        transfer.marker = marker;
        after = Some(last.key());
        watch.step(T::TABLE, rows.len());
    }
}

/// Does all of `work` to the target, or nothing of it.
pub(super) fn in_transaction<T>(
    target: &mut AnyConnection,
    begin: fn(&mut AnyConnection) -> QueryResult<()>,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    begin(target).map_err(CopyError::Target)?;
    match work(target) {
        Ok(result) => target.keep().map(|()| result).map_err(CopyError::Target),
        Err(error) => {
            // The first error is the cause. The connection is closed with it, which undoes the transaction just as well.
            if let Err(undo) = target.undo() {
                tracing::warn!(error = %undo, "a part of a copy could not be undone explicitly");
            }
            Err(error)
        }
    }
}
