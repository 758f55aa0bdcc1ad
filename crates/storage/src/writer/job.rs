//! One write: its closure, on the way to the writer, and its answer, on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, Instant};

use users::UserError;
use users::error::Result;
use users::ports::Tx;

/// What a closure came to: its own result, or its panic.
pub(super) type Outcome<T> = thread::Result<Result<T>>;

/// A write of whatever result.
pub(super) trait Job: Send {
    /// Runs the closure, and says whether its changes are to be kept.
    fn run(&mut self, tx: &mut dyn Tx) -> bool;

    /// How long it has waited.
    fn waited(&self) -> Duration;

    /// Answers who waits. `committed` says what became of the transaction: if it failed, so did everything in it, also
    /// what a closure said about a state that never came to be.
    fn answer(self: Box<Self>, committed: Result<()>);
}

/// A write.
pub(super) struct Write<T, F> {
    since: Instant,
    work: Option<F>,
    outcome: Option<Outcome<T>>,
    reply: SyncSender<Outcome<T>>,
}

impl<T, F> Write<T, F> {
    /// A write whose outcome goes to `reply`, which must have room for it.
    pub fn new(work: F, reply: SyncSender<Outcome<T>>) -> Self {
        Self { since: Instant::now(), work: Some(work), outcome: None, reply }
    }
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: FnOnce(&mut dyn Tx) -> Result<T> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        let Some(work) = self.work.take() else { return false };
        // Nothing that the closure shares with others is looked at after a panic: its changes are undone, and the panic goes on
        // in the thread that sent it.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(tx)));
        let keep = matches!(outcome, Ok(Ok(_)));
        self.outcome = Some(outcome);
        keep
    }

    fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(panic)), _) => Err(panic),
            (_, Err(error)) => Ok(Err(error)),
            (Some(outcome), Ok(())) => outcome,
            (None, Ok(())) => Ok(Err(UserError::Internal("a write was not run".to_owned()))),
        };
        // Who asked waits until it is answered; there is nobody else to tell.
        let _: std::result::Result<(), _> = self.reply.try_send(outcome);
    }
}
