//! What a transaction has to itself until its end. On SQLite the one writer has everything; here writes run side by side.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use users::UserId;
use users::once::ClaimId;
use users::ports::Lock;

use crate::migrate::PATIENCE;
use crate::schema::users as table;

/// Advisory locks are numbers that a database's users agree on. This one is ours ("digl"); the second says what is locked.
const CLASS: i32 = 0x6469_676c;

/// What has no row of its own to be locked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    /// Who is an administrator.
    Administrators = 1,
    /// What the installation remembers.
    Facts = 2,
    /// The schema.
    Schema = 3,
}

/// Waits for the lock.
pub(crate) fn take(connection: &mut PgConnection, lock: Lock<'_>) -> QueryResult<()> {
    match lock {
        Lock::User { target, actor } => users(connection, target, actor),
        Lock::Administrators => advisory(connection, Subject::Administrators),
        Lock::Facts => facts(connection),
        Lock::Claim(id) => claim(connection, id),
    }
}

/// The target can be neither changed nor referred to by others, the actor not be changed. Whoever locks two users begins with
/// the lesser id, so that two who mean each other wait for one another in turn.
fn users(connection: &mut PgConnection, target: &UserId, actor: Option<&UserId>) -> QueryResult<()> {
    let actor = actor.filter(|actor| *actor != target);
    if let Some(actor) = actor.filter(|actor| actor.as_str() < target.as_str()) {
        share(connection, actor)?;
    }
    let row = table::table.find(target.as_str()).select(table::id).for_update();
    row.get_result::<String>(connection).optional()?;
    match actor.filter(|actor| actor.as_str() > target.as_str()) {
        Some(actor) => share(connection, actor),
        None => Ok(()),
    }
}

fn share(connection: &mut PgConnection, user: &UserId) -> QueryResult<()> {
    let row = table::table.find(user.as_str()).select(table::id).for_share();
    row.get_result::<String>(connection).optional().map(|_| ())
}

/// Taken where a process starts, and held as long as a change of every record takes: others wait for it as for a change of
/// the schema.
fn facts(connection: &mut PgConnection) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    let patience = PATIENCE.as_millis();
    connection
        .batch_execute(&format!("SET LOCAL lock_timeout = {patience}; SET LOCAL statement_timeout = {patience};"))?;
    advisory(connection, Subject::Facts)
}

/// There may be no row yet, so the lock is on the hash of the id, one of the numbers that stand alone; they are others than the
/// pairs. Two ids with one hash would wait for each other, and no more.
fn claim(connection: &mut PgConnection, id: &ClaimId) -> QueryResult<()> {
    let query = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
    query.bind::<Text, _>(id.as_str()).execute(connection).map(|_| ())
}

/// Waits for what has no row.
pub(crate) fn advisory(connection: &mut PgConnection, subject: Subject) -> QueryResult<()> {
    let query = diesel::sql_query("SELECT pg_advisory_xact_lock($1, $2)");
    query.bind::<Integer, _>(CLASS).bind::<Integer, _>(subject as i32).execute(connection).map(|_| ())
}
