//! What a store holds, in few words: for each table the number of its rows and the SHA-256 of their texts. A row's text is one
//! line of JSON: an object of all columns in the order of the schema. The rows follow each other by primary key. Nothing in
//! this depends on the backend, so two stores that agree hold the same.

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;

use super::error::CopyError;
use super::pages::Row;
use super::progress::Watch;
use super::tables::TABLES;
use crate::connection::AnyConnection;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// How many rows it has.
    pub rows: u64,
    /// The SHA-256 of their texts, in hexadecimal digits.
    pub sha256: String,
}

/// Says whose query it was that failed.
pub(super) type Failed = fn(diesel::result::Error) -> CopyError;

/// Adds up every table of a store.
pub(super) fn of_store(
    connection: &mut AnyConnection,
    failed: Failed,
    watch: &mut Watch<'_>,
) -> Result<Vec<Sum>, CopyError> {
    TABLES.iter().map(|table| (table.sum)(connection, failed, watch)).collect()
}

/// Adds up a table, a batch at a time.
pub(super) fn of_table<T: Row>(
    connection: &mut AnyConnection,
    failed: Failed,
    watch: &mut Watch<'_>,
) -> Result<Sum, CopyError> {
    let mut digest = Context::new(&SHA256);
    let (mut after, mut count, mut line) = (None, 0, Vec::new());
    loop {
        let rows = batch::<T>(connection, after.as_ref()).map_err(failed)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key());
        for row in &rows {
            line.clear();
            serde_json::to_writer(&mut line, row)
                .map_err(|e| CopyError::Text { table: T::TABLE, reason: e.to_string() })?;
            line.push(b'\n');
            digest.update(&line);
        }
        count += rows.len() as u64;
        watch.step(T::TABLE, rows.len());
    }
    Ok(Sum { rows: count, sha256: HEXLOWER.encode(digest.finish().as_ref()) })
}

/// The rows behind `after`, as many as fit into memory; none at the end.
pub(super) fn batch<T: Row>(connection: &mut AnyConnection, after: Option<&T::Key>) -> diesel::QueryResult<Vec<T>> {
    let limit = T::limit(connection, after)?;
    T::page(connection, after, limit)
}

/// One text for all of these sums: it tells whether a source is still the same.
pub(super) fn fingerprint(sums: &[Sum]) -> String {
    let mut digest = Context::new(&SHA256);
    for (table, sum) in TABLES.iter().zip(sums) {
        digest.update(format!("{} {} {}\n", table.name, sum.rows, sum.sha256).as_bytes());
    }
    HEXLOWER.encode(digest.finish().as_ref())
}
