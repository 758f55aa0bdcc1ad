//! The request that a task is answering: its id, for all that is logged on the way, and who sent it, as far as the log may know:
//! the public part of its key. The directory finds that out deep inside the operation, so it is passed up beside the answer.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;

use users::key::KeyId;

struct Answering {
    request_id: Arc<str>,
    key: RefCell<Option<KeyId>>,
}

tokio::task_local! {
    static ANSWERING: Answering;
}

/// Runs an operation for this request, and says whose it was if the key was found to be good.
pub async fn observe<F: Future>(request_id: Arc<str>, operation: F) -> (F::Output, Option<KeyId>) {
    let answering = Answering { request_id, key: RefCell::new(None) };
    ANSWERING
        .scope(answering, async {
            let output = operation.await;
            (output, ANSWERING.with(|answering| answering.key.take()))
        })
        .await
}

/// Notes that the key was found to be good. Outside of [`observe`] nobody wants to know.
pub fn note(key: &KeyId) {
    if let Err(error) = ANSWERING.try_with(|answering| answering.key.replace(Some(key.clone()))) {
        tracing::trace!(%error, "nobody observes the caller");
    }
}

/// The id of the request that is being answered here, if one is.
#[must_use]
pub fn request_id() -> Option<Arc<str>> {
    // All that can go wrong is that nothing is being answered.
    ANSWERING.try_with(|answering| answering.request_id.clone()).ok()
}
