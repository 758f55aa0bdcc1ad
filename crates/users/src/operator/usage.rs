//! What keys call, and which doors they may use.

use std::collections::{BTreeMap, HashMap};

use super::keys::{key_named, no_key};
use super::{Operator, OperatorError};
use crate::audit::{About, Action};
use crate::error::Result;
use crate::id::UserId;
use crate::key::{Key, KeyId};
use crate::ports::{Reads, Store, held_key};
use crate::time::Timestamp;
use crate::usage::{Day, Tally, Usage, Used, door};
use crate::user::User;

/// How many sessions are asked for their owners at a time.
const BATCH: usize = 500;

/// What was called, by operation.
pub type Calls = BTreeMap<String, Tally>;

/// A key that called something, or all sessions of a user that did.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The key; none for sessions.
    pub key: Option<Key>,
    /// Whom it acts for, or whose sessions they are.
    pub owner: Option<User>,
    /// What was called.
    pub calls: Calls,
}

/// What came of the wish to pin a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pinning {
    /// It is pinned.
    Done(KeyId),
    /// It still calls these operations of other doors, so nothing was changed.
    StillCalls(KeyId, Vec<(String, Timestamp)>),
}

impl<S: Store> Operator<S> {
    /// What each key called since that day, by key and operation. A server writes that every few seconds, so the last of it may
    /// be missing.
    ///
    /// # Errors
    /// As the store's.
    pub fn usage_since(&self, day: Day) -> Result<Vec<Used>> {
        self.store.read(|reads| reads.usage(day))
    }

    /// The keys that called something since that day, by time of creation, each with its owner; and then the users whose sessions did.
    ///
    /// # Errors
    /// As the store's.
    pub fn clients(&self, since: Day) -> Result<Vec<Client>> {
        self.store.read(|reads| {
            let mut used: HashMap<KeyId, Calls> = HashMap::new();
            for Used { key, operation, tally } in reads.usage(since)? {
                used.entry(key).or_default().insert(operation, tally);
            }
            let mut clients = Vec::new();
            for key in reads.keys()? {
                if let Some(calls) = used.remove(&key.id) {
                    let owner = key.owner.as_ref().map(|id| reads.user(id)).transpose()?.flatten();
                    clients.push(Client { key: Some(key), owner, calls });
                }
            }
            // What is left are sessions. A user has one with each sign-in, and nobody wants to know of each.
            for (owner, calls) in by_owner(reads, used)? {
                clients.push(Client { key: None, owner: reads.user(&owner)?, calls });
            }
            Ok(clients)
        })
    }

    /// A key, and what it called since that day, by day and operation. It is named as for [`Operator::revoke_key`].
    ///
    /// # Errors
    /// As [`Operator::revoke_key`].
    pub fn usage_of(&self, name: &str, since: Day) -> Result<(Key, Vec<Usage>), OperatorError> {
        let id = key_named(name)?;
        let found = self.store.read(|reads| match reads.key(&id)? {
            Some(key) => Ok(Some((key, reads.usage_of(&id, since)?))),
            None => Ok(None),
        })?;
        found.ok_or_else(|| no_key(&id))
    }

    /// Pins a key to a door, or allows it all of them again; with `clean_since`, only if it has called no other door since then, as far
    /// as that is noted. It is named as for [`Operator::revoke_key`].
    ///
    /// # Errors
    /// As [`Operator::revoke_key`].
    pub fn pin_key(
        &self,
        name: &str,
        door: Option<&str>,
        clean_since: Option<Timestamp>,
    ) -> Result<Pinning, OperatorError> {
        let (id, door, act) = (key_named(name)?, door.map(str::to_owned), self.act());
        let key = id.clone();
        let pinning = self.store.write(move |tx| {
            // Nobody notes a call of this key between the look and the change.
            let Some(record) = held_key(tx, &key)? else { return Ok(None) };
            if let (Some(door), Some(since)) = (&door, clean_since) {
                let calls = other_calls(tx, &key, door, since)?;
                if !calls.is_empty() {
                    return Ok(Some(Pinning::StillCalls(key.clone(), calls)));
                }
            }
            if record.pinned != door {
                tx.pin_key(&key, door.as_deref())?;
                let action = if door.is_some() { Action::KeyPinned } else { Action::KeyUnpinned };
                let about = About::key(tx, &record)?;
                act.note(tx, action, about)?;
            }
            Ok(Some(Pinning::Done(key.clone())))
        })?;
        pinning.ok_or_else(|| no_key(&id))
    }
}

/// The same calls, those of all sessions of a user together.
fn by_owner(reads: &mut dyn Reads, mut used: HashMap<KeyId, Calls>) -> Result<BTreeMap<UserId, Calls>> {
    let (sessions, mut users): (Vec<KeyId>, _) = (used.keys().cloned().collect(), BTreeMap::<UserId, Calls>::new());
    for sessions in sessions.chunks(BATCH) {
        for (session, owner) in reads.owners(sessions)? {
            let calls = users.entry(owner).or_default();
            for (operation, tally) in used.remove(&session).into_iter().flatten() {
                calls.entry(operation).or_insert_with(|| Tally::empty(tally.last_seen)).add(tally);
            }
        }
    }
    Ok(users)
}

/// The operations of other doors that the key called since then, and when it last did.
fn other_calls(reads: &mut dyn Reads, key: &KeyId, own: &str, since: Timestamp) -> Result<Vec<(String, Timestamp)>> {
    let mut calls: Vec<(String, Timestamp)> = Vec::new();
    for Usage { operation, tally, .. } in reads.usage_of(key, Day::of(since))? {
        if door(&operation) == own || tally.last_seen < since {
            continue;
        }
        match calls.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, last)) => *last = (*last).max(tally.last_seen),
            None => calls.push((operation, tally.last_seen)),
        }
    }
    calls.sort_unstable();
    Ok(calls)
}
