//! Whether somebody may use an operation at this moment, whatever it may do there.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use dialect::{DirectoryError, Guard};
use users::attempts::Subject;
use users::key::KeyId;
use users::{Caller, UserId};

use super::{Limiter, Plans};
use crate::settings::Rate;

/// Who has used an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever has this key.
    Key(KeyId),
    /// This user, in all of its sessions: each is another key, and who could begin one more would begin anew.
    SignedIn(UserId),
    /// Whoever is there, without a key.
    Stranger(Subject),
}

impl Who {
    fn of(caller: &Caller) -> Self {
        match &caller.owner {
            Some(owner) if caller.session => Who::SignedIn(owner.id.clone()),
            Some(_) | None => Who::Key(caller.key.clone()),
        }
    }
}

/// The guard of one operation.
pub struct Gate {
    /// The dialect that it belongs to.
    pub dialect: &'static str,
    /// How often each may use it.
    pub rate: Option<Rate>,
    /// What keys may have beside.
    pub plans: Arc<Plans>,
    /// Who has used it lately; longer than the settings hold.
    pub limiter: Arc<Limiter<Who>>,
    /// The beginning of all times of the limiter.
    pub began: Instant,
}

impl Gate {
    fn count(&self, who: impl FnOnce() -> Who, plan: Option<&str>) -> Result<(), DirectoryError> {
        let rates = [self.rate, plan.and_then(|plan| self.plans.rate(plan))];
        if rates == [None, None] {
            return Ok(());
        }
        let verdict = self.limiter.admit(&who(), rates, self.began.elapsed());
        verdict.map_err(|retry_after| DirectoryError::RateLimited { retry_after })
    }
}

impl Guard for Gate {
    fn admit(&self, caller: &Caller) -> Result<(), DirectoryError> {
        match caller.pinned.as_deref().filter(|pinned| *pinned != self.dialect) {
            Some(pinned) => Err(DirectoryError::OtherDialect { pinned: pinned.to_owned() }),
            None => self.count(|| Who::of(caller), caller.plan.as_deref()),
        }
    }

    fn admit_stranger(&self, origin: Option<IpAddr>) -> Result<(), DirectoryError> {
        origin.map_or(Ok(()), |origin| self.count(|| Who::Stranger(Subject::peer(origin)), None))
    }
}

#[cfg(test)]
mod tests {
    use users::caller::Owner;
    use users::{Permissions, Reach};

    use super::*;
    use crate::settings::rate::parse;

    fn gate(rate: &str) -> Gate {
        let plans = Plans::new([("small".to_owned(), parse("2/h").expect("a rate"))].into());
        Gate { dialect: "one", rate: parse(rate), plans: plans.into(), limiter: Arc::default(), began: Instant::now() }
    }

    fn caller(key: &str) -> Caller {
        Caller {
            key: KeyId::from_stored(key.to_owned()),
            owner: None,
            permissions: Permissions::default(),
            reach: Reach::Installation,
            home: None,
            pinned: None,
            plan: None,
            session: false,
        }
    }

    #[test]
    fn a_key_that_is_pinned_elsewhere_learns_where() {
        let pinned = |dialect: &str| Caller { pinned: Some(dialect.to_owned()), ..caller("a") };
        let other = DirectoryError::OtherDialect { pinned: "two".to_owned() };
        assert_eq!(gate("").admit(&pinned("two")), Err(other));
        assert_eq!(gate("").admit(&pinned("one")), Ok(()));
    }

    #[test]
    fn the_rate_of_the_operation_and_the_plan_of_the_key_hold_together() {
        let gate = gate("3/h");
        let admits = |name, plan: Option<&str>| {
            let caller = Caller { plan: plan.map(str::to_owned), ..caller(name) };
            (0..5).filter(|_| gate.admit(&caller).is_ok()).count()
        };
        assert_eq!(admits("none", None), 3);
        assert_eq!(admits("planned", Some("small")), 2);
        assert_eq!(admits("unknown", Some("gold")), 3);
        assert!(matches!(
            gate.admit(&caller("none")),
            Err(DirectoryError::RateLimited { retry_after }) if retry_after.as_secs() > 1_190
        ));
    }

    #[test]
    fn another_session_is_no_other_user_and_another_key_is_another_caller() {
        let gate = gate("2/h");
        let owned = |key: &str, user: &str, session| {
            let id = UserId::parse(user).expect("an id");
            Caller { owner: Some(Owner { id, permissions: Permissions::default() }), session, ..caller(key) }
        };
        let [ada, bob] = ["0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c"];
        let admits = |key: &str, user, session| gate.admit(&owned(key, user, session)).is_ok();
        assert!(admits("first", ada, true) && admits("second", ada, true));
        assert!(!admits("third", ada, true) && !admits("first", ada, true));
        assert!(admits("fourth", bob, true));
        assert!(admits("made", ada, false) && admits("made", ada, false) && !admits("made", ada, false));
        assert!(admits("other", ada, false));
    }

    #[test]
    fn who_needs_no_key_is_counted_by_its_address() {
        let gate = gate("2/h");
        let admits = |address: Option<&str>| {
            let origin = address.map(|address| address.parse().expect("an address"));
            (0..5).filter(|_| gate.admit_stranger(origin).is_ok()).count()
        };
        assert_eq!([Some("192.0.2.1"), Some("192.0.2.2"), Some("192.0.2.1"), None].map(admits), [2, 2, 0, 5]);
    }
}
