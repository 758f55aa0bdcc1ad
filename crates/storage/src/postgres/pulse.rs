//! Whether the database answers. A server that is frozen refuses nothing: it takes a question and says no more, and libpq
//! waits. So one thread asks a small question again and again on a connection of its own, and when an answer is overdue,
//! everybody knows: new work is refused at once instead of being stuck as well, and who waits elsewhere can stop waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{PgConnection, QueryResult, RunQueryDsl};

use super::connect;
use crate::address::Address;
use crate::error::one_line;
use crate::postgres_settings::PostgresSettings;

/// No question is open.
const NONE: u64 = u64::MAX;

/// What is asked, and who hears of it.
pub(crate) trait Question: Send + 'static {
    /// Between an answer and the next question.
    const INTERVAL: Duration;

    /// Between two attempts to reach a server that is away.
    const ATTEMPTS: Duration;

    /// Asks. Says whether the server can be written to.
    fn ask(&mut self, connection: &mut PgConnection) -> QueryResult<bool>;

    /// There was an answer: the first after there was none, where it is `news`.
    fn answered(&mut self, news: bool);

    /// There was none: for the first time where it is `news`. The next question goes over a new connection.
    fn lost(&mut self, error: &str, news: bool);
}

/// Whether the database can be written to.
pub(crate) struct Writable;

impl Question for Writable {
    const INTERVAL: Duration = Duration::from_millis(400);
    const ATTEMPTS: Duration = Duration::from_millis(100);

    fn ask(&mut self, connection: &mut PgConnection) -> QueryResult<bool> {
        diesel::select(sql::<Bool>("current_setting('transaction_read_only') = 'off'")).get_result(connection)
    }

    fn answered(&mut self, news: bool) {
        if news {
            tracing::info!("the database answers again");
        }
    }

    fn lost(&mut self, error: &str, news: bool) {
        if news {
            tracing::error!(error, "the database does not answer");
        }
    }
}

/// How the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It answers, and says whether it can be written to.
    Answers {
        /// Whether it can.
        writable: bool,
    },
    /// It cannot be reached.
    Away,
    /// It should have answered by now.
    Silent,
}

/// The thread that asks.
pub(crate) struct Pulse {
    felt: Arc<Felt>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What it has found.
struct Felt {
    epoch: Instant,
    silence: Duration,
    /// Since when, in milliseconds from the epoch, a question is open.
    asked: AtomicU64,
    away: AtomicBool,
    writable: AtomicBool,
}

impl Pulse {
    /// Begins to ask.
    pub fn start<Q: Question>(mut question: Q, address: Address, settings: PostgresSettings) -> std::io::Result<Self> {
        let felt = Arc::new(Felt {
            epoch: Instant::now(),
            silence: settings.silence,
            asked: AtomicU64::new(NONE),
            away: AtomicBool::new(false),
            writable: AtomicBool::new(true),
        });
        let (stop, stopped) = mpsc::channel::<()>();
        let shared = felt.clone();
        let thread = thread::Builder::new().name("store pulse".to_owned()).spawn(move || {
            let mut connection = None;
            loop {
                let answered = shared.feel(&mut question, &mut connection, &address, &settings);
                let pause = if answered { Q::INTERVAL } else { Q::ATTEMPTS };
                match stopped.recv_timeout(pause) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self { felt, stop: Some(stop), thread: Some(thread) })
    }

    /// How the database is now.
    pub fn condition(&self) -> Condition {
        self.felt.condition()
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.stop = None;
        // A thread that waits for a frozen server ends when that does.
        if self.condition() != Condition::Silent
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's pulse ended in a panic");
        }
    }
}

impl Felt {
    fn condition(&self) -> Condition {
        let asked = self.asked.load(Ordering::Acquire);
        if asked != NONE && self.now().saturating_sub(asked) > millis(self.silence) {
            Condition::Silent
        } else if self.away.load(Ordering::Acquire) {
            Condition::Away
        } else {
            Condition::Answers { writable: self.writable.load(Ordering::Acquire) }
        }
    }

    /// Asks once. Says whether there was an answer.
    fn feel<Q: Question>(
        &self,
        question: &mut Q,
        kept: &mut Option<PgConnection>,
        address: &Address,
        settings: &PostgresSettings,
    ) -> bool {
        let began = self.now();
        if self.asked.load(Ordering::Acquire) == NONE {
            self.asked.store(began, Ordering::Release);
        }
        let answer = ask(question, kept, address, settings);
        match &answer {
            Ok(writable) => {
                let was_silent = self.condition() == Condition::Silent;
                self.writable.store(*writable, Ordering::Release);
                question.answered(self.away.swap(false, Ordering::AcqRel) || was_silent);
            }
            Err(error) => {
                *kept = None;
                question.lost(error, !self.away.swap(true, Ordering::AcqRel));
            }
        }
        // Who gave up waiting has learnt nothing: the silence goes on until the server says anything, if only that it refuses.
        if answer.is_ok() || self.now() - began <= millis(self.silence) {
            self.asked.store(NONE, Ordering::Release);
        }
        answer.is_ok()
    }

    fn now(&self) -> u64 {
        millis(self.epoch.elapsed())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(NONE - 1)
}

fn ask<Q: Question>(
    question: &mut Q,
    kept: &mut Option<PgConnection>,
    address: &Address,
    settings: &PostgresSettings,
) -> Result<bool, String> {
    let connection = match kept {
        Some(connection) => connection,
        none => none.insert(connect::open(address, settings).map_err(|error| error.to_string())?),
    };
    question.ask(connection).map_err(|error| one_line(&error.to_string()))
}
