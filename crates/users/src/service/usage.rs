//! Noting what keys call.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Users;
use crate::error::Result;
use crate::key::KeyId;
use crate::ports::{Store, Tx};
use crate::usage::{AGENTS, Day, Detail, DetailKind, Tally, Usage};

/// The clients that are told apart, of each key and day.
type Known = HashMap<(KeyId, Day), HashSet<String>>;

impl<S: Store> Users<S> {
    /// Adds these calls to those that are noted. What a key called that is gone is forgotten.
    ///
    /// # Errors
    /// As the store's. Where it is `Unavailable`, the calls may have been noted all the same.
    pub fn record_usage(&self, calls: Arc<[Usage]>) -> Result<()> {
        self.store.write(move |tx| record(tx, &calls))
    }

    /// Forgets what was called before that day, of at most so many keys and days. Says whether there may be more.
    ///
    /// # Errors
    /// As the store's.
    pub fn forget_usage(&self, before: Day, limit: u32) -> Result<bool> {
        Ok(self.store.write(move |tx| tx.forget_usage(before, limit))? == limit)
    }
}

fn record(tx: &mut dyn Tx, calls: &[Usage]) -> Result<()> {
    let Some(first) = calls.iter().map(|call| call.day).min() else { return Ok(()) };
    let mut keys: Vec<KeyId> = calls.iter().map(|call| call.key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys = tx.hold_keys(&keys)?;
    let mut known = Known::new();
    for (key, day, agent) in tx.agents(&keys, first)? {
        known.entry((key, day)).or_default().insert(agent);
    }
    let there: HashSet<&KeyId> = keys.iter().collect();
    let mut rows: BTreeMap<(&KeyId, Day, &str), Tally> = BTreeMap::new();
    for Usage { key, day, operation, tally } in calls.iter().filter(|call| there.contains(&call.key)) {
        let known = known.entry((key.clone(), *day)).or_default();
        let row = rows.entry((key, *day, operation));
        row.or_insert_with(|| Tally::empty(tally.last_seen)).add(told_apart(tally.clone(), known));
    }
    let row = |((key, day, operation), tally): ((&KeyId, _, &str), _)| {
        let (key, operation) = (key.clone(), operation.to_owned());
        Usage { key, day, operation, tally }
    };
    tx.add_usage(&rows.into_iter().map(row).collect::<Vec<_>>())
}

/// The same calls, where only those clients keep their names that are known, or become so while there is room.
fn told_apart(mut tally: Tally, known: &mut HashSet<String>) -> Tally {
    for (mut detail, calls) in std::mem::take(&mut tally.details) {
        if let Detail { kind: DetailKind::Agent, name: name @ Some(_) } = &mut detail {
            *name = name.take().filter(|agent| {
                let is_known = known.contains(agent);
                is_known || (known.len() < AGENTS && known.insert(agent.clone()))
            });
        }
        tally.add_detail(detail, calls);
    }
    tally
}
