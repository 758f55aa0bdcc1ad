//! Writes refusals to the store.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use dialect::directory::Result;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use users::audit::Event;

use super::Refusals;

/// The pause between two writes. What was refused since the last one is lost with the process.
const PAUSE: Duration = Duration::from_secs(2);

/// How often the last refusals are tried to be written, once the server has stopped.
const LAST_TRIES: u32 = 5;

/// The pause between two of these.
const LAST_PAUSE: Duration = Duration::from_millis(200);

/// Where refusals are noted.
#[async_trait]
pub trait Book: Send + Sync {
    /// Adds refusals, but for those that repeat others.
    async fn add(&self, refusals: Arc<[Event]>) -> Result<()>;
}

impl Refusals {
    /// Writes what is refused into the book until it is told to stop, and then the rest.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let mut fails = false;
        while stop.run_until_cancelled(sleep(PAUSE)).await.is_some() {
            self.write(&mut fails).await;
        }
        for _ in 0..LAST_TRIES {
            if self.write(&mut fails).await {
                return;
            }
            sleep(LAST_PAUSE).await;
        }
        tracing::error!(refusals = self.waiting().len(), "the last refusals were not noted");
    }

    /// Writes all that waits. Says whether that went well.
    async fn write(&self, fails: &mut bool) -> bool {
        loop {
            let Some(events) = self.waiting().take() else { break };
            if let Err(error) = self.book.add(events.clone()).await {
                let lost = self.waiting().put_back(&events);
                self.dropped.fetch_add(lost as u64, Ordering::Relaxed);
                if !std::mem::replace(fails, true) {
                    tracing::warn!(%error, "refusals cannot be noted now; they wait in memory");
                }
                return false;
            }
        }
        if std::mem::take(fails) {
            tracing::info!("refusals are noted again");
        }
        true
    }
}
