//! Noting refusals, without a server.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use dialect::DirectoryError;
use dialect::directory::Result;
use tokio_util::sync::CancellationToken;
use users::audit::{Action, Actor, Reason};
use users::key::KeyId;
use users::testing::{CountedRandomness, SteppingClock};

use super::waiting::{MOST, ROWS};
use super::*;

/// A book in memory, which may be closed.
#[derive(Default)]
struct Pages {
    events: Mutex<Vec<Event>>,
    writes: AtomicU64,
    is_closed: AtomicBool,
}

#[async_trait::async_trait]
impl Book for Pages {
    async fn add(&self, events: Arc<[Event]>) -> Result<()> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(DirectoryError::Unavailable { retry_after: Duration::from_secs(1) });
        }
        assert!(events.len() <= ROWS, "{}", events.len());
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.events.lock().expect("no panic").extend(events.iter().cloned());
        Ok(())
    }
}

struct Scene {
    book: Arc<Pages>,
    clock: Arc<SteppingClock>,
    refusals: Arc<Refusals>,
}

impl Scene {
    fn new() -> Self {
        let (book, clock) = (Arc::new(Pages::default()), Arc::new(SteppingClock::default()));
        let randomness = Arc::new(CountedRandomness::default());
        let refusals = Arc::new(Refusals::new(clock.clone(), randomness, book.clone()));
        Self { book, clock, refusals }
    }

    fn note(&self, key: &str, reason: Reason) {
        let actor = Actor::Key { key: KeyId::from_stored(key.to_owned()), owner: None };
        let refusal = Refusal { actor, reason, user: None, workspace: None };
        let (operation, request_id) = ("door.operation", "r");
        self.refusals.note(Refused { refusal, operation, request_id, user: None });
    }

    /// Until all is written that waits.
    async fn written(&self) -> usize {
        let stop = CancellationToken::new();
        stop.cancel();
        self.refusals.clone().keep(stop).await;
        self.book.events.lock().expect("no panic").len()
    }
}

#[tokio::test]
async fn a_flood_of_one_caller_is_one_row_a_minute_and_a_reason() {
    let scene = Scene::new();
    for _ in 0..100_000 {
        scene.note("a", Reason::Forbidden);
    }
    scene.note("a", Reason::Expired);
    scene.note("b", Reason::Forbidden);
    assert_eq!(scene.written().await, 3);
    scene.note("a", Reason::Forbidden);
    assert_eq!(scene.written().await, 3, "what was written in this minute need not be written again");
    scene.clock.advance(60_000_000);
    scene.note("a", Reason::Forbidden);
    assert_eq!((scene.written().await, scene.refusals.dropped()), (4, 0));
    assert_eq!(scene.book.writes.load(Ordering::Relaxed), 2);
    let events = scene.book.events.lock().expect("no panic");
    assert_eq!(events[0].occasion, Occasion::request("door.operation", "r"));
    assert_eq!((events[0].action, events[0].outcome), (Action::AccessRefused, Outcome::Refused(Reason::Forbidden)));
}

#[tokio::test]
async fn a_store_that_is_away_loses_nothing_for_which_there_is_room() {
    let scene = Scene::new();
    scene.book.is_closed.store(true, Ordering::Relaxed);
    for n in 0..MOST + 5 {
        scene.note(&n.to_string(), Reason::Forbidden);
    }
    assert_eq!((scene.written().await, scene.refusals.dropped()), (0, 5));
    // In the next minute there is room for as many callers, but not for what they did.
    scene.clock.advance(60_000_000);
    scene.note("a", Reason::Forbidden);
    assert_eq!(scene.refusals.dropped(), 6);
    scene.book.is_closed.store(false, Ordering::Relaxed);
    assert_eq!(scene.written().await, MOST);
    let events = scene.book.events.lock().expect("no panic");
    assert!(events.is_sorted_by_key(|event| event.id.clone()), "each is there, in its place");
}
