//! Counts in memory, as one thread adds to them. Nothing is allocated for what was seen since they were last collected.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use users::Timestamp;
use users::key::KeyId;
use users::usage::{AGENTS, Day, Detail, DetailKind, Tally, Usage};

use super::Call;
use super::names::Name;

/// How many keys are told apart between two collections, on one thread.
pub(super) const KEYS: usize = 20_000;

/// What one thread has counted.
#[derive(Debug, Default)]
pub struct Shard(HashMap<KeyId, OfKey, RandomState>);

#[derive(Debug, Default)]
struct OfKey {
    agents: Vec<Box<str>>,
    operations: Vec<OfOperation>,
}

#[derive(Debug)]
struct OfOperation {
    operation: usize,
    day: Day,
    calls: u64,
    errors: u64,
    last_seen: Timestamp,
    /// By their places among the key's; `None` for those that have none.
    agents: Vec<(Option<usize>, u64)>,
    names: Vec<(Name, u64)>,
}

impl Shard {
    /// Counts a call. Says whether there was room.
    pub fn add(
        &mut self,
        call: &Call<'_>,
        operation: usize,
        agent: Option<&str>,
        names: &[Name],
        now: Timestamp,
    ) -> bool {
        let has_room = self.0.len() < KEYS;
        match self.0.get_mut(call.key) {
            Some(counts) => counts.add(call.failed, operation, agent, names, now),
            None if has_room => {
                let counts = self.0.entry(call.key.clone()).or_default();
                counts.add(call.failed, operation, agent, names, now);
            }
            None => return false,
        }
        true
    }

    /// What was counted, where `name` names the operations.
    pub fn into_usage(self, name: impl Fn(usize) -> Option<String>) -> impl Iterator<Item = Usage> {
        self.0.into_iter().flat_map(move |(key, OfKey { agents, operations })| {
            let named = operations.into_iter().filter_map(|counts| Some((name(counts.operation)?, counts)));
            let usage = |(operation, counts): (String, OfOperation)| {
                let (key, day) = (key.clone(), counts.day);
                Usage { key, day, operation, tally: counts.into_tally(&agents) }
            };
            named.map(usage).collect::<Vec<_>>()
        })
    }
}

impl OfKey {
    fn add(&mut self, failed: bool, operation: usize, agent: Option<&str>, names: &[Name], now: Timestamp) {
        let day = Day::of(now);
        let agent = agent.filter(|agent| !agent.is_empty()).map(|agent| self.place_of(agent));
        let known = self.operations.iter().position(|known| known.operation == operation && known.day == day);
        let at = known.unwrap_or(self.operations.len());
        if known.is_none() {
            let (agents, names) = (Vec::new(), Vec::new());
            self.operations.push(OfOperation { operation, day, calls: 0, errors: 0, last_seen: now, agents, names });
        }
        let Some(counts) = self.operations.get_mut(at) else { return };
        counts.calls += 1;
        counts.errors += u64::from(failed);
        counts.last_seen = counts.last_seen.max(now);
        if let Some(agent) = agent {
            count(&mut counts.agents, agent);
        }
        names.iter().for_each(|name| count(&mut counts.names, *name));
    }

    /// Where a client stands among the key's; `None` for one too many.
    fn place_of(&mut self, agent: &str) -> Option<usize> {
        let known = self.agents.iter().position(|known| **known == *agent);
        let has_room = self.agents.len() < AGENTS;
        known.or_else(|| {
            has_room.then(|| {
                self.agents.push(agent.into());
                self.agents.len() - 1
            })
        })
    }
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, calls)) => *calls += 1,
        None => counts.push((what, 1)),
    }
}

impl OfOperation {
    fn into_tally(self, agents: &[Box<str>]) -> Tally {
        let details = BTreeMap::new();
        let mut tally = Tally { calls: self.calls, errors: self.errors, last_seen: self.last_seen, details };
        for (place, calls) in self.agents {
            let name = place.and_then(|place| agents.get(place)).map(ToString::to_string);
            tally.add_detail(Detail { kind: DetailKind::Agent, name }, calls);
        }
        for ((kind, name), calls) in self.names {
            tally.add_detail(Detail { kind, name: name.map(str::to_owned) }, calls);
        }
        tally
    }
}
