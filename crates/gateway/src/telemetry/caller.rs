//! Who sent a request, as far as the log may know: the public part of its key. The directory finds it out deep
//! inside the operation, so it is passed up beside the answer.

use std::cell::RefCell;
use std::future::Future;

use users::key::KeyId;

tokio::task_local! {
    static KEY: RefCell<Option<KeyId>>;
}

/// Runs an operation, and says whose it was if the key was found to be good.
pub async fn observe<F: Future>(operation: F) -> (F::Output, Option<KeyId>) {
    KEY.scope(RefCell::new(None), async {
        let output = operation.await;
        (output, KEY.with(RefCell::take))
    })
    .await
}

/// Notes that the key was found to be good. Outside of [`observe`] nobody wants to know.
pub fn note(key: &KeyId) {
    if let Err(error) = KEY.try_with(|cell| cell.replace(Some(key.clone()))) {
        tracing::trace!(%error, "nobody observes the caller");
    }
}
