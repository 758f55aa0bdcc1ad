//! Keys.

use super::{Operator, OperatorError, user_named};
use crate::audit::{About, Act, Action};
use crate::error::{Result, UserError};
use crate::key::{Key, KeyId, KeyReach, PresentedKey};
use crate::ports::{Store, Tx, held_key};
use crate::role::{Permissions, RolePolicy};
use crate::text::TextRule;
use crate::time::Timestamp;

/// What people may call a key.
const NAME: TextRule = TextRule { min: 1, max: 255, control_free: true };

/// A key to be made.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    /// For people.
    pub name: String,
    /// How far it reaches.
    pub reach: KeyReach,
    /// The id or e-mail address of the user it acts for.
    pub owner: Option<String>,
    /// What it permits; `None` for all that its owner has.
    pub permissions: Option<Permissions>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// How much it may do at a time, by name.
    pub plan: Option<String>,
}

impl KeyRequest {
    /// Looks whether there can be such a key, before any store is asked.
    ///
    /// # Errors
    /// `Usage` for a key with neither owner nor reach, with neither owner nor permission, or with a bad name.
    pub fn check(&self) -> Result<(), OperatorError> {
        let fault = if self.owner.is_none() && self.reach == KeyReach::Owner {
            "a key needs an owner or a workspace".to_owned()
        } else if self.owner.is_none() && self.permissions.is_none() {
            "a key without an owner needs at least one permission".to_owned()
        } else {
            match NAME.check(&self.name) {
                Ok(()) => return Ok(()),
                Err(error) => format!("the key's name {error}"),
            }
        };
        Err(OperatorError::Usage(fault))
    }
}

/// A key that was made.
#[derive(Debug)]
pub struct NewKey {
    /// What is kept of it.
    pub record: Key,
    /// The key itself, to be shown once.
    pub key: PresentedKey,
}

impl<S: Store> Operator<S> {
    /// Makes a key.
    ///
    /// # Errors
    /// As [`KeyRequest::check`]; `Usage` for what no role permits; `NotFound` for the owner or the workspace.
    pub fn create_key(&self, request: KeyRequest) -> Result<NewKey, OperatorError> {
        request.check()?;
        check_known(&self.policy, &request)?;
        let (key, act) = (self.random_key()?, self.act());
        Ok(self.store.write(move |tx| create_key(tx, &key, &request, &act))?)
    }

    /// Every key that is no session, by time of creation.
    ///
    /// # Errors
    /// As the store's.
    pub fn keys(&self) -> Result<Vec<Key>> {
        self.store.read(|reads| reads.keys())
    }

    /// At most `limit` sessions, whether or not they are over, by their end, from behind this one on.
    ///
    /// # Errors
    /// As the store's.
    pub fn sessions(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Key>> {
        let place = after.and_then(|session| Some((session.expires_at?, session.id.clone())));
        self.store.read(|reads| reads.sessions(place.as_ref(), limit))
    }

    /// Whether there is a key of that id.
    ///
    /// # Errors
    /// As the store's.
    pub fn has_key(&self, id: &KeyId) -> Result<bool> {
        self.store.read(|reads| Ok(reads.key(id)?.is_some()))
    }

    /// Revokes a key, from this moment on. It is named by its id or by all of it.
    ///
    /// # Errors
    /// `Refused` if there is no such key; the name is repeated only if it has the form of an id, for it may hold a secret.
    pub fn revoke_key(&self, name: &str) -> Result<KeyId, OperatorError> {
        let (id, act) = (key_named(name)?, self.act());
        let key = id.clone();
        let revoked = self.store.write(move |tx| {
            let Some(record) = held_key(tx, &key)? else { return Ok(false) };
            if record.revoked_at.is_none() {
                tx.revoke_key(&key, act.at)?;
                // One that is over is over; what is done to it is not the end of it.
                let ends = record.session && record.is_live(act.at);
                let (action, about) =
                    (if ends { Action::SessionEnded } else { Action::KeyRevoked }, About::key(tx, &record)?);
                act.note(tx, action, about)?;
            }
            Ok(true)
        })?;
        if revoked { Ok(id) } else { Err(no_key(&id)) }
    }

    /// Gives a key a plan, or takes it away. It is named as for [`Operator::revoke_key`].
    ///
    /// # Errors
    /// As [`Operator::revoke_key`].
    pub fn plan_key(&self, name: &str, plan: Option<&str>) -> Result<KeyId, OperatorError> {
        let (id, plan, act) = (key_named(name)?, plan.map(str::to_owned), self.act());
        let key = id.clone();
        let planned = self.store.write(move |tx| {
            let Some(record) = held_key(tx, &key)? else { return Ok(false) };
            if record.plan != plan {
                tx.set_key_plan(&key, plan.as_deref())?;
                let action = if plan.is_some() { Action::KeyPlanned } else { Action::KeyUnplanned };
                let about = About::key(tx, &record)?;
                act.note(tx, action, about)?;
            }
            Ok(true)
        })?;
        if planned { Ok(id) } else { Err(no_key(&id)) }
    }

    pub(super) fn random_key(&self) -> Result<PresentedKey> {
        self.environment.random_key()
    }
}

/// The id that somebody has typed, alone or within the whole key.
pub(super) fn key_named(name: &str) -> Result<KeyId, OperatorError> {
    let id = PresentedKey::parse(name).map(|key| key.id().clone()).or_else(|| KeyId::parse(name));
    let refusal = "there is no such key; its id is the part between the first and the second underscore";
    id.ok_or_else(|| OperatorError::Refused(refusal.to_owned()))
}

pub(super) fn no_key(id: &KeyId) -> OperatorError {
    OperatorError::Refused(format!("there is no key {id}"))
}

/// A key that permits what no role does was mistyped.
fn check_known(policy: &RolePolicy, request: &KeyRequest) -> Result<(), OperatorError> {
    let known = policy.known_permissions();
    match request.permissions.as_ref().and_then(|asked| known.first_missing(asked)) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<&str> = known.iter().map(|permission| permission.as_str()).collect();
            Err(OperatorError::Usage(format!("no role permits {unknown}; known are {}", known.join(", "))))
        }
    }
}

/// Writes the record of a key.
pub(super) fn create_key(tx: &mut dyn Tx, key: &PresentedKey, request: &KeyRequest, act: &Act) -> Result<NewKey> {
    let owner = request.owner.as_ref().map(|name| user_named(tx, name)).transpose()?.map(|user| user.id);
    if let KeyReach::Workspace(id) = &request.reach
        && tx.workspace(id)?.is_none()
    {
        return Err(UserError::no_workspace(id.as_str()));
    }
    let record = Key {
        id: key.id().clone(),
        name: request.name.clone(),
        secret: key.secret_hash(),
        reach: request.reach.clone(),
        owner,
        permissions: request.permissions.clone(),
        created_at: act.at,
        expires_at: request.expires_at,
        revoked_at: None,
        pinned: None,
        plan: request.plan.clone(),
        session: false,
    };
    tx.insert_key(&record)?;
    let about = About::key(tx, &record)?;
    act.note(tx, Action::KeyCreated, about)?;
    Ok(NewKey { record, key: key.clone() })
}
