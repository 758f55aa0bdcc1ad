//! Writes the counts to the store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dialect::directory::Result;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use users::usage::Usage;

use super::Recorder;

/// The pause between two collections. What was counted since the last one is lost with the process.
const PAUSE: Duration = Duration::from_secs(2);

/// How often the last counts are tried to be written, once the server has stopped.
const LAST_TRIES: u32 = 5;

/// The pause between two of these.
const LAST_PAUSE: Duration = Duration::from_millis(200);

/// Where calls are noted.
#[async_trait]
pub trait Book: Send + Sync {
    /// Adds calls to those that are noted.
    async fn add(&self, calls: Arc<[Usage]>) -> Result<()>;
}

impl Recorder {
    /// Writes what is counted into the book until it is told to stop, and then the rest.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut writer = Writer { recorder: self, fails: false, loses: false };
        let mut ticks = interval(PAUSE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            tokio::select! {
                _ = ticks.tick() => { writer.write().await; }
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
}
