//! Where the stories keep their users: in a SQLite file, or with `SUITE_STORE=postgres` in a database of one server that they
//! share.

use std::io::Write;

use storage::testing::Cluster;

/// The variable that says which.
const SWITCH: &str = "SUITE_STORE";

/// A database of a server.
pub struct Database(String);

/// Whether the stories run on PostgreSQL.
pub fn is_postgres() -> bool {
    match std::env::var(SWITCH).as_deref() {
        Ok("postgres") => true,
        Ok("" | "sqlite") | Err(_) => false,
        Ok(other) => panic!("{SWITCH} is sqlite or postgres, not {other:?}"),
    }
}

/// A story that is about SQLite asks this first, and ends if the answer is no. That is told where nobody holds back what
/// stories print.
#[must_use]
pub fn only_on_sqlite(why: &str) -> bool {
    if is_postgres() {
        let thread = std::thread::current();
        writeln!(std::io::stderr(), "only on SQLite: {} ({why})", thread.name().unwrap_or_default()).ok();
    }
    !is_postgres()
}

/// The server. It ends with this process.
fn cluster() -> &'static Cluster {
    Cluster::shared()
}

impl Database {
    /// One in which nothing is.
    pub fn empty() -> Self {
        Self(cluster().empty_database())
    }

    /// One with our tables, which are empty.
    pub fn migrated() -> Self {
        Self(cluster().database())
    }

    pub fn url(&self) -> String {
        cluster().url(&self.0)
    }

    pub fn execute(&self, statement: &str) {
        cluster().execute(&self.0, statement);
    }

    pub fn has_tables(&self) -> bool {
        cluster().has_tables(&self.0)
    }
}
