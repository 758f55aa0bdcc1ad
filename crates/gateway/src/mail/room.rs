//! What is known of mail while a process serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dialect::directory::Result;
use users::outbox::Backlog;
use users::ports::Clock;
use users::{Fate, Held, Setback, Taken};

use super::carrier::Carrier;
use super::file::WRITING;
use crate::settings::{MailSettings, Transport};

/// What an attempt may take beyond its bounded time until it is noted what became of it.
const NOTING: Duration = Duration::from_secs(15);

/// Where messages wait.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Whether a message is due.
    async fn is_due(&self) -> Result<bool>;
    /// How many there are.
    async fn backlog(&self) -> Result<Backlog>;
    /// Takes at most so many that are due, and holds them for that long.
    async fn take(&self, limit: u32, lease: Duration) -> Result<Taken>;
    /// Notes that one was sent. Says whether it was still held.
    async fn sent(&self, held: &Held) -> Result<bool>;
    /// Notes that one was not sent.
    async fn failed(&self, held: &Held, setback: Setback) -> Result<Fate>;
    /// Gives one back as it was, and says why, if there is more to say.
    async fn released(&self, held: &Held, why: Option<String>) -> Result<()>;
}

/// Sends what waits.
pub struct Room {
    pub(super) outbox: Arc<dyn Outbox>,
    pub(super) clock: Arc<dyn Clock>,
    /// How; `None` if mail is off, so that messages wait.
    pub(super) way: Option<(Carrier, MailSettings)>,
    /// Whether no mail could be sent, when one was tried last.
    pub(super) away: AtomicBool,
    waiting: AtomicUsize,
    abandoned: AtomicUsize,
}

impl Room {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// Says what of the settings cannot be used.
    pub fn new(
        outbox: Arc<dyn Outbox>,
        clock: Arc<dyn Clock>,
        settings: Option<MailSettings>,
    ) -> std::result::Result<Self, String> {
        let way = settings.map(|settings| Ok::<_, String>((Carrier::new(&settings)?, settings))).transpose()?;
        let (waiting, abandoned) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Ok(Self { outbox, clock, way, away: AtomicBool::new(false), waiting, abandoned })
    }

    /// How long a message is held: longer than an attempt can take.
    pub(super) fn lease(&self) -> Duration {
        let attempt = match self.way.as_ref().map(|(_, settings)| &settings.transport) {
            Some(Transport::Smtp(smtp)) => smtp.timeout,
            Some(Transport::File(_)) | None => WRITING,
        };
        attempt + NOTING
    }

    pub(super) fn note(&self, backlog: Backlog) {
        let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
        self.waiting.store(number(backlog.waiting), Ordering::Relaxed);
        self.abandoned.store(number(backlog.abandoned), Ordering::Relaxed);
    }

    /// How many messages wait, as was last looked at.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many were given up, as was last looked at.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.abandoned.load(Ordering::Relaxed)
    }
}
