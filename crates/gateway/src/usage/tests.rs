//! Counting, without a server.

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use dialect::DirectoryError;
use dialect::directory::Result;
use tokio_util::sync::CancellationToken;
use users::Timestamp;
use users::testing::SteppingClock;
use users::usage::{AGENTS, DetailKind, Tally};

use super::*;

/// A book in memory, which may be closed.
#[derive(Default)]
struct Pages {
    calls: Mutex<Vec<Usage>>,
    is_closed: AtomicBool,
}

#[async_trait::async_trait]
impl Book for Pages {
    async fn add(&self, calls: Arc<[Usage]>) -> Result<()> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(DirectoryError::Unavailable { retry_after: Duration::from_secs(1) });
        }
        lock(&self.calls).extend(calls.iter().cloned());
        Ok(())
    }
}

impl Pages {
    /// All calls of a key to an operation together.
    fn of(&self, key: &str, operation: &str) -> Tally {
        let mut tally = Tally::empty(Timestamp::from_micros(0).expect("a time"));
        let calls = lock(&self.calls);
        let meant = calls.iter().filter(|usage| usage.key.as_str() == key && usage.operation == operation);
        meant.for_each(|usage| tally.add(usage.tally.clone()));
        tally
    }
}

fn recorder(book: &Arc<Pages>) -> Arc<Recorder> {
    let known = Known { fields: vec!["email"], parameters: vec!["limit"] };
    let operations = vec![("a.read".to_owned(), known.clone()), ("a.write".to_owned(), known)];
    let clock = Arc::new(SteppingClock::default());
    Arc::new(Recorder::new(operations, clock, book.clone()))
}

fn id(name: &str) -> KeyId {
    KeyId::from_stored(name.to_owned())
}

fn call<'a>(key: &'a KeyId, operation: &'a str, agent: &'a [u8]) -> Call<'a> {
    Call { key, operation, agent: Some(agent), query: "", body: b"", failed: false }
}

/// Until all is written that was counted.
async fn written(recorder: &Arc<Recorder>) {
    let stop = CancellationToken::new();
    stop.cancel();
    recorder.clone().keep(stop).await;
}

#[tokio::test]
async fn calls_are_written_by_key_and_operation() {
    let book = Arc::new(Pages::default());
    let recorder = recorder(&book);
    let (one, other) = (id("one"), id("other"));
    recorder.note(&call(&one, "a.read", b"x/1"));
    recorder.note(&Call { failed: true, query: "limit=1&made=up", ..call(&one, "a.read", b"x/1") });
    recorder.note(&Call { body: br#"{"email":"ada@example.com","made":"up"}"#, ..call(&one, "a.write", b"y") });
    recorder.note(&call(&other, "a.read", b""));
    recorder.note(&call(&other, "a.unknown", b""));
    written(&recorder).await;
    let told = |tally: &Tally| {
        let detail = |(detail, calls): (&users::usage::Detail, &u64)| {
            format!("{} {} {calls}", detail.kind.as_str(), detail.name.as_deref().unwrap_or("*"))
        };
        (tally.calls, tally.errors, tally.details.iter().map(detail).collect::<Vec<_>>().join(", "))
    };
    let expected = (2, 1, "agent x/1 2, parameter * 1, parameter limit 1".to_owned());
    assert_eq!(told(&book.of("one", "a.read")), expected);
    assert_eq!(told(&book.of("one", "a.write")), (1, 0, "agent y 1, field * 1, field email 1".to_owned()));
    assert_eq!(told(&book.of("other", "a.read")), (1, 0, String::new()));
    assert_eq!(lock(&book.calls).len(), 3, "what is no operation is not counted");
    assert!(!format!("{:?}", lock(&book.calls)).contains("ada@"), "no value is kept");
}

#[tokio::test]
async fn no_call_is_lost_between_threads_and_collections() {
    const THREADS: u64 = 24;
    const CALLS: u64 = 3_000;
    let book = Arc::new(Pages::default());
    let recorder = recorder(&book);
    thread::scope(|scope| {
        for n in 0..THREADS {
            let recorder = &recorder;
            scope.spawn(move || {
                let key = id(if n % 2 == 0 { "even" } else { "odd" });
                (0..CALLS).for_each(|_| recorder.note(&call(&key, "a.read", b"x")));
            });
        }
        for _ in 0..50 {
            recorder.collect();
            thread::yield_now();
        }
    });
    written(&recorder).await;
    for key in ["even", "odd"] {
        let tally = book.of(key, "a.read");
        assert_eq!((tally.calls, tally.details.values().sum::<u64>()), (THREADS / 2 * CALLS, THREADS / 2 * CALLS));
    }
    assert_eq!((recorder.waiting(), recorder.dropped()), (0, 0));
}

#[tokio::test]
async fn so_many_clients_of_a_key_are_told_apart() {
    let book = Arc::new(Pages::default());
    let recorder = recorder(&book);
    let key = id("one");
    for n in 0..AGENTS + 5 {
        let operation = if n % 2 == 0 { "a.read" } else { "a.write" };
        recorder.note(&call(&key, operation, format!("agent/{n}").as_bytes()));
        recorder.note(&call(&key, operation, b"agent/0"));
    }
    written(&recorder).await;
    let mut all = book.of("one", "a.read");
    all.add(book.of("one", "a.write"));
    let names: Vec<_> = all.details.keys().filter(|detail| detail.kind == DetailKind::Agent).collect();
    assert_eq!(names.iter().filter(|detail| detail.name.is_some()).count(), AGENTS);
    let others = all.details.iter().find(|(detail, _)| detail.name.is_none()).map(|(_, calls)| *calls);
    assert_eq!((others, all.details.values().sum::<u64>()), (Some(5), all.calls));
}

#[tokio::test]
async fn what_cannot_be_written_waits_and_what_finds_no_room_is_counted_as_lost() {
    let book = Arc::new(Pages::default());
    let recorder = recorder(&book);
    book.is_closed.store(true, Ordering::Relaxed);
    let keys: Vec<KeyId> = (0..waiting::MOST + 7).map(|n| id(&n.to_string())).collect();
    for keys in keys.chunks(counts::KEYS) {
        keys.iter().for_each(|key| recorder.note(&call(key, "a.read", b"x")));
        recorder.collect();
    }
    written(&recorder).await;
    assert_eq!((recorder.waiting(), recorder.dropped()), (waiting::MOST, 7));
    recorder.note(&call(&keys[0], "a.read", b"x"));
    book.is_closed.store(false, Ordering::Relaxed);
    written(&recorder).await;
    let all: u64 = lock(&book.calls).iter().map(|usage| usage.tally.calls).sum();
    assert_eq!((all, recorder.waiting()), (waiting::MOST as u64 + 1, 0));
    assert_eq!(book.of("0", "a.read").calls, 2, "what waits already has room");
    for key in &keys[..counts::KEYS + 3] {
        recorder.note(&call(key, "a.read", b"x"));
    }
    assert_eq!(recorder.dropped(), 7 + 3, "one thread counts so many keys");
}
