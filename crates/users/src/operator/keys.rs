//! Keys.

use super::{Operator, OperatorError, user_named};
use crate::error::{Result, UserError};
use crate::key::{Key, KeyId, KeyReach, PresentedKey};
use crate::ports::{Store, Tx};
use crate::role::Permissions;
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
    /// As [`KeyRequest::check`]; `NotFound` for the owner or the workspace.
    pub fn create_key(&self, request: KeyRequest) -> Result<NewKey, OperatorError> {
        request.check()?;
        let (key, now) = (self.random_key()?, self.environment.clock.now());
        Ok(self.store.write(move |tx| create_key(tx, &key, &request, now))?)
    }

    /// Every key, by time of creation.
    ///
    /// # Errors
    /// As the store's.
    pub fn keys(&self) -> Result<Vec<Key>> {
        self.store.read(|reads| reads.keys())
    }

    /// Revokes a key, from this moment on.
    ///
    /// # Errors
    /// `Refused` if there is no key of that id.
    pub fn revoke_key(&self, id: &KeyId) -> Result<(), OperatorError> {
        let (key, now) = (id.clone(), self.environment.clock.now());
        if self.store.write(move |tx| tx.revoke_key(&key, now))? {
            Ok(())
        } else {
            Err(OperatorError::Refused(format!("there is no key {id}")))
        }
    }

    pub(super) fn random_key(&self) -> Result<PresentedKey> {
        let (mut id, mut secret) = ([0; 10], [0; 20]);
        self.environment.randomness.fill(&mut id)?;
        self.environment.randomness.fill(&mut secret)?;
        Ok(PresentedKey::from_random(&id, &secret))
    }
}

/// Writes the record of a key.
pub(super) fn create_key(tx: &mut dyn Tx, key: &PresentedKey, request: &KeyRequest, now: Timestamp) -> Result<NewKey> {
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
        created_at: now,
        expires_at: request.expires_at,
        revoked_at: None,
    };
    tx.insert_key(&record)?;
    Ok(NewKey { record, key: key.clone() })
}
