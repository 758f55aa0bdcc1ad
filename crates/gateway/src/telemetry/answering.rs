//! The request that a task is answering: its id, for all that is logged on the way, and who sent it. The directory finds that out deep
//! inside the operation, so it is passed up beside the answer.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;

use users::Caller;
use users::audit::{Occasion, Refusal};

struct Answering {
    request_id: Arc<str>,
    operation: Arc<str>,
    sender: RefCell<Sender>,
}

/// Who has sent a request, as far as that was found out.
#[derive(Debug, Clone, Default)]
pub enum Sender {
    /// Nobody who is known.
    #[default]
    Unknown,
    /// Whoever has a good key.
    Caller(Arc<Caller>),
    /// Somebody who was refused before it was known who it is: whose key is no good any more, who could not sign in, whose link does
    /// not count.
    Refused(Refusal),
}

impl Sender {
    /// Who has a good key.
    #[must_use]
    pub fn caller(self) -> Option<Arc<Caller>> {
        match self {
            Sender::Caller(caller) => Some(caller),
            Sender::Refused(_) | Sender::Unknown => None,
        }
    }

    /// Why somebody was refused who is not known.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Sender::Refused(refusal) => Some(refusal),
            Sender::Caller(_) | Sender::Unknown => None,
        }
    }
}

tokio::task_local! {
    static ANSWERING: Answering;
}

/// Answers this request for an operation, and says whose it was.
pub async fn observe<F: Future>(request_id: Arc<str>, operation: Arc<str>, answer: F) -> (F::Output, Sender) {
    let answering = Answering { request_id, operation, sender: RefCell::default() };
    ANSWERING
        .scope(answering, async {
            let output = answer.await;
            (output, ANSWERING.with(|answering| answering.sender.take()))
        })
        .await
}

/// Notes who it is. Outside of [`observe`] nobody wants to know.
pub fn note(sender: Sender) {
    if let Err(error) = ANSWERING.try_with(|answering| answering.sender.replace(sender)) {
        tracing::trace!(%error, "nobody observes the caller");
    }
}

/// The occasion of what is done here; none where nothing is being answered.
#[must_use]
pub fn occasion() -> Occasion {
    let occasion = |answering: &Answering| Occasion {
        operation: answering.operation.clone(),
        request_id: Some(answering.request_id.clone()),
    };
    ANSWERING.try_with(occasion).unwrap_or_default()
}

/// The id of the request that is being answered here, if one is.
#[must_use]
pub fn request_id() -> Option<Arc<str>> {
    // All that can go wrong is that nothing is being answered.
    ANSWERING.try_with(|answering| answering.request_id.clone()).ok()
}
