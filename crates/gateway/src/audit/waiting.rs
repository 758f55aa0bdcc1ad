//! Refusals that are to be noted.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use users::audit::Event;

/// So many refusals can wait, and so many are known to repeat themselves. Each takes some hundred bytes.
pub(super) const MOST: usize = 10_000;

/// How many are written together: as many as take the store some milliseconds, so that nobody waits for long behind them.
pub(super) const ROWS: usize = 100;

/// What waits, in the order in which it came, and what of this minute need not wait again.
#[derive(Debug, Default)]
pub struct Waiting {
    events: VecDeque<Event>,
    minute: i64,
    known: BTreeSet<String>,
}

impl Waiting {
    /// Has a refusal wait, unless it repeats one of its minute. Says whether there was room for it.
    pub fn add(&mut self, refusal: Event) -> bool {
        let minute = refusal.minute();
        if self.minute != minute {
            self.minute = minute;
            self.known.clear();
        }
        let repetition = refusal.repetition();
        if repetition.as_ref().is_some_and(|repetition| self.known.contains(repetition)) {
            return true;
        }
        if self.events.len() >= MOST || self.known.len() >= MOST {
            return false;
        }
        self.known.extend(repetition);
        self.events.push_back(refusal);
        true
    }

    /// Takes out what is to be written next; `None` if nothing waits.
    pub fn take(&mut self) -> Option<Arc<[Event]>> {
        let some = self.events.len().min(ROWS);
        (some > 0).then(|| self.events.drain(..some).collect())
    }

    /// Has them wait again. There was room for them before; where there is none now, the youngest go. Says how many.
    pub fn put_back(&mut self, events: &[Event]) -> usize {
        events.iter().rev().for_each(|event| self.events.push_front(event.clone()));
        let too_many = self.events.len().saturating_sub(MOST);
        self.events.truncate(MOST);
        too_many
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.events.len()
    }
}
