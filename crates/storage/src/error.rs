//! What a failed query means to the core. Only here are a database's errors read.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use users::{Conflict, UserError};

/// What it means that a value is taken. SQLite names the column in its message; others name the index.
const UNIQUE: [(&str, &str, Conflict); 2] = [
    ("users.email_key", "users_email_key_unique", Conflict::Email),
    ("users.username_key", "users_username_key_unique", Conflict::Username),
];

/// Messages that mean damage, or a schema that is not ours; not that the store is away. (SQLITE_CORRUPT, SQLITE_NOTADB; text that
/// PostgreSQL cannot hold.)
const DAMAGE: [&str; 5] =
    ["malformed", "is not a database", "no such table", "no such column", "invalid byte sequence"];

/// Who waits in vain for a whole table, which somebody copies or changes, waits while the statement is still being read; so
/// PostgreSQL points into it although it is fine. (In another language it is taken for damage: nothing else tells them apart.)
const LOCK_TIMEOUT: &str = "canceling statement due to lock timeout";

/// A failed query.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// What the core is told.
    pub error: UserError,
    /// What became of the rest.
    pub harm: Harm,
}

/// What a failed query may have ended with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// Nothing.
    None,
    /// The transaction: SQLite itself rolls back on some failures (sqlite.org/lang_transaction.html), and what came next would
    /// then be committed on its own.
    Transaction,
    /// The transaction, because another one stood in its way: the same work may succeed at the next try.
    Collision,
    /// The connection.
    Connection,
}

impl Failure {
    fn new(error: UserError, harm: Harm) -> Self {
        Self { error, harm }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(kind, info) => of_database(kind, info.as_ref()),
            // The connection lost its transaction earlier.
            error @ (Error::BrokenTransactionManager
            | Error::RollbackErrorOnCommit { .. }
            | Error::RollbackTransaction) => Self::new(UserError::Unavailable(error.to_string()), Harm::Connection),
            error => Self::new(UserError::Internal(error.to_string()), Harm::None),
        }
    }
}

fn of_database(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> Failure {
    let message = info.message();
    let internal = || UserError::Internal(message.to_owned());
    let unavailable = || UserError::Unavailable(one_line(message));
    match kind {
        DatabaseErrorKind::UniqueViolation => Failure::new(taken(info), Harm::None),
        DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => Failure::new(internal(), Harm::None),
        DatabaseErrorKind::SerializationFailure => Failure::new(unavailable(), Harm::Collision),
        // A server that only reads is the wrong one, or has become it: another connection may lead to the right one.
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ReadOnlyTransaction => Failure::new(unavailable(), Harm::Connection),
        _ if is_deadlock(info) => Failure::new(unavailable(), Harm::Collision),
        _ if message == LOCK_TIMEOUT => Failure::new(unavailable(), Harm::Transaction),
        // PostgreSQL points into a statement that it cannot understand, so the schema is not the one that it was written for.
        _ if info.statement_position().is_some() || DAMAGE.iter().any(|damage| message.contains(damage)) => {
            Failure::new(internal(), Harm::Transaction)
        }
        _ => Failure::new(unavailable(), Harm::Transaction),
    }
}

/// Diesel keeps PostgreSQL's code (40P01) to itself, and the message may be in the server's language. But only a deadlock's
/// details have a line for each who takes part, and a hint beside them.
fn is_deadlock(info: &dyn DatabaseErrorInformation) -> bool {
    let lines = info.details().map_or(0, |details| details.lines().count());
    info.message() == "deadlock detected" || (lines > 1 && info.hint().is_some())
}

/// What a library says over several lines, on one.
pub(crate) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}

fn taken(info: &dyn DatabaseErrorInformation) -> UserError {
    let message = info.message();
    let named = |(column, index, _): &&(&str, &str, Conflict)| {
        info.constraint_name() == Some(*index) || message.strip_prefix("UNIQUE constraint failed: ") == Some(*column)
    };
    match UNIQUE.iter().find(named) {
        Some((_, _, conflict)) => UserError::Conflict(*conflict),
        None => UserError::Internal(message.to_owned()),
    }
}
