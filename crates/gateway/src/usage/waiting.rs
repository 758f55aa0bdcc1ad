//! What was collected and is not written yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use users::key::KeyId;
use users::usage::{AGENTS, Day, DetailKind, Tally, Usage};

/// Of how many keys' operations calls can wait. Each takes some hundred bytes, as a rule.
pub(super) const MOST: usize = 50_000;

/// How many rows are written together: as many as take the store some milliseconds, so that nobody waits for long behind them.
const ROWS: usize = 200;

/// Calls that wait, those of a key together.
#[derive(Debug, Default)]
pub struct Waiting(BTreeMap<(KeyId, Day, String), Tally>);

impl Waiting {
    /// Has these wait too. Says how many found no room.
    pub fn add(&mut self, usage: Usage) -> u64 {
        let Usage { key, day, operation, tally } = usage;
        let is_full = self.0.len() >= MOST;
        let place = (key, day, operation);
        match self.0.get_mut(&place) {
            Some(known) => add(known, tally),
            None if is_full => return tally.calls,
            None => drop(self.0.insert(place, tally)),
        }
        0
    }

    /// Takes out what is to be written next; `None` if nothing waits.
    pub fn take(&mut self) -> Option<Arc<[Usage]>> {
        let (mut batch, mut rows) = (Vec::new(), 0);
        while rows < ROWS
            && let Some(((key, day, operation), tally)) = self.0.pop_first()
        {
            rows += 1 + tally.details.len();
            batch.push(Usage { key, day, operation, tally });
        }
        (!batch.is_empty()).then(|| batch.into())
    }

    /// Has them wait again. There was room for them before.
    pub fn put_back(&mut self, batch: &[Usage]) {
        for Usage { key, day, operation, tally } in batch.iter().cloned() {
            let empty = || Tally::empty(tally.last_seen);
            add(self.0.entry((key, day, operation)).or_insert_with(empty), tally);
        }
    }

    /// Of how many keys' operations calls wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// However long it waits, it does not grow beyond what is kept of a day.
fn add(known: &mut Tally, more: Tally) {
    known.add(more);
    known.bound(DetailKind::Agent, AGENTS);
}
