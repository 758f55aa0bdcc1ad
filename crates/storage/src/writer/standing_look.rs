//! A look at the file that one connection has in place of all others, while many read and nobody writes.
//!
//! SQLite has the system lock a part of the WAL index at the beginning of each look, and unlock it at the end, and meanwhile lets no
//! other connection of the process by: with two readers that is a fifth of the time of a small read. But what one connection of a
//! process has locked, the others need not ask the system for. So one stands there and looks, at the one part that stands in nobody's
//! way: that of a file into which the log was brought over whole, so that readers need the log no more (sqlite.org/wal.html §2.3,
//! walformat.html §2.3.1). What it sees is of no use to anybody. Readers see what they always saw, since each looks for itself.
//!
//! It would keep the log that comes next from being brought over. So it ends before this process writes, about a moment after another
//! has written, and when nobody reads any more: a process that is stopped while it does nothing stands in nobody's way.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::changes::wal_index::{State, WalIndex};
use crate::connection::{self, AnyConnection, ConnectError, Purpose};
use crate::pragmas;

/// How often it is seen to. Nothing was written for as long before it begins.
const MOMENT: Duration = Duration::from_millis(100);

/// It ends when nobody has read for so many moments.
const MOMENTS_UNUSED: u32 = 10;

/// The look, or what it takes to begin it.
pub(super) struct StandingLook {
    path: PathBuf,
    /// Set by whoever reads.
    is_read: Arc<AtomicBool>,
    /// Moments in which nobody has read.
    unused: u32,
    connection: Option<AnyConnection>,
    is_on: bool,
    /// The state that the file was in when this was last seen to.
    known: Option<State>,
    /// Whether for that state there is nothing more to try.
    is_settled: bool,
    due: Instant,
}

impl StandingLook {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// None yet, at this file. Whoever reads the file says so.
    pub fn at(path: PathBuf, is_read: Arc<AtomicBool>) -> Self {
        let (unused, due) = (MOMENTS_UNUSED, Instant::now() + MOMENT);
        Self { path, is_read, unused, connection: None, is_on: false, known: None, is_settled: false, due }
    }

    /// When it is to be seen to again.
    pub fn due_in(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }

    /// Whether it is time, and there is anything to see to; if so, not again for a moment.
    pub fn take_turn(&mut self) -> bool {
        if !self.due_in().is_zero() {
            return false;
        }
        self.due = Instant::now() + MOMENT;
        self.unused = if self.is_read.swap(false, Ordering::Relaxed) { 0 } else { self.unused.saturating_add(1) };
        let is_used = self.unused < MOMENTS_UNUSED;
        if !is_used {
            self.end();
        }
        is_used
    }

    /// Ends it. It may begin again, also if nothing is written.
    pub fn end(&mut self) {
        self.leave();
        self.is_settled = false;
    }

    /// Ends it if somebody has written; begins it if nobody has, and the writer is well.
    pub fn follow(&mut self, writer: Option<&mut AnyConnection>, index: WalIndex) {
        let state = index.state();
        if state.is_none() || state != self.known {
            self.end();
            self.known = state;
        } else if let (false, Some(writer)) = (self.is_settled, writer) {
            self.is_settled = self.begin(writer, index).unwrap_or_else(|error| {
                // Readers do without. If something is wrong with the file, the next write tells.
                tracing::debug!(%error, "no look at the store stands");
                (self.connection, self.is_on) = (None, false);
                true
            });
        }
    }

