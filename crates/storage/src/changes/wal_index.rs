//! The state of a file in write-ahead mode, as its connections see it themselves: the header of the WAL index, which every commit
//! of any process replaces (sqlite.org/walformat.html §2.1). One look costs a read of some bytes that are in memory, where
//! `PRAGMA data_version`, which looks at the same, costs a statement.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// One copy of the header. There are two; a writer changes one after the other.
const HEADER: usize = 48;
/// The format's version, the same since 2010.
const VERSION: u32 = 3_007_000;
/// The count of commits stands there.
const COMMITS: usize = 8;
/// Whether the rest means anything.
const INITIALISED: usize = 12;

/// Two copies may differ while a writer is between them, for some nanoseconds.
const LOOKS: u32 = 16;

/// The file's WAL index, to be looked at.
pub(super) struct WalIndex(&'static File);

/// The state that the next reader would see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State([u8; HEADER]);

impl WalIndex {
    /// Opens the index of this database, to which a connection must be open.
    ///
    /// The descriptor is never closed: the first one that a process closes gives up all locks that it has on the file, those of
    /// the library too (sqlite.org/howtocorrupt.html §2.2).
    pub fn open(database: &Path) -> io::Result<Self> {
        let mut path = OsString::from(database);
        path.push("-shm");
        Ok(Self(Box::leak(Box::new(File::open(path)?))))
    }

    /// What is there now; `None` if that cannot be told.
    pub fn state(&self) -> Option<State> {
        let mut both = [0; 2 * HEADER];
        for _ in 0..LOOKS {
            self.0.read_exact_at(&mut both, 0).ok()?;
            let (first, second) = both.split_at(HEADER);
            if first == second {
                let state = State(*both.first_chunk()?);
                return state.is_sound().then_some(state);
            }
            std::hint::spin_loop();
        }
        None
    }
}

impl State {
    /// Whether between the two states there was one commit and no more, as far as the count says.
    pub fn follows(&self, before: &State) -> bool {
        self.number(COMMITS) == before.number(COMMITS).wrapping_add(1)
    }

    fn is_sound(&self) -> bool {
        self.number(0) == VERSION && self.0[INITIALISED] == 1
    }

    /// In the byte order of the machine.
    fn number(&self, at: usize) -> u32 {
        self.0[at..].first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::connection::{self, Purpose};

    #[test]
    fn every_commit_is_seen_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").expect("a file");
        let mut connection = connection::open(&path, Purpose::Write, Duration::ZERO).expect("a connection");
        let mut run = |sql: &str| connection.batch_execute(sql).expect("done");
        run("CREATE TABLE t (x);");
        let index = WalIndex::open(&path).expect("an index");
        let look = || index.state().expect("a state");

        let before = look();
        run("BEGIN IMMEDIATE; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2); RELEASE s;");
        assert_eq!(look(), before, "nothing is committed");
        run("COMMIT;");
        let after = look();
        assert!(after != before && after.follows(&before));
        run("BEGIN; SELECT * FROM t; COMMIT; BEGIN IMMEDIATE; INSERT INTO t VALUES (3); ROLLBACK;");
        assert_eq!(look(), after, "nothing was changed");

        // Whatever becomes of the log, the count goes on.
        run("PRAGMA wal_checkpoint(TRUNCATE);");
        let emptied = look();
        run("INSERT INTO t VALUES (4);");
        assert!(look().follows(&emptied));
        run("INSERT INTO t VALUES (5); INSERT INTO t VALUES (6);");
        assert!(!look().follows(&emptied));
    }
}
