//! A bounded way off the threads that serve: blocking work runs on threads of its own, so much at a time, and
//! what finds the waiting line full, or waits for too long, is sent away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dialect::{DirectoryError, retry};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use users::UserError;

/// Tells whether what the work waits for answers at all.
pub type Answers = Arc<dyn Fn() -> bool + Send + Sync>;

/// Nothing can be done now.
const SOON: DirectoryError = DirectoryError::Unavailable { retry_after: retry::SOON };

/// How often work that takes long is looked after.
const LOOK: Duration = Duration::from_millis(100);

/// How many can be at work, and how many can wait for how long.
pub struct Lane {
    slots: Arc<Semaphore>,
    width: usize,
    waiting: AtomicUsize,
    queue: usize,
    patience: Duration,
    answers: Answers,
    at_once: bool,
}

/// What a lane is doing at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLoad {
    /// At work.
    pub running: usize,
    /// Waiting.
    pub waiting: usize,
}

impl LaneLoad {
    /// All that is to be done.
    #[must_use]
    pub fn sum(self) -> usize {
        self.running + self.waiting
    }
}

impl Lane {
    /// An empty lane. While what the work waits for does not answer, nobody is let in, and nobody waits for what is at work.
    #[must_use]
    pub fn new(width: usize, queue: usize, patience: Duration, answers: Answers) -> Self {
        let (slots, waiting) = (Arc::new(Semaphore::new(width)), AtomicUsize::new(0));
        Self { slots, width, waiting, queue, patience, answers, at_once: false }
    }

    /// The same lane, on which brief work is done at once.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    /// Whether brief work is done where it arises, so that two small pieces take no longer than one of both.
    #[must_use]
    pub fn is_at_once(&self) -> bool {
        self.at_once
    }

    /// What it is doing now.
    #[must_use]
    pub fn load(&self) -> LaneLoad {
        let running = self.width.saturating_sub(self.slots.available_permits());
        LaneLoad { running, waiting: self.waiting.load(Ordering::Relaxed) }
    }

    /// Runs blocking work and waits for what comes of it. Work that has begun is finished even if nobody waits any more, and
    /// holds its place until then: what is stuck takes no more threads than the lane is wide.
    ///
    /// # Errors
    /// What the work says; `Unavailable` if there is no place, or no answer; `Internal` if it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> users::error::Result<T> + Send + 'static,
    ) -> dialect::directory::Result<T> {
        if !(self.answers)() {
            return Err(SOON);
        }
        let permit = self.enter().await?;
        let mut task = tokio::task::spawn_blocking(move || {
            let _permit: OwnedSemaphorePermit = permit;
            work()
        });
        let ended = loop {
            match tokio::time::timeout(LOOK, &mut task).await {
                Ok(ended) => break ended,
                Err(_) if (self.answers)() => {}
                Err(_) => return Err(SOON),
            }
        };
        match ended {
            Ok(result) => Ok(result.inspect_err(log_fault)?),
            // The message may repeat what a client sent; the place is in the log already.
            Err(error) if error.is_panic() => Err(UserError::Internal("the operation panicked".to_owned()).into()),
            Err(_stopping) => Err(SOON),
        }
    }

    /// As [`Lane::run`], for work of some microseconds: if the lane is for that, and has a place, it is done here and now.
    ///
    /// # Errors
    /// As [`Lane::run`]. A panic goes on.
    pub async fn run_briefly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> users::error::Result<T> + Send + 'static,
    ) -> dialect::directory::Result<T> {
        if self.at_once
            && let Ok(_permit) = self.slots.try_acquire()
        {
            return Ok(work().inspect_err(log_fault)?);
        }
        // What it takes to wait is large, and rarely needed.
        Box::pin(self.run(work)).await
    }

    async fn enter(&self) -> dialect::directory::Result<OwnedSemaphorePermit> {
        if let Ok(permit) = self.slots.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _place = self.wait_in_line().ok_or(SOON)?;
        match tokio::time::timeout(self.patience, self.slots.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(SOON),
        }
    }

    fn wait_in_line(&self) -> Option<Place<'_>> {
        let place = self.waiting.fetch_add(1, Ordering::Relaxed);
        let guard = Place(self);
        (place < self.queue).then_some(guard)
    }
}

/// What the client is not told, the operator is. (The store says itself when it is away.)
fn log_fault(error: &UserError) {
    if let UserError::Internal(reason) = error {
        tracing::error!(reason, "the directory failed");
    }
}

/// A place in the line, given up when dropped.
struct Place<'a>(&'a Lane);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const IDLE: LaneLoad = LaneLoad { running: 0, waiting: 0 };

    fn always() -> Answers {
        Arc::new(|| true)
    }

    fn is_full<T>(result: &dialect::directory::Result<T>) -> bool {
        matches!(result, Err(DirectoryError::Unavailable { .. }))
    }

    #[tokio::test]
    async fn beyond_the_line_is_sent_away_and_then_it_is_free_again() {
        let lane = Arc::new(Lane::new(1, 0, Duration::from_secs(60), always()));
        let (finish, wait) = mpsc::channel::<()>();
        let (started, running) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let lane = lane.clone();
            async move {
                let work = move || {
                    started.send(()).expect("somebody waits");
                    wait.recv().expect("a signal");
                    Ok(1)
                };
                lane.run(work).await
            }
        });
        running.await.expect("it runs");
        assert_eq!(lane.load(), LaneLoad { running: 1, waiting: 0 });
        assert!(is_full(&lane.run(|| Ok(2)).await));
        finish.send(()).expect("it waits");
        assert_eq!(first.await.expect("no panic"), Ok(1));
        assert_eq!(lane.run(|| Ok(3)).await, Ok(3));
        assert_eq!(lane.load(), IDLE);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let lane = Lane::new(1, 8, Duration::from_millis(10), always());
        let _permit = lane.enter().await.expect("the first");
        assert!(is_full(&lane.run(|| Ok(())).await));
        assert_eq!(lane.load().waiting, 0);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_costs_no_place() {
        let lane = Lane::new(1, 0, Duration::from_secs(1), always());
        let result: dialect::directory::Result<()> = lane.run(|| panic!("ada@example.com")).await;
        assert_eq!(result, Err(UserError::Internal("the operation panicked".to_owned()).into()));
        assert_eq!(lane.run(|| Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn brief_work_takes_one_place_wherever_it_is_done() {
        let lane = || Lane::new(1, 0, Duration::from_secs(60), always());
        for lane in [lane(), lane().at_once()] {
            assert_eq!(lane.run_briefly(|| Ok(1)).await, Ok(1));
            let permit = lane.enter().await.expect("a place");
            assert!(is_full(&lane.run_briefly(|| Ok(2)).await));
            drop(permit);
            assert_eq!(lane.load(), IDLE);
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_what_does_not_answer() {
        let answers = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let seen = answers.clone();
        let lane = Lane::new(1, 8, Duration::from_secs(60), Arc::new(move || seen.load(Ordering::Relaxed)));
        let (finish, wait) = mpsc::channel::<()>();
        let silenced = answers.clone();
        let stuck = lane.run(move || {
            silenced.store(false, Ordering::Relaxed);
            wait.recv().expect("a signal");
            Ok(())
        });
        assert!(is_full(&stuck.await));
        assert_eq!(lane.load(), LaneLoad { running: 1, waiting: 0 }, "the work holds its place");
        assert!(is_full(&lane.run(|| Ok(())).await), "nobody is let in");
        finish.send(()).expect("it waits");
        answers.store(true, Ordering::Relaxed);
        assert_eq!(lane.run(|| Ok(1)).await, Ok(1));
    }
}
