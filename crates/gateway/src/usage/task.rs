//! Writes the counts to the store, and forgets old ones there.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use dialect::directory::Result;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use users::usage::{Day, Usage};

use super::Recorder;

/// The pause between two collections. What was counted since the last one is lost with the process.
const PAUSE: Duration = Duration::from_secs(2);

/// How often old days are looked for.
const FORGETTING: Duration = Duration::from_secs(24 * 60 * 60);

/// How many days of keys are forgotten at a time.
const FORGOTTEN: u32 = 32;

/// How often the last counts are tried to be written, once the server has stopped.
const LAST_TRIES: u32 = 5;

/// The pause between two of these.
const LAST_PAUSE: Duration = Duration::from_millis(200);

/// Where calls are noted.
#[async_trait]
pub trait Book: Send + Sync {
    /// Adds calls to those that are noted.
    async fn add(&self, calls: Arc<[Usage]>) -> Result<()>;
    /// Forgets some of what was noted before that day. Says whether there may be more.
    async fn forget(&self, before: Day, limit: u32) -> Result<bool>;
}

impl Recorder {
    /// Writes what is counted into the book until it is told to stop, and then the rest.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut writer = Writer { recorder: self, forget_at: Instant::now(), fails: false, loses: false };
        let mut ticks = interval(PAUSE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            tokio::select! {
                _ = ticks.tick() => {
                    writer.write().await;
                    writer.forget().await;
                }
                () = stop.cancelled() => {}
            }
        }
        for _ in 0..LAST_TRIES {
            if writer.write().await {
                return;
            }
            tokio::time::sleep(LAST_PAUSE).await;
        }
        tracing::error!(operations = writer.recorder.waiting(), "the last calls of some keys were not noted");
    }
}

struct Writer {
    recorder: Arc<Recorder>,
    forget_at: Instant,
    /// Whether the last attempt failed, and that was told.
    fails: bool,
    /// Whether calls are lost meanwhile, and that was told.
    loses: bool,
}

impl Writer {
    /// Writes all that was counted. Says whether that went well.
    async fn write(&mut self) -> bool {
        if self.recorder.collect() > 0 && !std::mem::replace(&mut self.loses, true) {
            tracing::error!("calls are not counted any more, since too many wait to be noted");
        }
        while let Some(calls) = self.recorder.take() {
            if let Err(error) = self.recorder.book.add(calls.clone()).await {
                self.recorder.put_back(&calls);
                if !std::mem::replace(&mut self.fails, true) {
                    tracing::warn!(%error, "calls cannot be noted now; they are counted in memory");
                }
                return false;
            }
        }
        self.loses = false;
        if std::mem::take(&mut self.fails) {
            tracing::info!("calls are noted again");
        }
        true
    }

    /// Forgets a part of what is old, if it is time for that.
    async fn forget(&mut self) {
        if Instant::now() < self.forget_at {
            return;
        }
        let span = TimeDelta::from_std(self.recorder.retention).unwrap_or(TimeDelta::MAX);
        let before = Day::of_earlier(self.recorder.clock.now(), span);
        match self.recorder.book.forget(before, FORGOTTEN).await {
            // The rest goes with the next ticks.
            Ok(true) => {}
            Ok(false) => self.forget_at = Instant::now() + FORGETTING,
            Err(error) => tracing::debug!(%error, "old calls cannot be forgotten now"),
        }
    }
}
