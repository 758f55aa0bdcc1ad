//! What a disk can do to the writer. Its connection is opened by the test, which bounds the file's size or forbids writing on
//! it, and lifts that later.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use tempfile::TempDir;
use users::ports::Store;

use super::*;
use crate::connection::{self, Purpose};
use crate::settings::Settings;

const BUSY: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_millis(500);
const NO_BOUND: u32 = 4_294_967_294;

const LARGE: usize = 1_000_000;

/// What the disk does.
struct Disk {
    pages: AtomicU32,
    read_only: AtomicBool,
    away: AtomicBool,
}

impl Disk {
    /// Does all that it should.
    fn healthy() -> Self {
        Self { pages: AtomicU32::new(NO_BOUND), read_only: AtomicBool::new(false), away: AtomicBool::new(false) }
    }

    /// Takes no page more than it holds.
    fn full() -> Self {
        Self { pages: AtomicU32::new(1), ..Self::healthy() }
    }

    fn read_only() -> Self {
        Self { read_only: AtomicBool::new(true), ..Self::healthy() }
    }

    fn open(&self, path: &Path) -> std::result::Result<AnyConnection, ConnectError> {
        if self.away.load(Ordering::SeqCst) {
            return connection::open(&path.join("away"), Purpose::Write, BUSY);
        }
        let mut connection = connection::open(path, Purpose::Write, BUSY)?;
        connection.batch_execute(&format!("PRAGMA max_page_count = {};", self.pages.load(Ordering::SeqCst)))?;
        if self.read_only.load(Ordering::SeqCst) {
            connection.batch_execute("PRAGMA query_only = ON;")?;
        }
        Ok(connection)
    }
}

struct Scene {
    writer: Writer,
    disk: Arc<Disk>,
    path: PathBuf,
    _folder: TempDir,
}

