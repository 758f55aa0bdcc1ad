//! Hot standbys: servers that follow another one, and can take its place.

use std::ops::Deref;
use std::thread;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryResult, RunQueryDsl};

use super::{Cluster, Make, PATIENCE, ROLE};

/// A server that follows another one by streaming replication, and only reads until it is promoted. It is a cluster like any.
pub struct Standby(Cluster);

impl Deref for Standby {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.0
    }
}

impl Standby {
    /// Starts one that follows `primary`, and waits until it streams.
    ///
    /// # Panics
    /// Without PostgreSQL on this machine.
    #[must_use]
    pub fn start(primary: &Cluster, make: Make) -> Self {
        let files = format!("copy {} {}", primary.port, primary.folder.display());
        let standby = Self(Cluster::launch(&files, make, |_| String::new()));
        standby.wait_until_it_follows(primary);
        standby
    }

    /// Waits until it streams from the primary, as after a pause.
    pub fn wait_until_it_follows(&self, primary: &Cluster) {
        let name = self.name();
        primary.wait_until(&format!(
            "EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{name}' AND state = 'streaming')"
        ));
    }

    /// Makes the primary confirm no commit that this standby has not on its disk, and waits until that holds.
    pub fn make_synchronous(&self, primary: &Cluster) {
        let name = self.name();
        primary.set_synchronous(&name);
        primary.wait_until(&format!(
            "EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{name}' AND sync_state = 'sync')"
        ));
    }

    /// Waits until all that the primary has written so far can be read here.
    pub fn wait_until_it_has_all_of(&self, primary: &Cluster) {
        let position = diesel::select(sql::<Text>("pg_current_wal_insert_lsn()::text"));
        let lsn: String = position.get_result(&mut primary.connect("postgres")).expect("a position");
        self.wait_until(&format!("pg_last_wal_replay_lsn() >= '{lsn}'::pg_lsn"));
    }

    /// Makes it take the primary's place: it writes from now on.
    pub fn promote(&self) {
        assert_eq!(self.ask("pg_promote()"), Ok(true), "it is promoted");
    }

    /// Stops showing what comes from the primary. It is still received.
    pub fn pause_replay(&self) {
        self.execute("postgres", "SELECT pg_wal_replay_pause()");
        self.wait_until("pg_get_wal_replay_pause_state() = 'paused'");
    }

    /// Shows all that has come meanwhile, and what will.
    pub fn resume_replay(&self) {
        self.execute("postgres", "SELECT pg_wal_replay_resume()");
    }

    /// The URL of a database on whichever of both can be written, through the sockets.
    #[must_use]
    pub fn either_url(&self, primary: &Cluster, database: &str) -> String {
        format!(
            "postgres://{ROLE}@/{database}?host={},{}&port={},{}&target_session_attrs=read-write",
            primary.folder.display(),
            self.folder.display(),
            primary.port,
            self.port
        )
    }

    /// The URL of a database on whichever of both can be written, through the network.
    #[must_use]
    pub fn either_tcp_url(&self, primary: &Cluster, database: &str) -> String {
        let (one, other) = (primary.port, self.port);
        format!("postgres://{ROLE}@127.0.0.1:{one},127.0.0.1:{other}/{database}?target_session_attrs=read-write")
    }
}

impl Cluster {
    /// Makes it confirm commits without waiting for any standby.
    pub fn make_asynchronous(&self) {
        self.set_synchronous("");
    }

    fn set_synchronous(&self, standbys: &str) {
        self.execute("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{standbys}'"));
        self.execute("postgres", "SELECT pg_reload_conf()");
    }

    fn ask(&self, condition: &str) -> QueryResult<bool> {
        diesel::select(sql::<Bool>(condition)).get_result(&mut self.connect("postgres"))
    }

    fn wait_until(&self, condition: &str) {
        let end = Instant::now() + PATIENCE;
        while self.ask(condition) != Ok(true) {
            assert!(Instant::now() < end, "not yet: {condition}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
