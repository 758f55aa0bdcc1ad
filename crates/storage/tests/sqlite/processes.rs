//! Two stores on one file, as two processes have them.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use storage::{AnyStore, Settings};
use users::UserError;
use users::error::Result;
use users::ports::Store;

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
