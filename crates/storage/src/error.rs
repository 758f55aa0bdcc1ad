//! What a failed query means to the core. Only here are a database's errors read.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use users::{Conflict, UserError};

/// What it means that a value is taken. SQLite names the column in its message; others name the index.
const UNIQUE: [(&str, &str, Conflict); 2] = [
    ("users.email_key", "users_email_key_unique", Conflict::Email),
    ("users.username_key", "users_username_key_unique", Conflict::Username),
];

/// Messages that mean damage, not that the store is away (SQLITE_CORRUPT, SQLITE_NOTADB, and a schema that is not ours).
const DAMAGE: [&str; 4] = ["malformed", "is not a database", "no such table", "no such column"];

/// A failed query.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What the core is told.
    pub error: UserError,
    /// Whether the transaction may be gone with it: SQLite itself rolls back on some failures (sqlite.org/lang_transaction.html),
    /// and what came next would then be committed on its own.
    pub fatal: bool,
}

impl Failure {
    fn harmless(error: UserError) -> Self {
        Self { error, fatal: false }
    }

    fn fatal(error: UserError) -> Self {
        Self { error, fatal: true }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(kind, info) => of_database(kind, info.as_ref()),
            // The connection lost its transaction earlier.
            error @ (Error::BrokenTransactionManager
            | Error::RollbackErrorOnCommit { .. }
            | Error::RollbackTransaction) => Self::fatal(UserError::Unavailable(error.to_string())),
            error => Self::harmless(UserError::Internal(error.to_string())),
        }
    }
}

fn of_database(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> Failure {
    let message = info.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => Failure::harmless(taken(info)),
        DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => Failure::harmless(UserError::Internal(message.to_owned())),
        _ if DAMAGE.iter().any(|damage| message.contains(damage)) => {
            Failure::fatal(UserError::Internal(message.to_owned()))
        }
        _ => Failure::fatal(UserError::Unavailable(message.to_owned())),
    }
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
