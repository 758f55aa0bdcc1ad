//! Writes that wait together are committed together, and stay apart in all else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use storage::{AnyStore, Settings};
use users::UserError;
use users::error::Result;
use users::ports::Store;

use crate::folder::Folder;

/// Opens a store, and holds its writer busy while `others` many writes gather behind it.
fn gathered(settings: &Settings, others: usize, write: impl Fn(&AnyStore, usize) + Sync) -> AnyStore {
    let store = storage::open(settings).expect("a store");
    let (release, released) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    thread::scope(|scope| {
        let (store, write) = (&store, &write);
        scope.spawn(move || {
            let held = store.write(move |tx| {
                begin.send(()).expect("it is waited for");
                released.recv().expect("a release");
                tx.set_fact("first", "held")
            });
            held.expect("written");
        });
        begun.recv().expect("the writer is busy");
        for n in 0..others {
            scope.spawn(move || write(store, n));
        }
        while store.stats().write_queue_length < others.min(settings.write_queue) {
            thread::yield_now();
        }
        release.send(()).expect("the writer waits");
    });
    store
}

fn set(store: &AnyStore, n: usize) -> Result<()> {
    store.write(move |tx| tx.set_fact(&format!("fact {n}"), "set"))
}

fn facts(store: &AnyStore, range: std::ops::Range<usize>) -> usize {
    let is_set = |n: &usize| store.read(|reads| reads.fact(&format!("fact {n}"))).expect("a look").is_some();
    range.filter(is_set).count()
}

#[test]
fn sixty_four_writes_take_one_commit() {
    let folder = Folder::new();
    let store = gathered(&folder.settings(), 64, |store, n| set(store, n).expect("written"));
    let stats = store.stats();
    assert_eq!((stats.writes, stats.commits), (65, 2));
    assert_eq!(facts(&store, 0..64), 64);
}

#[test]
fn a_group_has_its_limit() {
    let folder = Folder::new();
    let settings = Settings { group: 10, ..folder.settings() };
    let store = gathered(&settings, 64, |store, n| set(store, n).expect("written"));
    assert_eq!(store.stats().commits, 1 + 7);
    let folder = Folder::new();
    let alone = Settings { group: 1, ..folder.settings() };
    let store = gathered(&alone, 64, |store, n| set(store, n).expect("written"));
    assert_eq!(store.stats().commits, 65);
}

#[test]
fn an_error_or_a_panic_hurts_its_caller_alone() {
    let folder = Folder::new();
    let store = gathered(&folder.settings(), 60, |store, n| {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            store.write(move |tx| {
                tx.set_fact(&format!("fact {n}"), "set")?;
                match n % 3 {
                    0 => panic!("number {n}"),
                    1 => Err(UserError::WorkspaceRequired),
                    _ => Ok(n),
                }
            })
        }));
        match n % 3 {
            0 => {
                let panic = outcome.expect_err("a panic");
                assert_eq!(panic.downcast_ref::<String>(), Some(&format!("number {n}")));
            }
            1 => assert_eq!(outcome.expect("no panic"), Err(UserError::WorkspaceRequired)),
            _ => assert_eq!(outcome.expect("no panic"), Ok(n)),
        }
    });
    assert_eq!(store.stats().commits, 2);
    assert_eq!(facts(&store, 0..60), 20);
}

#[test]
fn a_full_queue_is_busy() {
    let folder = Folder::new();
    let settings = Settings { write_queue: 5, ..folder.settings() };
    let (answer, answers) = mpsc::channel();
    let store = gathered(&settings, 12, move |store, n| answer.send(set(store, n)).expect("it is counted"));
    let answers: Vec<Result<()>> = answers.iter().collect();
    let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    // Some may have come when the queue was already being emptied.
    assert!(done.len() >= 5 && done.len() + refused.len() == 12);
    assert!(refused.iter().all(|outcome| matches!(outcome, Err(UserError::Busy(_)))));
    assert_eq!(facts(&store, 0..12), done.len());
}

#[test]
fn closing_finishes_what_waits_and_takes_no_more() {
    let folder = Folder::new();
    let store = folder.open();
    thread::scope(|scope| {
        let (begin, begun) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let store = &store;
        let first = scope.spawn(move || {
            store.write(move |tx| {
                begin.send(()).expect("it is waited for");
                released.recv().expect("a release");
                tx.set_fact("fact 0", "set")
            })
        });
        begun.recv().expect("the writer is busy");
        let second = scope.spawn(move || set(store, 1));
        while store.stats().write_queue_length < 1 {
            thread::yield_now();
        }
        let closing = scope.spawn(move || store.close());
        thread::sleep(Duration::from_millis(50));
        release.send(()).expect("the writer waits");
        closing.join().expect("closed");
        assert_eq!((first.join().expect("an answer"), second.join().expect("an answer")), (Ok(()), Ok(())));
    });
    assert!(matches!(set(&store, 2), Err(UserError::Unavailable(_))));
    assert_eq!(facts(&store, 0..3), 2, "reading goes on");
}

#[test]
fn gauges_show_who_is_at_work() {
    let folder = Folder::new();
    let settings = Settings { readers: 3, wait: Duration::from_millis(50), ..folder.settings() };
    let store = storage::open(&settings).expect("a store");
    let nested = store.read(|_| {
        store.read(|_| {
            let stats = store.stats();
            assert_eq!((stats.readers_idle, stats.readers_in_use), (1, 2));
            store.read(|_| store.read(|reads| reads.fact("x")))
        })
    });
    assert!(matches!(nested, Err(UserError::Unavailable(_))), "the fourth waits in vain");
    assert_eq!(store.stats().readers_idle, 3);
    assert_eq!(store.ping().map(|ping| ping.writable), Ok(true));
}
