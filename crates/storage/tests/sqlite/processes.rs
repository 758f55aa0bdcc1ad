//! Two stores on one file, as two processes have them.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use storage::{AnyStore, Settings};
use users::changes::Subject;
use users::error::Result;
use users::ports::Store;
use users::{User, UserError};

use crate::folder::Folder;

fn number(text: Option<String>) -> u32 {
    text.map_or(0, |text| text.parse().expect("a number"))
}

fn increment(store: &AnyStore) -> Result<()> {
    store.write(|tx| {
        let count = number(tx.fact("count")?) + 1;
        tx.set_fact("count", &count.to_string())
    })
}

#[test]
fn two_writers_on_one_file_lose_nothing() {
    const THREADS: u32 = 8;
    const ROUNDS: u32 = 50;
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    thread::scope(|scope| {
        for n in 0..THREADS {
            let store = if n % 2 == 0 { &one } else { &other };
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    increment(store).expect("written");
                }
            });
        }
    });
    for store in [&one, &other] {
        assert_eq!(number(store.read(|reads| reads.fact("count")).expect("a look")), THREADS * ROUNDS);
    }
}

#[test]
fn what_one_answers_the_other_sees_at_once() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    for n in 0..50_u32 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        increment(writer).expect("written");
        assert_eq!(number(reader.read(|reads| reads.fact("count")).expect("a look")), n + 1);
    }
}

fn hunted() -> User {
    users::testing::contract::user(1)
}

fn subject() -> [Subject; 1] {
    [Subject::User(hunted().id)]
}

#[test]
fn what_the_other_changes_ends_all_that_was_read() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    one.write(|tx| tx.insert_user(&hunted(), None)).expect("written");
    for store in [&one, &other] {
        let changes = store.changes().expect("a file tells");
        let before = changes.now().expect("a moment");
        assert!(changes.still_holds(before, &subject()));
        increment(&one).expect("written");
        // Which of the two wrote does not matter to what it was: the other cannot know.
        assert_eq!(changes.still_holds(before, &subject()), std::ptr::eq(store, &one));
        let after = changes.now().expect("a moment");
        assert!(changes.still_holds(after, &subject()));
        increment(&other).expect("written");
        assert_eq!(changes.still_holds(after, &subject()), std::ptr::eq(store, &other));
    }
}

/// Two stores change one user by turns, each change one revision more; readers of both keep what they read for as long as it
/// is said to hold, and must never be behind what was answered before they looked.
#[test]
fn nothing_that_is_said_to_hold_is_stale() {
    const TIME: Duration = Duration::from_secs(2);
    let folder = Folder::new();
    let stores = [folder.open(), folder.open()];
    stores[0].write(|tx| tx.insert_user(&hunted(), None)).expect("written");
    let (answered, over) = (AtomicI64::new(1), AtomicBool::new(false));
    let used: Vec<u64> = thread::scope(|scope| {
        let (answered, over) = (&answered, &over);
        let readers: Vec<_> =
            stores.iter().cycle().take(4).map(|store| scope.spawn(|| keep(store, answered, over))).collect();
        let end = Instant::now() + TIME;
        for revision in 2.. {
            if Instant::now() > end {
                break;
            }
            let next = User { revision, ..hunted() };
            let store = &stores[usize::from(revision % 3 == 0)];
            store.write(move |tx| tx.update_user(&next)).expect("written");
            answered.store(revision, Ordering::SeqCst);
            thread::sleep(Duration::from_micros(300));
        }
        over.store(true, Ordering::SeqCst);
        readers.into_iter().map(|reader| reader.join().expect("nothing stale")).collect()
    });
    assert!(answered.into_inner() > 20, "few writes");
    assert!(used.iter().all(|used| *used > 20), "what was read was never used again: {used:?}");
}

/// Reads on, and says how often what was read before could be used again.
fn keep(store: &AnyStore, answered: &AtomicI64, over: &AtomicBool) -> u64 {
    let changes = store.changes().expect("a file tells");
    let (mut kept, mut used) = (None, 0);
    while !over.load(Ordering::SeqCst) {
        let least = answered.load(Ordering::SeqCst);
        let revision = match kept {
            Some((since, revision)) if changes.still_holds(since, &subject()) => {
                used += 1;
                revision
            }
            _ => {
                let since = changes.now();
                let found = store.read(|reads| reads.user(&hunted().id)).expect("a look").expect("it is there");
                kept = since.map(|since| (since, found.revision));
                found.revision
            }
        };
        assert!(revision >= least, "revision {revision} after {least} was answered");
    }
    used
}

#[test]
fn a_lock_held_too_long_is_unavailability_and_passes() {
    let folder = Folder::new();
    let settings = Settings { busy_timeout: Duration::from_millis(50), ..folder.settings() };
    let store = storage::open(&settings).expect("a store");
    increment(&store).expect("written");
    let mut other = SqliteConnection::establish(&folder.path("diglot.db").display().to_string()).expect("a connection");
    other.batch_execute("BEGIN IMMEDIATE;").expect("locked");
    assert!(matches!(increment(&store), Err(UserError::Unavailable(_))));
    assert_eq!(store.ping().map(|ping| ping.writable), Ok(false), "and reading goes on");
    other.batch_execute("COMMIT;").expect("unlocked");
    increment(&store).expect("written");
    assert_eq!(store.ping().map(|ping| ping.writable), Ok(true));
    assert_eq!(number(store.read(|reads| reads.fact("count")).expect("a look")), 2);
}

/// Another process writes batch after batch, and leaves the file alone for a few milliseconds in between.
#[test]
fn a_short_gap_is_not_missed() {
    const BATCH: Duration = Duration::from_millis(150);
    const GAP: Duration = Duration::from_millis(3);
    const WRITES: u32 = 20;
    let folder = Folder::new();
    let store = folder.open();
    let path = folder.path("diglot.db").display().to_string();
    let mut other = SqliteConnection::establish(&path).expect("a connection");
    other.batch_execute("PRAGMA busy_timeout = 5000").expect("patience");
    let over = AtomicBool::new(false);
    let writes: Vec<(Result<()>, Duration)> = thread::scope(|scope| {
        let batches = scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                other.batch_execute("BEGIN IMMEDIATE").expect("locked");
                thread::sleep(BATCH);
                other.batch_execute("COMMIT").expect("unlocked");
                thread::sleep(GAP);
            }
        });
        let writes = (0..WRITES).map(|_| {
            // Wherever in a batch that is.
            thread::sleep(Duration::from_millis(7));
            let began = Instant::now();
            (increment(&store), began.elapsed())
        });
        let writes = writes.collect();
        over.store(true, Ordering::SeqCst);
        batches.join().expect("no panic");
        writes
    });
    assert!(writes.iter().all(|(outcome, _)| outcome.is_ok()), "{writes:?}");
    let mut waits: Vec<Duration> = writes.into_iter().map(|(_, wait)| wait).collect();
    waits.sort();
    println!("median {:?}, longest {:?}", waits[waits.len() / 2], waits[waits.len() - 1]);
    // A batch, or a few of them on a busy machine.
    assert!(waits[waits.len() - 1] < BATCH * 10, "{waits:?}");
}
