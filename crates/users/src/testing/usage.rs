//! What keys called, in memory.

use std::collections::BTreeMap;

use crate::key::KeyId;
use crate::usage::{Day, DetailKind, Tally, Usage, Used};

/// What each key called on each day.
#[derive(Debug, Clone, Default)]
pub(super) struct UsageTable(BTreeMap<(KeyId, Day, String), Tally>);

impl UsageTable {
    pub fn add(&mut self, usage: &Usage) {
        let place = (usage.key.clone(), usage.day, usage.operation.clone());
        let empty = || Tally::empty(usage.tally.last_seen);
        self.0.entry(place).or_insert_with(empty).add(usage.tally.clone());
    }

    pub fn totals(&self, since: Day) -> Vec<Used> {
        let mut totals: BTreeMap<(&KeyId, &str), Tally> = BTreeMap::new();
        for ((key, _, operation), tally) in self.0.iter().filter(|((_, day, _), _)| *day >= since) {
            let total = totals.entry((key, operation)).or_insert_with(|| Tally::empty(tally.last_seen));
            total.add(tally.clone());
        }
        let used = |((key, operation), tally): ((&KeyId, &str), _)| {
            let (key, operation) = (key.clone(), operation.to_owned());
            Used { key, operation, tally }
        };
        totals.into_iter().map(used).collect()
    }

    pub fn of(&self, key: &KeyId, since: Day) -> Vec<Usage> {
        let own = self.0.iter().filter(|((of, day, _), _)| of == key && *day >= since);
        let usage = |((key, day, operation), tally): (&(KeyId, Day, String), &Tally)| {
            let (key, operation, tally) = (key.clone(), operation.clone(), tally.clone());
            Usage { key, day: *day, operation, tally }
        };
        own.map(usage).collect()
    }

    pub fn agents(&self, keys: &[KeyId], since: Day) -> Vec<(KeyId, Day, String)> {
        let own = self.0.iter().filter(|((key, day, _), _)| keys.contains(key) && *day >= since);
        let agents = |((key, day, _), tally): (&(KeyId, Day, String), &Tally)| {
            let agents = tally.details.keys().filter(|detail| detail.kind == DetailKind::Agent);
            agents.filter_map(|agent| Some((key.clone(), *day, agent.name.clone()?))).collect::<Vec<_>>()
        };
        own.flat_map(agents).collect()
    }

    /// The days of a key before that one, the oldest first, and no more than so many.
    pub fn forget(&mut self, before: Day, limit: usize) -> usize {
        let mut old: Vec<(Day, KeyId)> =
            self.0.keys().filter(|(_, day, _)| *day < before).map(|(key, day, _)| (*day, key.clone())).collect();
        old.sort_unstable();
        old.dedup();
        old.truncate(limit);
        self.0.retain(|(key, day, _), _| !old.iter().any(|(old_day, old_key)| old_key == key && old_day == day));
        old.len()
    }

    /// What a key called goes with it.
    pub fn retain(&mut self, is_there: impl Fn(&KeyId) -> bool) {
        self.0.retain(|(key, _, _), _| is_there(key));
    }
}
