//! The changes of a server. What this process changes is known at once; what others change, nobody tells. So nothing that was read is
//! used for longer than a lease.

use std::time::Instant;

use users::changes::{Changes, Moment, Subject};

use super::Ledger;

/// How long others' changes may go unnoticed, in milliseconds. (The contract, §3, allows a second.)
const LEASE: u128 = 100;

/// The changes of one server, as one process knows them.
pub(crate) struct ServerChanges {
    began: Instant,
    ledger: Ledger,
}

impl ServerChanges {
    /// From now on.
    pub fn new() -> Self {
        Self { began: Instant::now(), ledger: Ledger::new() }
    }

    /// Notes that these subjects have changed, or may have: after the commit, and before anybody is told of it.
    pub fn note(&self, subjects: &[Subject]) {
        self.ledger.note(subjects);
    }
}

impl Changes for ServerChanges {
    fn hears_others(&self) -> bool {
        false
    }

    /// All moments of a lease are of one epoch.
    fn now(&self) -> Option<Moment> {
        let epoch = u64::try_from(self.began.elapsed().as_millis() / LEASE).ok()?;
        Some(Moment { epoch, change: self.ledger.last() })
    }

    fn has_changed(&self, subject: &Subject, since: Moment) -> bool {
        self.ledger.has_changed(subject, since.change)
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use users::UserId;

    use super::*;

    fn user(name: &str) -> [Subject; 1] {
        [Subject::User(UserId::from_stored(name.to_owned()))]
    }

    #[test]
    fn own_changes_are_known_at_once_and_nothing_outlives_a_lease() {
        let changes = ServerChanges::new();
        let before = changes.now().expect("a moment");
        assert!(changes.still_holds(before, &user("a")));
        changes.note(&user("a"));
        assert!(!changes.still_holds(before, &user("a")));
        assert!(changes.still_holds(before, &user("b")) || changes.now().is_some_and(|now| now.epoch > before.epoch));
        sleep(Duration::from_millis(LEASE as u64));
        assert!(!changes.still_holds(before, &user("b")));
    }
}
