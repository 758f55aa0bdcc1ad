//! The task that sends what waits, for as long as the process serves.

use std::sync::Arc;
use std::time::Duration;

use dialect::DirectoryError;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::attempt::Spoke;
use super::failure::Failure;
use super::room::Room;

/// How often it is looked whether a message is due: so long may one wait that was asked for here or anywhere.
const PAUSE: Duration = Duration::from_millis(500);

/// How many mails are sent at a time.
const WIDTH: usize = 4;

/// How often messages are counted.
const COUNTING: Duration = Duration::from_secs(5);

/// The longest pause between two attempts at a store or a mail server that is away. Only one mail is tried then.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether something answers, which is told when it changes.
struct Answers {
    pause: Option<Duration>,
}

impl Answers {
    /// It does. Says whether it did not before.
    fn yes(&mut self) -> bool {
        self.pause.take().is_some()
    }

    /// It does not: the next look is after a longer pause than this one. Says whether it did before.
    fn no(&mut self) -> bool {
        let before = self.pause;
        self.pause = Some(before.map_or(PAUSE, |pause| (pause * 2).min(LONGEST)));
        before.is_none()
    }
}

impl Room {
    /// Sends what waits until it is told to stop. What is under way then is finished, or given back.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut desk = Desk {
            room: self,
            stop: stop.clone(),
            under_way: JoinSet::new(),
            store: Answers { pause: None },
            server: Answers { pause: None },
            next: Instant::now(),
            count: Instant::now(),
            told: false,
        };
        while !stop.is_cancelled() {
            desk.turn().await;
        }
        while let Some(ended) = desk.under_way.join_next().await {
            desk.ended(ended);
        }
    }
}

struct Desk {
    room: Arc<Room>,
    stop: CancellationToken,
    under_way: JoinSet<Result<Spoke, Failure>>,
    store: Answers,
    server: Answers,
    /// When to look whether a message is due.
    next: Instant,
    /// When to count them.
    count: Instant,
    /// Whether it was told that messages wait although mail is off.
    told: bool,
}

impl Desk {
    /// Waits until there is something to do, and does it.
    async fn turn(&mut self) {
        let has_room = self.under_way.len() < if self.server.pause.is_some() { 1 } else { WIDTH };
        tokio::select! {
            Some(ended) = self.under_way.join_next() => self.ended(ended),
            () = sleep_until(self.count) => self.look().await,
            () = sleep_until(self.next), if has_room && self.room.way.is_some() => self.take().await,
            () = self.stop.cancelled() => {}
        }
    }

    async fn look(&mut self) {
        self.count = Instant::now() + COUNTING.max(self.store.pause.unwrap_or_default());
        match self.room.outbox.backlog().await {
            Ok(backlog) => {
                self.answers();
                self.room.note(backlog);
                let waits = self.room.way.is_none() && backlog.waiting > 0;
                if waits && !std::mem::replace(&mut self.told, true) {
                    let messages = backlog.waiting;
                    tracing::warn!(
                        messages,
                        "mail is off, so messages wait: set mail.transport (`diglot mail queue` lists them)"
                    );
                }
            }
            Err(error) => self.away(&error),
        }
    }

    /// Takes what is due, as much as there is room for.
    async fn take(&mut self) {
        self.next = Instant::now() + PAUSE;
        let limit = if self.server.pause.is_some() { 1 } else { WIDTH - self.under_way.len() };
        let taken = match self.room.outbox.is_due().await {
            Ok(false) => Ok(None),
            Ok(true) => self.room.outbox.take(u32::try_from(limit).unwrap_or(1), self.room.lease()).await.map(Some),
            Err(error) => Err(error),
        };
        match taken {
            Ok(taken) => {
                self.answers();
                let taken = taken.unwrap_or_default();
                if taken.letters.len() == limit {
                    self.next = Instant::now();
                }
                for id in &taken.abandoned {
                    tracing::warn!(message = %id, "a message was given up: its user may not use it");
                }
                for letter in taken.letters {
                    let (room, stop) = (self.room.clone(), self.stop.clone());
                    self.under_way.spawn(async move { room.send(letter, &stop).await });
                }
            }
            Err(error) => self.away(&error),
        }
    }

    fn answers(&mut self) {
        if self.store.yes() {
            tracing::info!("the store answers again; what waits is seen");
        }
    }

    fn away(&mut self, error: &DirectoryError) {
        if self.store.no() {
            tracing::warn!(%error, "it cannot be seen now which messages wait");
        }
        self.next = Instant::now() + self.store.pause.unwrap_or(PAUSE);
    }

    /// One mail has been tried.
    fn ended(&mut self, ended: Result<Result<Spoke, Failure>, tokio::task::JoinError>) {
        match ended {
            Ok(Err(failure)) => {
                if self.server.no() {
                    let (step, code) = (failure.step, failure.code);
                    tracing::warn!(step, code, "no mail can be sent now; it waits (`diglot mail queue` tells more)");
                }
                self.next = self.next.max(Instant::now() + self.server.pause.unwrap_or(PAUSE));
            }
            Ok(Ok(Spoke::No)) => {}
            Ok(Ok(Spoke::Yes)) => {
                if self.server.yes() {
                    tracing::info!("mail is sent again");
                    self.next = Instant::now();
                }
            }
            Err(error) => tracing::error!(%error, "a mail was not sent; it will be tried again"),
        }
    }
}

#[cfg(test)]
mod tests;
