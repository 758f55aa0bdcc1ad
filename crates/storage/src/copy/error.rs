//! Why a store is not copied: one clear line each.

use diesel::result::Error;
use thiserror::Error;

use crate::error::one_line;
use crate::open_error::OpenError;

/// Why a store is not copied. Whatever was copied before stays, and the next attempt goes on from there.
#[derive(Debug, Error)]
pub enum CopyError {
    /// One of the stores cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Both URLs lead to the same store.
    #[error("both URLs lead to the same store")]
    Same,
    /// Somebody writes to the source, and does not let go.
    #[error("the source cannot be locked against writes ({0}); try again, or stop the processes that write to it")]
    Locked(String),
    /// The target holds something else.
    #[error("the target is not empty, and is no unfinished copy of this source")]
    NotEmpty,
    /// The target holds the beginning of something else.
    #[error(
        "the target holds an unfinished copy of another source, or the source has changed since; delete the target and begin again"
    )]
    Changed,
    /// The target's note about an unfinished copy is not one of this version.
    #[error("the target's unfinished copy was begun by another version; delete the target and begin again")]
    Note,
    /// Somebody else writes to the target.
    #[error("another process has written to the target meanwhile")]
    Disturbed,
    /// A query failed at the source.
    #[error("the source cannot be read: {}", one_line(&.0.to_string()))]
    Source(#[source] Error),
    /// A query failed at the target.
    #[error("the target does not do what it should: {}", one_line(&.0.to_string()))]
    Target(#[source] Error),
    /// A row cannot be written as text.
    #[error("a row of the table {table} has no text: {reason}")]
    Text {
        /// The table.
        table: &'static str,
        /// Why.
        reason: String,
    },
}
