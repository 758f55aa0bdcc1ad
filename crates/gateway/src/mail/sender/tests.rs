//! What a desk makes of a store and a mail server that are away.

use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use async_trait::async_trait;
use dialect::directory::Result as Answer;
use dialect::retry;
use users::outbox::{Backlog, MessageKind};
use users::token::Token;
use users::{Email, Fate, Held, Letter, Setback, Taken, Timestamp};

use super::*;
use crate::environment::SystemClock;
use crate::mail::failure::Blame;
use crate::mail::{Outbox, Templates};
use crate::settings::{MailSettings, Security, SmtpSettings, Transport};

/// A store that is away for so many questions, and remembers what it was told.
#[derive(Default)]
struct Shelf {
    away: AtomicU32,
    tries: AtomicUsize,
    told: Mutex<Vec<String>>,
}

impl Shelf {
    fn answer<T>(&self, answer: T) -> Answer<T> {
        let less = |left: u32| left.checked_sub(1);
        match self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) {
            Ok(_) => Err(DirectoryError::Unavailable { retry_after: retry::SOON }),
            Err(_) => Ok(answer),
        }
    }

    fn tell(&self, what: &str, held: &Held) {
        self.told.lock().unwrap().push(format!("{what} {}", held.attempt));
    }
}

#[async_trait]
impl Outbox for Shelf {
    async fn is_due(&self) -> Answer<bool> {
        self.answer(false)
    }

    async fn backlog(&self) -> Answer<Backlog> {
        self.answer(Backlog::default())
    }

    async fn take(&self, _: u32, _: Duration) -> Answer<Taken> {
        self.answer(Taken::default())
    }

    async fn sent(&self, held: &Held) -> Answer<bool> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer(true)?;
        self.tell("sent", held);
        Ok(answer)
    }

    async fn failed(&self, held: &Held, _: Setback) -> Answer<Fate> {
        self.tell("failed", held);
        Ok(Fate::NotHeld)
    }

    async fn released(&self, held: &Held, why: Option<String>) -> Answer<()> {
        assert!(why.is_some_and(|why| why.starts_with("connecting: ")));
        self.tell("released", held);
        Ok(())
    }
}

fn time() -> Timestamp {
    Timestamp::from_micros(0).unwrap()
}

/// The message of that number, which was tried before or not.
fn letter(attempt: u32, tried_since: Option<Timestamp>) -> Letter {
    let id = users::MessageId::parse("00000001-0000-7000-a000-000000000000").unwrap();
    Letter {
        held: Held { id, attempt, due_at: time(), tried_since },
        kind: MessageKind::Activation,
        user: users::UserId::parse("00000001-0000-7000-a000-000000000000").unwrap(),
        to: Email::parse("ada@example.com").unwrap(),
        name: "Ada".to_owned(),
        token: Token::from_random(&[7; 20]),
    }
}

fn room(shelf: &Arc<Shelf>, transport: Option<Transport>) -> Arc<Room> {
    let settings = transport.map(|transport| MailSettings {
        transport,
        sender: "accounts@example.com".parse().unwrap(),
        public_url: "https://accounts.example.com".to_owned(),
        templates: Arc::new(Templates::read(None).unwrap()),
    });
    Arc::new(Room::new(shelf.clone(), Arc::new(SystemClock), settings).unwrap())
}

fn desk(room: Arc<Room>) -> Desk {
    Desk {
        room,
        stop: CancellationToken::new(),
        under_way: JoinSet::new(),
        store: Answers { pause: None },
        server: Answers { pause: None },
        next: Instant::now(),
        count: Instant::now(),
        told: false,
    }
}

/// As long as it is held, which is half a minute here. (So it takes eleven seconds.)
#[tokio::test]
async fn what_was_sent_is_noted_however_long_the_store_is_away() {
    let (shelf, folder) =
        (Arc::new(Shelf { away: AtomicU32::new(7), ..Shelf::default() }), tempfile::tempdir().unwrap());
    let room = room(&shelf, Some(Transport::File(folder.path().to_owned())));
    let sent = room.send(letter(1, None), &CancellationToken::new()).await;
    assert!(matches!(sent, Ok(Spoke::Yes)));
    assert_eq!(
        (shelf.told.lock().unwrap().clone(), shelf.tries.load(Ordering::SeqCst)),
        (vec!["sent 1".to_owned()], 8)
    );
}

#[tokio::test]
async fn what_cannot_be_noted_is_let_go_when_it_is_held_no_more() {
    let shelf = Arc::new(Shelf { away: AtomicU32::new(u32::MAX), ..Shelf::default() });
    let (room, began) = (room(&shelf, None), Instant::now());
    room.note_sent(&letter(1, None), began + Duration::from_millis(500), &CancellationToken::new()).await;
    assert_eq!(shelf.tries.load(Ordering::SeqCst), 3, "at once, after 100 and after 300 ms");
    assert!(began.elapsed() < Duration::from_millis(480), "{:?}", began.elapsed());
}

/// Of those that nobody has tried before, the first alone begins its day by that.
#[tokio::test]
async fn while_nothing_can_be_sent_others_are_given_back_as_they_were() {
    let (shelf, listener) = (Arc::new(Shelf::default()), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let room = room(
        &shelf,
        Some(Transport::Smtp(SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            login: None,
            timeout: Duration::from_secs(5),
            certificates: None,
        })),
    );
    for (attempt, tried) in [(1, None), (2, None), (3, Some(time())), (4, None)] {
        let failure = room.send(letter(attempt, tried), &CancellationToken::new()).await.err();
        assert_eq!(failure.map(|failure| failure.blame), Some(Blame::Server));
    }
    assert_eq!(*shelf.told.lock().unwrap(), ["failed 1", "released 2", "failed 3", "released 4"]);
}

/// Mail may be off: then it is counting alone that sees the store.
#[tokio::test]
async fn a_store_that_answers_again_is_looked_at_as_often_as_before() {
    let shelf = Arc::new(Shelf { away: AtomicU32::new(5), ..Shelf::default() });
    let mut desk = desk(room(&shelf, None));
    for _ in 0..5 {
        desk.look().await;
    }
    assert!(desk.store.pause.is_some_and(|pause| pause > COUNTING));
    desk.look().await;
    assert!(desk.store.pause.is_none());
    desk.look().await;
    assert!(desk.count <= Instant::now() + COUNTING);
}

/// What fails here says nothing of the server.
#[tokio::test]
async fn a_server_that_was_not_asked_is_not_taken_for_well() {
    let shelf = Arc::new(Shelf::default());
    let mut desk = desk(room(&shelf, None));
    desk.server.no();
    desk.ended(Ok(Ok(Spoke::No)));
    assert!(desk.server.pause.is_some());
    desk.ended(Ok(Ok(Spoke::Yes)));
    assert!(desk.server.pause.is_none());
}
