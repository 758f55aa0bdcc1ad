//! One attempt to send a message, and noting what became of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

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

/// The pauses between attempts to note that a mail was sent, from the first to the longest. Each is twice the one before.
const NOTING: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How long it is still tried when the program is to stop.
const LAST_NOTES: Duration = Duration::from_secs(10);

/// What an attempt shows of the mail server.
pub(super) enum Spoke {
    /// It answers.
    Yes,
    /// Nothing: it was not asked.
    No,
}

impl Room {
    /// Sends one mail, and notes what became of it.
    ///
    /// # Errors
    /// If it may be that no mail could have been sent.
    pub(super) async fn send(&self, letter: Letter, stop: &CancellationToken) -> Result<Spoke, Failure> {
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
    pub(super) async fn note_sent(&self, letter: &Letter, held_until: Instant, stop: &CancellationToken) {
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
