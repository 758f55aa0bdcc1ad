//! The task that sends what waits, for as long as the process serves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dialect::DirectoryError;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use users::{Fate, Letter, Setback};

use super::carrier::Delivery;
use super::failure::{Blame, Failure};
use super::message::{Mail, plain};
use super::room::Room;
use super::templates::Values;
use crate::accounts::PAGES;
use crate::settings::MailSettings;

/// How often it is looked whether a message is due: so long may one wait that was asked for here or anywhere.
const PAUSE: Duration = Duration::from_millis(500);

/// How many mails are sent at a time.
const WIDTH: usize = 4;

/// How often messages are counted.
const COUNTING: Duration = Duration::from_secs(5);

/// The longest pause between two attempts at a store or a mail server that is away. Only one mail is tried then.
const LONGEST: Duration = Duration::from_secs(30);

/// The pauses between attempts to note that a mail was sent, from the first to the longest. Each is twice the one before.
const NOTING: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long it is still tried when the program is to stop.
const LAST_NOTES: Duration = Duration::from_secs(10);

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

/// What an attempt shows of the mail server.
enum Spoke {
    /// It answers.
    Yes,
    /// Nothing: it was not asked.
    No,
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

impl Room {
    /// Sends one mail, and notes what became of it.
    ///
    /// # Errors
    /// If it may be that no mail could have been sent.
    async fn send(&self, letter: Letter, stop: &CancellationToken) -> Result<Spoke, Failure> {
        let Some((carrier, settings)) = &self.way else { return Ok(Spoke::No) };
        let held_until = Instant::now() + self.lease();
        let mail = match write(&letter, settings, self.clock.now()) {
            Ok(mail) => mail,
            Err(failure) => {
                self.failed(&letter, &failure).await;
                return Ok(Spoke::No);
            }
        };
        match carrier.deliver(&mail, stop).await {
            Ok(Delivery::Stopped) => {
                self.give_back(&letter, None).await;
                Ok(Spoke::No)
            }
            Ok(delivery) => {
                self.away.store(false, Ordering::Relaxed);
                tell(&letter, settings, delivery);
                self.note_sent(&letter, held_until, stop).await;
                Ok(Spoke::Yes)
            }
            Err(failure) => self.not_sent(&letter, failure).await,
        }
    }

    async fn not_sent(&self, letter: &Letter, failure: Failure) -> Result<Spoke, Failure> {
        match failure.blame {
            Blame::Mail | Blame::MailForGood => {
                self.away.store(false, Ordering::Relaxed);
                self.failed(letter, &failure).await;
                Ok(Spoke::Yes)
            }
            Blame::Unclear => {
                self.failed(letter, &failure).await;
                Err(failure)
            }
            Blame::Server => {
                // While nothing can be sent, no other message begins to lose its time.
                let was_away = self.away.swap(true, Ordering::Relaxed);
                if was_away && letter.held.tried_since.is_none() {
                    self.give_back(letter, Some(failure.to_string())).await;
                } else {
                    self.failed(letter, &failure).await;
                }
                Err(failure)
            }
        }
    }

    /// It is sent, which must be noted, so that it is not sent again: as long as nobody else may take it.
    async fn note_sent(&self, letter: &Letter, held_until: Instant, stop: &CancellationToken) {
        let (mut pause, longest) = NOTING;
        let stopped = async {
            stop.cancelled().await;
            sleep(LAST_NOTES).await;
        };
        tokio::pin!(stopped);
        loop {
            match self.outbox.sent(&letter.held).await {
                Ok(_) => return,
                Err(error) => tracing::debug!(%error, "it cannot be noted yet that a mail was sent"),
            }
            let next = Instant::now() + pause;
            if next >= held_until {
                break;
            }
            tokio::select! {
                () = sleep_until(next) => {}
                () = &mut stopped => break,
            }
            pause = (pause * 2).min(longest);
        }
        let message = &letter.held.id;
        tracing::error!(%message, "it could not be noted that a mail was sent, so it will be sent again");
    }

    async fn failed(&self, letter: &Letter, failure: &Failure) {
        let setback = Setback { reason: failure.to_string(), is_final: failure.blame == Blame::MailForGood };
        let (message, user) = (&letter.held.id, &letter.user);
        match self.outbox.failed(&letter.held, setback).await {
            Ok(Fate::Abandoned) => {
                let (kind, step, code) = (letter.kind.as_str(), failure.step, failure.code);
                tracing::warn!(%message, %user, kind, step, code, "a message was given up (`diglot mail queue` tells why)");
            }
            Ok(Fate::Again(_) | Fate::NotHeld) => {}
            // It is free again when its time is over.
            Err(error) => tracing::debug!(%error, "it cannot be noted that a mail was not sent"),
        }
    }

    async fn give_back(&self, letter: &Letter, why: Option<String>) {
        if let Err(error) = self.outbox.released(&letter.held, why).await {
            tracing::debug!(%error, "a message cannot be given back now; it is free when its time is over");
        }
    }
}

fn tell(letter: &Letter, settings: &MailSettings, delivery: Delivery) {
    let (message, user) = (&letter.held.id, &letter.user);
    match delivery {
        Delivery::Written(path) => {
            let (file, page) = (path.display(), format!("{}{PAGES}", settings.public_url));
            tracing::info!(%message, %user, %file, page, "a mail was written; the link in it leads to the page");
        }
        Delivery::Taken(_) | Delivery::Stopped => {
            tracing::info!(%message, %user, kind = letter.kind.as_str(), "a mail was sent");
        }
    }
}

fn write(letter: &Letter, settings: &MailSettings, now: users::Timestamp) -> Result<Mail, Failure> {
    let name = plain(&letter.name);
    let link = format!("{}{PAGES}?token={}", settings.public_url, letter.token.reveal());
    let hours = letter.kind.purpose().lifetime().num_hours();
    let content = settings.templates.fill(letter.kind, Values { name: &name, link: &link, hours });
    let content =
        content.ok_or_else(|| Failure::new(Blame::MailForGood, "writing the mail", "there is no template"))?;
    Mail::write(letter.held.id.as_str(), &settings.sender, &letter.to, &name, content, now)
}

#[cfg(test)]
mod tests;
