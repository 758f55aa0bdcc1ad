//! The changes of a server's database, which this process sees of itself only.

use std::time::{Duration, Instant};

use users::changes::{Changes, Moment, Subject};

use super::Ledger;

/// Nothing counts for longer. So what other processes change holds here in less than the second that is promised.
const EPOCH: Duration = Duration::from_millis(500);

/// The changes of one database.
pub(crate) struct ServerChanges {
    began: Instant,
    ledger: Ledger,
}

impl ServerChanges {
    /// The changes from now on.
    pub fn new() -> Self {
        Self { began: Instant::now(), ledger: Ledger::new() }
    }

    /// Notes a change of these subjects, after it was committed.
    pub fn note(&self, subjects: &[Subject]) {
        self.ledger.note(subjects);
    }
}

impl Changes for ServerChanges {
    fn now(&self) -> Option<Moment> {
        let epoch = self.began.elapsed().as_millis() / EPOCH.as_millis();
        Some(Moment { epoch: u64::try_from(epoch).ok()?, change: self.ledger.last() })
    }

    fn has_changed(&self, subject: &Subject, since: Moment) -> bool {
        self.ledger.has_changed(subject, since.change)
    }

    fn sees_other_processes(&self) -> bool {
        false
    }
}
