//! What a failed query means to the core. Only here are a database's errors read.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use users::{Conflict, UserError};

/// What it means that a value is taken. SQLite names the column in its message; others name the index.
const UNIQUE: [(&str, &str, Conflict); 2] = [
    ("users.email_key", "users_email_key_unique", Conflict::Email),
    ("users.username_key", "users_username_key_unique", Conflict::Username),
];

/// Messages of SQLite that mean damage, or a schema that is not ours; not that the store is away. (SQLITE_CORRUPT, SQLITE_NOTADB.)
const DAMAGE: [&str; 4] = ["malformed", "is not a database", "no such table", "no such column"];

/// What PostgreSQL says may be in any language, and Diesel keeps most of its codes to itself; so it is told by what stands in
/// every language alike. These are our tables.
const TABLES: [&str; 13] = [
    "workspaces",
    "users",
    "memberships",
    "keys",
    "attempts",
    "usage",
    "usage_details",
    "outbox",
    "tokens",
    "claims",
    "facts",
    "list_totals",
    "audit",
];

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
    /// Whether something is wrong, and not just away.
    #[cfg(feature = "postgres")]
    pub fn is_fault(&self) -> bool {
        matches!(self.error, UserError::Internal(_))
    }

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
        _ if is_foreign_schema(info) || is_impossible_text(message) => Failure::new(internal(), Harm::Transaction),
        _ if DAMAGE.iter().any(|damage| message.contains(damage)) => Failure::new(internal(), Harm::Transaction),
        _ => Failure::new(unavailable(), Harm::Transaction),
    }
}

/// 40P01: only a deadlock's details have a line for each who takes part, and a hint beside them.
fn is_deadlock(info: &dyn DatabaseErrorInformation) -> bool {
    info.details().is_some_and(|details| details.lines().count() > 1) && info.hint().is_some()
}

/// Class 42: PostgreSQL points into a statement that it does not understand, and names the table that is not there, or not as it
/// should be. (It also points into one that waits in vain for a whole table, or that an operator ends meanwhile, since it waits while it
/// reads; but it names no table then.)
fn is_foreign_schema(info: &dyn DatabaseErrorInformation) -> bool {
    let is_of_a_name = |sign: char| sign.is_alphanumeric() || sign == '_';
    let mut words = info.message().split(|sign| !is_of_a_name(sign));
    info.statement_position().is_some() && words.any(|word| TABLES.contains(&word))
}

/// 22021, 22P05: a text that the database cannot hold, such as one with U+0000; the bytes are in the message.
fn is_impossible_text(message: &str) -> bool {
    message.contains(" 0x")
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