    /// Brings the log over, and begins. Says whether that was possible; if not, somebody else reads or writes.
    fn begin(&mut self, writer: &mut AnyConnection, index: WalIndex) -> Result<bool, ConnectError> {
        if !pragmas::bring_log_over(writer)? {
            return Ok(false);
        }
        let look = match &mut self.connection {
            Some(look) => look,
            none => none.insert(connection::open(&self.path, Purpose::Read, MOMENT)?),
        };
        look.begin_look()?;
        self.is_on = true;
        pragmas::touch(look)?;
        // Had somebody written since, it would look at the log.
        if index.state() != self.known {
            self.leave();
        }
        Ok(self.is_on)
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.is_on) && self.connection.as_mut().is_some_and(|look| look.end_look().is_err()) {
            self.connection = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use tempfile::TempDir;

    use super::*;

    struct Scene {
        look: StandingLook,
        index: WalIndex,
        writer: AnyConnection,
        other: AnyConnection,
        _folder: TempDir,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.db");
            std::fs::write(&path, "").expect("a file");
            let open = || connection::open(&path, Purpose::Write, MOMENT).expect("a connection");
            let (writer, mut other) = (open(), open());
            other.batch_execute("CREATE TABLE t (x);").expect("a table");
            let index = WalIndex::open(&path).expect("an index");
            Self { look: StandingLook::at(path, Arc::default()), index, writer, other, _folder: folder }
        }

        fn run(&mut self, sql: &str) {
            self.other.batch_execute(sql).expect("done");
        }

        /// Whether it stands a moment later.
        fn stands(&mut self) -> bool {
            self.look.follow(Some(&mut self.writer), self.index);
            self.look.is_on
        }
    }

    #[test]
    fn it_stands_while_nobody_writes() {
        let mut scene = Scene::new();
        assert!(!scene.stands(), "nobody knows for how long nobody has written");
        assert!(scene.stands() && scene.stands());
        scene.run("INSERT INTO t VALUES (1);");
        assert!(!scene.stands(), "somebody has written");
        assert!(scene.stands());
    }

    #[test]
    fn it_stands_in_nobodys_way() {
        let mut scene = Scene::new();
        assert!(!scene.stands() && scene.stands());
        assert!(pragmas::bring_log_over(&mut scene.other).expect("an answer"), "nothing is left to bring over");
        scene.run("INSERT INTO t VALUES (1);");
        let is_over = |scene: &mut Scene| pragmas::bring_log_over(&mut scene.other).expect("an answer");
        assert!(!is_over(&mut scene), "the look at the file itself is in the way");
        assert!(!scene.stands());
        assert!(is_over(&mut scene), "and ends");
        scene.run("PRAGMA wal_checkpoint(TRUNCATE);");
        assert!(!scene.stands() && scene.stands());
        scene.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (2);");
    }

    #[test]
    fn it_does_not_begin_beside_a_look_at_the_log() {
        let mut scene = Scene::new();
        assert!(!scene.stands());
        scene.run("INSERT INTO t VALUES (1); BEGIN; SELECT * FROM t;");
        scene.writer.batch_execute("INSERT INTO t VALUES (2);").expect("done");
        assert!(!scene.stands() && !scene.stands(), "an older state is looked at, to which the file must not come up");
        scene.run("COMMIT;");
        assert!(scene.stands());
    }

    #[test]
    fn it_ends_before_this_process_writes() {
        let mut scene = Scene::new();
        assert!(!scene.stands() && scene.stands());
        scene.look.end();
        scene.writer.batch_execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK;").expect("done");
        assert!(!scene.look.is_on && scene.stands(), "nothing was written in the end");
    }

    #[test]
    fn it_ends_when_nobody_reads() {
        let mut scene = Scene::new();
        let is_used = |scene: &mut Scene, is_read| {
            scene.look.due = Instant::now();
            scene.look.is_read.store(is_read, Ordering::Relaxed);
            scene.look.take_turn()
        };
        assert!(!is_used(&mut scene, false), "nobody has read yet");
        assert!(is_used(&mut scene, true) && !scene.look.take_turn(), "it is not due again");
        assert!(!scene.stands() && scene.stands());
        for _ in 1..MOMENTS_UNUSED {
            assert!(is_used(&mut scene, false));
        }
        assert!(scene.look.is_on);
        assert!(!is_used(&mut scene, false) && !scene.look.is_on);
        assert!(is_used(&mut scene, true) && scene.stands());
    }

    #[test]
    fn a_writer_in_trouble_only_ends_it() {
        let mut scene = Scene::new();
        let follow = |scene: &mut Scene| {
            scene.look.follow(None, scene.index);
            scene.look.is_on
        };
        assert!(!follow(&mut scene) && !follow(&mut scene));
        assert!(scene.stands());
        assert!(follow(&mut scene));
        scene.run("INSERT INTO t VALUES (1);");
        assert!(!follow(&mut scene) && !follow(&mut scene));
    }
}
