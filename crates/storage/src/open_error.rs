//! Why a store cannot be opened: one clear line each.

use std::path::PathBuf;

use thiserror::Error;

use crate::error::one_line;

/// Why a store cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Where one was expected, there is none.
    #[error("there is no store at {0}")]
    Missing(String),
    /// A folder stands in its place.
    #[error("{} is a folder; the database URL must name a file", .0.display())]
    Folder(PathBuf),
    /// Another kind of file stands in its place.
    #[error("{} is not a database", .0.display())]
    NotADatabase(PathBuf),
    /// The file or its folder cannot be made or written.
    #[error("the store {} cannot be written: {reason}; the file and its folder must be writable", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A later version has changed the schema.
    #[error(
        "the store {store} was made by a newer version: it has the schema change {version}, which this one does not know"
    )]
    Newer {
        /// Where it is.
        store: String,
        /// The first change that is not known.
        version: String,
    },
    /// The schema must be brought up to date first.
    #[error("the store {store} lacks {pending} schema change(s); migrate it first")]
    Outdated {
        /// Where it is.
        store: String,
        /// How many changes are missing.
        pending: usize,
    },
    /// It holds the beginning of a copy.
    #[error("the store {0} is an unfinished copy; finish it by `diglot copy`, or delete it")]
    Unfinished(String),
    /// A change of the schema failed; the store is as it was.
    #[error("the schema change {name} of the store {store} failed: {reason}")]
    Migration {
        /// Where it is.
        store: String,
        /// The change.
        name: String,
        /// What the database says.
        reason: String,
    },
    /// The server cannot be trusted as its URL demands, or the demand itself is wrong.
    #[error("the store {store} cannot be trusted as its database URL demands: {reason}")]
    Untrusted {
        /// Where it is.
        store: String,
        /// What is wrong.
        reason: String,
    },
    /// Anything else that the database says.
    #[error("the store {store} cannot be opened: {reason}")]
    Database {
        /// Where it is.
        store: String,
        /// What it says.
        reason: String,
    },
    /// The process can start no thread.
    #[error("no thread can be started for the store: {0}")]
    Thread(#[source] std::io::Error),
}

impl OpenError {
    /// What the database said about the store, on one line.
    pub(crate) fn database(store: impl ToString, reason: impl ToString) -> Self {
        Self::Database { store: store.to_string(), reason: one_line(&reason.to_string()) }
    }
}
