//! The real clock and the real randomness.

use std::sync::Arc;

use chrono::Utc;
use users::Timestamp;
use users::error::{Result, UserError};
use users::ports::{Clock, Environment, PasswordHasher, Randomness};
use uuid::Uuid;

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Utc::now().into()
    }
}

/// The machine's source of randomness.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes)
            .map_err(|error| UserError::Internal(format!("the system gives no random bytes: {error}")))
    }
}

/// The real environment, with this hasher.
#[must_use]
pub fn real(hasher: Arc<dyn PasswordHasher>) -> Environment {
    Environment { clock: Arc::new(SystemClock), randomness: Arc::new(SystemRandomness), hasher }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow() {
        let ids: Vec<Uuid> = (0..1_000).map(|_| SystemRandomness.uuid()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert_eq!(ids[0].get_version_num(), 7);
    }

    #[test]
    fn random_bytes_are_not_zero() {
        let mut bytes = [0; 32];
        SystemRandomness.fill(&mut bytes).expect("randomness");
        assert_ne!(bytes, [0; 32]);
    }
}
