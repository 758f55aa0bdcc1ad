//! What the operator of an installation does at its command line, where no key is asked for. The rules of the
//! records hold here as well.

mod audit;
mod import;
mod init;
mod invite;
mod keys;
mod mail;
mod people;
mod usage;
mod workspaces;

pub use init::{Administrator, Initialised};
pub use keys::{KeyRequest, NewKey};
pub use people::UserDetails;
pub use usage::{Client, Pinning};

use std::sync::Arc;

use thiserror::Error;

use crate::audit::{Act, Actor, Occasion};
use crate::error::UserError;
use crate::ports::{Environment, Lock, Reads, Store, Tx};
use crate::role::RolePolicy;
use crate::user::User;
use crate::{Email, UserId};

/// The operator's operations on a store.
pub struct Operator<S> {
    store: Arc<S>,
    policy: Arc<RolePolicy>,
    environment: Environment,
    occasion: Occasion,
}

/// Why the operator's wish is not fulfilled.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// As it stands, the answer is no.
    #[error("{0}")]
    Refused(String),
    /// There is a first administrator, so there cannot be another one.
    #[error("the store has an administrator already; nothing was changed")]
    HasAdministrator,
    /// The wish itself is wrong.
    #[error("{0}")]
    Usage(String),
    /// As the directory's.
    #[error(transparent)]
    User(#[from] UserError),
}

impl<S: Store> Operator<S> {
    /// The operator of `store`.
    pub fn new(store: Arc<S>, policy: Arc<RolePolicy>, environment: Environment) -> Self {
        Self { store, policy, environment, occasion: Occasion::default() }
    }

    /// The same, where all that is changed is noted with this occasion.
    #[must_use]
    pub fn on(self, occasion: Occasion) -> Self {
        Self { occasion, ..self }
    }

    /// An act of this moment.
    fn act(&self) -> Act {
        let (occasion, randomness) = (self.occasion.clone(), self.environment.randomness.clone());
        Act { at: self.environment.clock.now(), actor: Actor::Operator, occasion, randomness }
    }
}

/// The same, to be changed: as it is once nobody else can change it any more.
fn locked_user(tx: &mut dyn Tx, name: &str) -> Result<User, UserError> {
    let id = user_named(tx, name)?.id;
    tx.lock(Lock::User { target: &id, actor: None })?;
    tx.user(&id)?.ok_or_else(|| UserError::no_user(name))
}

/// The user of that id or e-mail address.
fn user_named(reads: &mut dyn Reads, name: &str) -> Result<User, UserError> {
    let found = match (UserId::parse(name), Email::parse(name)) {
        (Some(id), _) => reads.user(&id)?,
        (None, Ok(email)) => reads.user_by_email_key(email.key())?,
        (None, Err(_)) => None,
    };
    found.ok_or_else(|| UserError::no_user(name))
}
