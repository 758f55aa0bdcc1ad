//! Forgets what was noted longer ago than the settings want it to be known, a little at a time, so that nobody waits for long behind it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use dialect::directory::Result;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use users::Timestamp;
use users::ports::Clock;
use users::usage::Day;

/// How many days of keys' calls are forgotten at a time.
const CALLS: u32 = 32;

/// How many events of the audit trail are forgotten at a time, which takes some milliseconds.
const EVENTS: u32 = 500;

/// The pause between two times, which leaves the store to others.
const BETWEEN: Duration = Duration::from_millis(200);

/// How soon it is looked again where the store could not.
const AGAIN: Duration = Duration::from_secs(2);

/// How often it is looked for what has become old, when there was nothing.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Where something is noted that need not be known for ever.
#[async_trait]
pub trait Past: Send + Sync {
    /// Forgets some of the calls that were noted before that day. Says whether there may be more.
    async fn forget_calls(&self, before: Day, limit: u32) -> Result<bool>;
    /// Forgets some of the events of the audit trail from before then. Says whether there may be more.
    async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<bool>;
}

/// How long what is known. It goes by that whether or not anything is noted at present.
pub struct Retention {
    /// Where it is noted.
    pub past: Arc<dyn Past>,
    /// By which time.
    pub clock: Arc<dyn Clock>,
    /// How long it is known which key calls what.
    pub calls: Duration,
    /// How long it is known who did what.
    pub events: Duration,
}

impl Retention {
    /// Forgets what becomes old, until it is told to stop.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let span = |time| TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        let calls = || self.past.forget_calls(Day::of_earlier(self.clock.now(), span(self.calls)), CALLS);
        let events = || self.past.forget_events(self.clock.now().before(span(self.events)), EVENTS);
        let forgetting = async { tokio::join!(forget("calls", calls), forget("events", events)) };
        stop.run_until_cancelled(forgetting).await;
    }
}

/// Forgets something again and again, for ever.
async fn forget<F: Future<Output = Result<bool>>>(what: &str, some: impl Fn() -> F) {
    loop {
        let pause = match some().await {
            Ok(true) => BETWEEN,
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::debug!(%error, what, "what is old cannot be forgotten now");
                AGAIN
            }
        };
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use dialect::DirectoryError;
    use users::testing::SteppingClock;

    use super::*;

    /// So much is old, and was seen to be; and from before when on something is.
    #[derive(Default)]
    struct Attic {
        calls: AtomicU32,
        events: AtomicU32,
        is_closed: AtomicBool,
        seen: Mutex<Vec<u32>>,
        day: Mutex<Option<Day>>,
        time: Mutex<Option<Timestamp>>,
    }

    #[async_trait]
    impl Past for Attic {
        async fn forget_calls(&self, before: Day, limit: u32) -> Result<bool> {
            if self.is_closed.swap(false, Ordering::Relaxed) {
                return Err(DirectoryError::Unavailable { retry_after: Duration::from_secs(1) });
            }
            let old = self.calls.load(Ordering::Relaxed);
            self.calls.store(old.saturating_sub(limit), Ordering::Relaxed);
            *self.day.lock().expect("no panic") = Some(before);
            Ok(old > limit)
        }

        async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<bool> {
            let old = self.events.load(Ordering::Relaxed);
            self.events.store(old.saturating_sub(limit), Ordering::Relaxed);
            self.seen.lock().expect("no panic").push(old);
            *self.time.lock().expect("no panic") = Some(before);
            Ok(old > limit)
        }
    }

    async fn scene(attic: &Arc<Attic>, time: Duration) {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        let clock = Arc::new(SteppingClock::default());
        let retention = Retention { past: attic.clone(), clock: clock.clone(), calls: days(5), events: days(10) };
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(Arc::new(retention).keep(stop.clone()));
        sleep(time).await;
        stop.cancel();
        keeping.await.expect("it ends");
        let (today, ten_days) = (Day::of(clock.now()).number(), TimeDelta::days(10));
        assert_eq!(*attic.day.lock().expect("no panic"), Some(Day::from_number(today - 5)));
        assert_eq!(*attic.time.lock().expect("no panic"), Some(clock.now().before(ten_days)));
    }

    #[tokio::test]
    async fn what_is_old_is_forgotten_a_little_at_a_time_and_then_not_looked_for_at_once() {
        let attic = Arc::new(Attic::default());
        attic.events.store(1_700, Ordering::Relaxed);
        attic.calls.store(70, Ordering::Relaxed);
        scene(&attic, BETWEEN * 10).await;
        assert_eq!(*attic.seen.lock().expect("no panic"), [1_700, 1_200, 700, 200]);
        assert_eq!(attic.calls.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_store_that_is_away_is_asked_again_soon() {
        let attic = Arc::new(Attic::default());
        attic.calls.store(7, Ordering::Relaxed);
        attic.is_closed.store(true, Ordering::Relaxed);
        scene(&attic, AGAIN + BETWEEN).await;
        assert_eq!(attic.calls.load(Ordering::Relaxed), 0);
    }
}
