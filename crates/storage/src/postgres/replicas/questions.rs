//! What the primary and its replicas are asked, each on a connection of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::history::Position;
use super::judge::Answer;
use super::watch::Watch;
use crate::postgres::pulse::Question;

/// Between two questions. So much later than a write can a read of the same key go to a replica.
pub(super) const INTERVAL: Duration = Duration::from_millis(100);

/// Between two attempts to reach a replica that is away.
const ATTEMPTS: Duration = Duration::from_secs(1);

/// Which tables a connection shows: the cluster, the database, and the table of the users, wherever the search path finds it.
/// All standbys of a cluster have the same; nobody else has.
macro_rules! identity {
    () => {
        "(SELECT system_identifier FROM pg_control_system()) || '/' || \
         (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || 'users'::regclass::oid AS identity"
    };
}

/// The end of what is on the primary's disk: nothing is acknowledged beyond it. (Not the end of what is in its memory: at the
/// edge of a page that one stands behind a header, and no standby comes so far before the next record does.)
const PRIMARY: &str = concat!("SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint AS position, ", identity!());

/// The end of what a standby shows; and when it was started, by which it is known from others behind the same address. Whoever
/// may not read the tables, or finds none, hears so here, and not from a request.
const REPLICA: &str = concat!(
    "SELECT pg_is_in_recovery() AS follows, (pg_last_wal_replay_lsn() - '0/0')::bigint AS position, ",
    "pg_postmaster_start_time()::text AS server, ",
    identity!(),
    " FROM (SELECT 1) one LEFT JOIN users ON false LEFT JOIN memberships ON false LEFT JOIN workspaces ON false"
);

/// Which server a connection leads to.
const SERVER: &str = "SELECT pg_postmaster_start_time()::text AS server";

#[derive(QueryableByName)]
struct PrimaryRow {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Text)]
    identity: String,
}

/// What a replica says.
#[derive(Debug, QueryableByName)]
pub(super) struct ReplicaRow {
    /// Whether it follows somebody.
    #[diesel(sql_type = Bool)]
    pub follows: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    position: Option<i64>,
    /// Which server it is.
    #[diesel(sql_type = Text)]
    pub server: String,
    /// Which tables it shows.
    #[diesel(sql_type = Text)]
    pub identity: String,
}

#[derive(QueryableByName)]
struct ServerRow {
    #[diesel(sql_type = Text)]
    server: String,
}

/// Which server a connection leads to.
pub(super) fn server(connection: &mut crate::connection::AnyConnection) -> QueryResult<String> {
    sql_query(SERVER).get_result::<ServerRow>(connection).map(|row| row.server)
}

/// Which tables the primary shows.
pub(super) fn identity(connection: &mut PgConnection) -> QueryResult<String> {
    sql_query(PRIMARY).get_result::<PrimaryRow>(connection).map(|row| row.identity)
}

/// What a replica says.
pub(super) fn replica(connection: &mut PgConnection) -> QueryResult<ReplicaRow> {
    sql_query(REPLICA).get_result(connection)
}

/// How far the primary has come.
pub(super) struct OfPrimary(pub Arc<Watch>);

impl Question for OfPrimary {
    const INTERVAL: Duration = INTERVAL;
    const ATTEMPTS: Duration = INTERVAL;

    fn ask(&mut self, connection: &mut PgConnection) -> QueryResult<bool> {
        let at = Instant::now();
        let row: PrimaryRow = sql_query(PRIMARY).get_result(connection)?;
        self.0.primary_said(at, Position(row.position), row.identity);
        Ok(true)
    }

    /// The store, which has a pulse of its own, tells the operator.
    fn answered(&mut self, _: bool) {}

    fn lost(&mut self, error: &str, news: bool) {
        if news {
            tracing::debug!(error, "the primary does not say how far it has come");
        }
        self.0.primary_lost();
    }
}

/// How far a replica has come, and what it is.
pub(super) struct OfReplica {
    pub watch: Arc<Watch>,
    pub n: usize,
    /// When the first answer on this connection was heard.
    pub since: Option<Instant>,
}

impl Question for OfReplica {
    const INTERVAL: Duration = INTERVAL;
    const ATTEMPTS: Duration = ATTEMPTS;

    fn ask(&mut self, connection: &mut PgConnection) -> QueryResult<bool> {
        let row = replica(connection)?;
        let at = Instant::now();
        let since = *self.since.get_or_insert(at);
        let ReplicaRow { follows, position, server, identity } = row;
        let answer = Answer { at, since, position: position.map(Position), follows, identity, server };
        self.watch.replica_said(self.n, answer);
        Ok(false)
    }

    /// The watch tells the operator.
    fn answered(&mut self, _: bool) {}

    fn lost(&mut self, error: &str, _: bool) {
        self.since = None;
        self.watch.replica_lost(self.n, error);
    }
}
