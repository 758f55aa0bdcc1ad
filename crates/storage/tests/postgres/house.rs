//! Stores on databases of their own.

use std::ops::Deref;
use std::time::{Duration, Instant};

use storage::testing::Cluster;
use storage::{AnyStore, Settings};
use users::error::Result;
use users::ports::Store;

/// A database for one test.
pub struct House<'a> {
    pub cluster: &'a Cluster,
    pub database: String,
}

impl House<'static> {
    /// On the server that the tests share.
    pub fn new() -> Self {
        Self::on(Cluster::shared())
    }
}

impl<'a> House<'a> {
    pub fn on(cluster: &'a Cluster) -> Self {
        Self { cluster, database: cluster.database() }
    }

    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.cluster.url(&self.database).parse().expect("a URL"));
        settings.postgres.pool = 6;
        settings
    }

    pub fn open(&self) -> AnyStore {
        storage::open(&self.settings()).expect("a store")
    }

    pub fn into_store(self) -> TempStore {
        TempStore(storage::open_existing(&self.settings()).expect("a store"))
    }
}

/// A store of its own.
pub struct TempStore(AnyStore);

impl Deref for TempStore {
    type Target = AnyStore;

    fn deref(&self) -> &AnyStore {
        &self.0
    }
}

/// What `work` came to, and how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    (work(), begin.elapsed())
}

/// A small look.
pub fn look(store: &AnyStore) -> Result<Option<String>> {
    store.read(|reads| reads.fact("count"))
}

/// Adds one to a number, alone.
pub fn increment(store: &AnyStore) -> Result<u32> {
    store.write(|tx| {
        tx.lock(users::ports::Lock::Facts)?;
        let count = number(tx.fact("count")?) + 1;
        tx.set_fact("count", &count.to_string())?;
        Ok(count)
    })
}

pub fn number(text: Option<String>) -> u32 {
    text.map_or(0, |text| text.parse().expect("a number"))
}

/// Waits until it is so. Gives how long that took.
pub fn until(limit: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < limit, "not within {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}
