//! A town on PostgreSQL, with hot standbys.

use std::time::Duration;

use storage::testing::{Cluster, Make, Standby};

use crate::harness::{House, Server, Town, eventually};

const PATIENCE: Duration = Duration::from_secs(20);

/// Settings with which a standby stays admitted however long it shows nothing new, and however busy the machine is.
pub const LENIENT: [(&str, &str); 2] = [("database.replica_staleness", "60s"), ("database.silence", "60s")];

/// The town is gone first, the primary last.
pub struct Scene {
    pub town: Town,
    pub standbys: Vec<Standby>,
    pub primary: Cluster,
}

/// A primary with standbys, on which nobody works yet.
pub struct Servers {
    pub standbys: Vec<Standby>,
    pub primary: Cluster,
    pub database: String,
}

impl Servers {
    pub fn start(standbys: usize) -> Self {
        let primary = Cluster::start(Make::default());
        let database = primary.database();
        let standbys = (0..standbys).map(|_| Standby::start(&primary, Make::default())).collect();
        Self { standbys, primary, database }
    }

    /// The URLs of all standbys.
    pub fn replica_urls(&self) -> Vec<String> {
        self.standbys.iter().map(|standby| standby.url(&self.database)).collect()
    }

    /// Moves in, with these replicas.
    pub fn settle(self, replica_urls: &[String], settings: &[(&str, &str)]) -> Scene {
        let mut house = House::with_store_at(&self.primary.url(&self.database));
        house.set("database.replica_urls", &replica_urls.join(","));
        for (name, value) in settings {
            house.set(name, value);
        }
        Scene { town: Town::in_house(house), standbys: self.standbys, primary: self.primary }
    }
}

impl Scene {
    /// With so many standbys, all of which answer.
    pub fn new(standbys: usize, settings: &[(&str, &str)]) -> Self {
        let servers = Servers::start(standbys);
        let urls = servers.replica_urls();
        let scene = servers.settle(&urls, settings);
        scene.await_fit(standbys);
        scene
    }

    /// Waits until so many replicas answer.
    #[track_caller]
    pub fn await_fit(&self, count: usize) {
        await_fit(&self.town.server, count);
    }

    /// How many reads were answered by replicas so far.
    pub fn replica_reads(&self) -> u64 {
        replica_reads(&self.town.server)
    }

    /// The lines of the log that are about replicas.
    pub fn told(&self) -> Vec<String> {
        let log = self.town.server.log();
        log.lines().filter(|line| line.contains("replica")).map(str::to_owned).collect()
    }

    /// How many of them say this.
    pub fn said(&self, words: &str) -> usize {
        self.told().iter().filter(|line| line.contains(words)).count()
    }
}

#[track_caller]
pub fn await_fit(server: &Server, count: usize) {
    let is_so = || (server.metric("diglot_replicas_fit") == count as u64).then_some(());
    eventually(PATIENCE, &format!("{count} replicas answer"), is_so);
}

pub fn replica_reads(server: &Server) -> u64 {
    server.metric("diglot_replica_reads")
}
