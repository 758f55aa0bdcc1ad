//! What is remembered of a request that had its effect.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::TimeDelta;
use data_encoding::HEXLOWER;

use super::{Fingerprint, IdempotencyKey, KeptAnswer};
use crate::id::UserId;
use crate::key::KeyId;
use crate::time::Timestamp;

/// What tells a request from all others: the SHA-256, in hexadecimal digits, of who asked, for what, and under which key. So
/// nothing is kept of what a client may have put into its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimId(String);

impl ClaimId {
    /// Of a caller's request.
    #[must_use]
    pub fn of(caller: &KeyId, operation: &str, key: &IdempotencyKey) -> Self {
        let mut digest = Context::new(&SHA256);
        // Each with its length, so that no two requests have the same text.
        for part in [caller.as_str(), operation, key.as_str()] {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(HEXLOWER.encode(digest.finish().as_ref()))
    }

    /// The id that a store gives back.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request that had its effect. It outlives the user that was created, so that a late repeat does not create it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which request.
    pub id: ClaimId,
    /// When it had its effect.
    pub created_at: Timestamp,
    /// What came of it; `None` once the user is deleted, of whom nothing may be left.
    pub outcome: Option<Outcome>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The user that was created.
    pub user: UserId,
    /// What the request said.
    pub fingerprint: Fingerprint,
    /// What was answered.
    pub answer: KeptAnswer,
}

impl Claim {
    /// How long a repeat is known as one.
    pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

    /// Claims from before then count no more.
    #[must_use]
    pub fn horizon(now: Timestamp) -> Timestamp {
        now.before(Self::LIFETIME)
    }

    /// Whether a repeat is still known as one.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.created_at >= Self::horizon(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_tells_requests_apart() {
        let id = |caller: &str, operation: &str, key: &str| {
            ClaimId::of(&KeyId::from_stored(caller.to_owned()), operation, &IdempotencyKey::parse(key).unwrap())
        };
        let one = id("ab", "c", "d");
        assert_eq!(one, id("ab", "c", "d"));
        assert_eq!(one.as_str().len(), 64);
        for other in [id("a", "bc", "d"), id("ab", "cd", "d"), id("ab", "c", "e"), id("ab", "C", "d")] {
            assert_ne!(one, other);
        }
    }
}
