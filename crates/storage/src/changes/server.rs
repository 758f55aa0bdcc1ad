//! The changes of a server, which tells nobody what other processes change. So what was read from it is used again for a moment only;
//! what this process changes is known exactly.

use std::time::{Duration, Instant};

use users::changes::{Changes, Moment, Subject};

use super::Ledger;

/// For so long at most, what another process has changed is not seen (the contract allows for twice as long).
const MOMENT: Duration = Duration::from_millis(500);

/// The changes of one server, as far as this process makes them.
pub(crate) struct ServerChanges {
    began: Instant,
    ledger: Ledger,
}

impl ServerChanges {
    pub fn new() -> Self {
        Self { began: Instant::now(), ledger: Ledger::new() }
    }

    /// Notes a change of these subjects, after its commit, whatever came of that, and before anybody is told.
    pub fn note(&self, subjects: &[Subject]) {
        self.ledger.note(subjects);
    }
}

impl Changes for ServerChanges {
    fn now(&self) -> Option<Moment> {
        let epoch = self.began.elapsed().as_micros() / MOMENT.as_micros();
        Some(Moment { epoch: u64::try_from(epoch).ok()?, change: self.ledger.last() })
    }

    fn has_changed(&self, subject: &Subject, since: Moment) -> bool {
        self.ledger.has_changed(subject, since.change)
    }
}
