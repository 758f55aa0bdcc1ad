//! Requests that are to have their effect once, however often they are sent: what tells them apart, and what is remembered of
//! those that had it.

mod claim;
mod fingerprint;
mod key;

pub use claim::{Claim, ClaimId, Outcome};
pub use fingerprint::Fingerprint;
pub use key::IdempotencyKey;

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::user::User;

/// Makes the answer to a request that has created this user, to be kept.
pub type Respond = dyn Fn(&User) -> Result<KeptAnswer> + Send + Sync;

/// A request that is to have its effect once.
#[derive(Clone)]
pub struct Once {
    /// The operation that is asked for. The same key means something else to another one.
    pub operation: String,
    /// The key that the client gave the request.
    pub key: IdempotencyKey,
    /// Of what the request says.
    pub fingerprint: Fingerprint,
    /// The answer that is kept for repeats: what the client is told of the user that was created. It is asked inside the
    /// transaction, so it must be quick.
    pub answer: Arc<Respond>,
}

/// What has come of a request to create a user.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "it is moved a few times, and hardly ever the small one")]
pub enum Created {
    /// This user, just now.
    Now(User),
    /// A user, when the request was sent before; what was answered then.
    Before(KeptAnswer),
}

/// An answer to be given again. What its text means, only who made it knows.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer(pub String);

/// It tells of a user, so it stays out of logs.
impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptAnswer(..)")
    }
}