impl Scene {
    /// A writer on a store that is there, on a disk in this state.
    fn on(disk: Disk) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("diglot.db");
        drop(crate::open(&settings(&path)).expect("a store"));
        let disk = Arc::new(disk);
        let (hand, file) = (disk.clone(), path.clone());
        let open: Open = Box::new(move || hand.open(&file));
        let limits = Limits { group: 8, queue: 100, patience: PATIENCE, lock: PATIENCE, bulk: false };
        let writer = Writer::start(&path, Arc::default(), open().expect("a connection"), open, limits, Arc::default())
            .expect("a thread");
        Self { writer, disk, path, _folder: folder }
    }

    /// Writes so many bytes under a name.
    fn write(&self, name: &'static str, bytes: usize) -> Result<()> {
        self.writer.write(move |tx| tx.set_fact(name, &"x".repeat(bytes)))
    }

    /// How many bytes another process finds there.
    fn read(&self, name: &str) -> Option<usize> {
        let store = crate::open_existing(&settings(&self.path)).expect("a store");
        store.read(|reads| reads.fact(name)).expect("a look").map(|value| value.len())
    }

    fn heal(&self) {
        self.disk.pages.store(NO_BOUND, Ordering::SeqCst);
        self.disk.read_only.store(false, Ordering::SeqCst);
        self.disk.away.store(false, Ordering::SeqCst);
    }

    fn recovers_by_itself(&self) {
        let end = Instant::now() + Duration::from_secs(10);
        while !self.writer.is_writable() {
            assert!(Instant::now() < end, "the writer does not recover");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn settings(path: &Path) -> Settings {
    let url = format!("sqlite://{}", path.display());
    Settings { readers: 1, ..Settings::new(url.parse().expect("a URL")) }
}

fn is_unavailable(outcome: &Result<()>) -> bool {
    matches!(outcome, Err(UserError::Unavailable(_)))
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room() {
    let scene = Scene::on(Disk::full());
    scene.write("small", 1).expect("there is room in the last page");
    for _ in 0..3 {
        assert!(is_unavailable(&scene.write("large", LARGE)));
        assert!(!scene.writer.is_writable());
        assert_eq!((scene.read("small"), scene.read("large")), (Some(1), None), "reading goes on");
    }
    scene.heal();
    scene.recovers_by_itself();
    scene.write("large", LARGE).expect("written");
    assert_eq!(scene.read("large"), Some(LARGE));
}

#[test]
fn a_read_only_disk_refuses_writes_until_it_is_not() {
    let scene = Scene::on(Disk::read_only());
    assert!(is_unavailable(&scene.write("small", 1)));
    assert!(!scene.writer.is_writable());
    assert_eq!(scene.read("small"), None, "reading goes on");
    thread::sleep(Duration::from_millis(1_200));
    assert!(!scene.writer.is_writable(), "trying alone heals nothing");
    scene.heal();
    scene.recovers_by_itself();
    scene.write("small", 1).expect("written");
}

#[test]
fn a_connection_that_cannot_be_opened_again_is_tried_again() {
    let scene = Scene::on(Disk::read_only());
    scene.disk.away.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert!(is_unavailable(&scene.write("small", 1)));
    }
    scene.heal();
    scene.write("small", 1).expect("written, by the attempt itself");
    assert!(scene.writer.is_writable());
}

#[test]
fn nothing_is_committed_behind_a_failure_that_was_overlooked() {
    let scene = Scene::on(Disk::full());
    let overlooked = scene.writer.write(|tx| {
        tx.set_fact("before", "x")?;
        assert!(is_unavailable(&tx.set_fact("large", &"x".repeat(LARGE))));
        // SQLite has rolled back by itself. Were this to run, it would stand alone.
        assert!(is_unavailable(&tx.set_fact("after", "x")));
        Ok(())
    });
    assert!(is_unavailable(&overlooked));
    for name in ["before", "large", "after"] {
        assert_eq!(scene.read(name), None, "{name}");
    }
}

#[test]
fn who_shares_a_commit_that_fails_is_told_so() {
    const NAMES: [&str; 6] = ["a", "b", "large", "c", "d", "e"];
    let scene = Scene::on(Disk::full());
    let (begin, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let answers: Vec<Result<()>> = thread::scope(|scope| {
        let scene = &scene;
        let first = scope.spawn(move || {
            scene.writer.write(move |_| {
                begin.send(()).expect("it is waited for");
                released.recv().map_err(|e| UserError::Internal(e.to_string()))
            })
        });
        begun.recv().expect("the writer is busy");
        let mut threads = Vec::new();
        for (n, name) in NAMES.into_iter().enumerate() {
            threads.push(scope.spawn(move || scene.write(name, if name == "large" { LARGE } else { 1 })));
            while scene.writer.waiting().0 <= n {
                thread::yield_now();
            }
        }
        release.send(()).expect("the writer waits");
        first.join().expect("an answer").expect("it was a group of its own");
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert!(answers.iter().all(is_unavailable), "{answers:?}");
    assert!(NAMES.iter().all(|name| scene.read(name).is_none()));
}

#[test]
fn a_write_that_waited_for_too_long_is_not_begun() {
    let scene = Scene::on(Disk::healthy());
    thread::scope(|scope| {
        let (begun, has_begun) = mpsc::channel();
        let slow = scope.spawn({
            let writer = &scene.writer;
            move || {
                writer.write(move |tx| {
                    begun.send(()).expect("somebody listens");
                    thread::sleep(2 * PATIENCE);
                    tx.set_fact("slow", "done")
                })
            }
        });
        has_begun.recv().expect("it begins");
        assert_eq!(scene.write("late", 1), Err(UserError::Busy("the write waited for too long")));
        assert_eq!(slow.join().expect("no panic"), Ok(()));
    });
    assert_eq!((scene.read("slow"), scene.read("late")), (Some(4), None));
    assert_eq!(scene.write("next", 1), Ok(()));
}
