//! Whether a caller may use an operation at this moment, whatever it may do there.

use std::sync::Arc;
use std::time::Instant;

use dialect::{DirectoryError, Guard};
use users::Caller;
use users::key::KeyId;

use super::{Limiter, Plans};
use crate::settings::Rate;

/// The guard of one operation.
pub struct Gate {
    /// The dialect that it belongs to.
    pub dialect: &'static str,
    /// How often each key may use it.
    pub rate: Option<Rate>,
    /// What keys may have beside.
    pub plans: Arc<Plans>,
    /// Who has used it lately; longer than the settings hold.
    pub limiter: Arc<Limiter<KeyId>>,
    /// The beginning of all times of the limiter.
    pub began: Instant,
}

impl Gate {
    fn admit(&self, key: &KeyId, pinned: Option<&str>, plan: Option<&str>) -> Result<(), DirectoryError> {
        if let Some(pinned) = pinned.filter(|pinned| *pinned != self.dialect) {
            return Err(DirectoryError::OtherDialect { pinned: pinned.to_owned() });
        }
        let rates = [self.rate, plan.and_then(|plan| self.plans.rate(plan))];
        if rates == [None, None] {
            return Ok(());
        }
        let verdict = self.limiter.admit(key, rates, self.began.elapsed());
        verdict.map_err(|retry_after| DirectoryError::RateLimited { retry_after })
    }
}

impl Guard for Gate {
    fn admit(&self, caller: &Caller) -> Result<(), DirectoryError> {
        Gate::admit(self, &caller.key, caller.pinned.as_deref(), caller.plan.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::rate::parse;

    fn gate(rate: &str) -> Gate {
        let plans = Plans::new([("small".to_owned(), parse("2/h").expect("a rate"))].into());
        Gate { dialect: "one", rate: parse(rate), plans: plans.into(), limiter: Arc::default(), began: Instant::now() }
    }

    fn key(text: &str) -> KeyId {
        KeyId::from_stored(text.to_owned())
    }

    #[test]
    fn a_key_that_is_pinned_elsewhere_learns_where() {
        let other = DirectoryError::OtherDialect { pinned: "two".to_owned() };
        assert_eq!(gate("").admit(&key("a"), Some("two"), None), Err(other));
        assert_eq!(gate("").admit(&key("a"), Some("one"), None), Ok(()));
    }

    #[test]
    fn the_rate_of_the_operation_and_the_plan_of_the_key_hold_together() {
        let gate = gate("3/h");
        let admits = |name, plan| (0..5).filter(|_| gate.admit(&key(name), None, plan).is_ok()).count();
        assert_eq!(admits("none", None), 3);
        assert_eq!(admits("planned", Some("small")), 2);
        assert_eq!(admits("unknown", Some("gold")), 3);
        assert!(matches!(
            gate.admit(&key("none"), None, None),
            Err(DirectoryError::RateLimited { retry_after }) if retry_after.as_secs() > 1_190
        ));
    }
}
