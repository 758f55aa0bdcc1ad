//! The state of a file in write-ahead mode, as its connections see it themselves: the header of the WAL index, which every commit
//! of any process replaces (sqlite.org/walformat.html §2.1). One look costs some reads of memory, where `PRAGMA data_version`, which
//! looks at the same, costs a statement.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use vm_memory::mmap::MmapRegionBuilder;
use vm_memory::{FileOffset, MmapRegion, VolatileMemory};

/// One copy of the header, in words. There are two; a writer changes the second one first, and who looks begins with the first.
const HEADER: usize = 6;
/// The bytes of a word.
const WORD: usize = size_of::<u64>();
/// Both copies.
const BOTH: usize = 2 * HEADER * WORD;
/// The format's version, the same since 2010.
const VERSION: u32 = 3_007_000;
/// The count of commits stands there.
const COMMITS: usize = 8;
/// Whether the rest means anything.
const INITIALISED: usize = 12;

/// Two copies may differ while a writer is between them, for some nanoseconds.
const LOOKS: u32 = 16;

/// The file's WAL index, to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct WalIndex(&'static MmapRegion);

/// The state that the next reader would see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State([u64; HEADER]);

impl WalIndex {
    /// Opens the index of this database, to which a connection must be open, and stay so: without one the index may be cut.
    ///
    /// The descriptor is never closed: the first one that a process closes gives up all locks that it has on the file, those of
    /// the library too (sqlite.org/howtocorrupt.html §2.2).
    pub fn open(database: &Path) -> Result<Self> {
        // It is beside the file itself, wherever links have led to.
        let mut path = OsString::from(database.canonicalize()?);
        path.push("-shm");
        let file = Arc::new(File::open(path)?);
        std::mem::forget(file.clone());
        if file.metadata()?.len() < BOTH as u64 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the WAL index has no header"));
        }
        let mapped = MmapRegionBuilder::new(BOTH)
            .with_file_offset(FileOffset::from_arc(file, 0))
            .with_mmap_prot(libc::PROT_READ)
            .with_mmap_flags(libc::MAP_SHARED);
        Ok(Self(Box::leak(Box::new(mapped.build().map_err(Error::other)?))))
    }

    /// What is there now; `None` if that cannot be told.
    pub fn state(&self) -> Option<State> {
        for _ in 0..LOOKS {
            let first = self.copy(0)?;
            fence(Ordering::Acquire);
            let second = self.copy(HEADER)?;
            fence(Ordering::Acquire);
            if first == second {
                return first.is_sound().then_some(first);
            }
            std::hint::spin_loop();
        }
        None
    }

    /// The copy that begins with this word. (Memory that is not to be written is read relaxed, and fences order it: `std::sync::atomic`,
    /// "Atomic accesses to read-only memory".)
    fn copy(&self, begin: usize) -> Option<State> {
        let mut words = [0; HEADER];
        for (word, at) in words.iter_mut().zip(begin..) {
            *word = self.0.get_atomic_ref::<AtomicU64>(at * WORD).ok()?.load(Ordering::Relaxed);
        }
        Some(State(words))
    }
}

impl State {
    /// Whether between the two states there was one commit and no more, as far as the count says.
    pub fn follows(&self, before: &State) -> bool {
        self.number(COMMITS) == before.number(COMMITS).wrapping_add(1)
    }

    fn is_sound(&self) -> bool {
        self.number(0) == VERSION && self.bytes(INITIALISED)[0] == 1
    }

    /// In the byte order of the machine.
    fn number(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.bytes(at))
    }

    /// The four bytes at a place that is a multiple of four.
    fn bytes(&self, at: usize) -> [u8; 4] {
        let [a, b, c, d, e, f, g, h] = self.0[at / WORD].to_ne_bytes();
        if at.is_multiple_of(WORD) { [a, b, c, d] } else { [e, f, g, h] }
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

    #[test]
    fn a_link_leads_to_the_index_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a.db"), folder.path().join("link.db"));
        std::fs::write(&path, "").expect("a file");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        // As one leaves it behind who has moved the file after a crash.
        std::fs::write(folder.path().join("link.db-shm"), [0; BOTH]).expect("an old index");
        let mut connection = connection::open(&link, Purpose::Write, Duration::ZERO).expect("a connection");
        connection.batch_execute("CREATE TABLE t (x);").expect("a table");
        let index = WalIndex::open(&link).expect("an index");
        let before = index.state().expect("a state");
        connection.batch_execute("INSERT INTO t VALUES (1);").expect("done");
        assert!(index.state().is_some_and(|after| after.follows(&before)));
    }
}
