//! Versions of a record: which of its states a caller has seen, and what it takes for granted when it asks for a change.

use crate::error::{Result, UserError};
use crate::id::UserId;
use crate::time::Timestamp;
use crate::user::User;

/// One state of one user's record. No two states have the same version, whatever becomes of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whose record.
    pub user: UserId,
    /// Its revision.
    pub revision: i64,
    /// When it last changed, sign-ins included. Where a store was put back to an earlier state, revisions are given a second time; times are not.
    pub changed_at: Timestamp,
}

/// Some versions, of any user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// Every one.
    All,
    /// These, which may be none.
    These(Vec<Version>),
}

/// What must be so for an operation to be done. Decided together with the operation: between the two nothing can happen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// The user must be in one of these states; `None` for whichever it is in.
    pub one_of: Option<Versions>,
    /// The user must be in none of these states; `None` for whichever it is in.
    pub none_of: Option<Versions>,
}

impl User {
    /// The state that this record is in.
    #[must_use]
    pub fn version(&self) -> Version {
        // A sign-in changes what is shown, and not when the record was last changed by anybody.
        let changed_at = self.last_login.map_or(self.updated_at, |login| login.max(self.updated_at));
        Version { user: self.id.clone(), revision: self.revision, changed_at }
    }
}

impl Versions {
    fn has(&self, version: &Version) -> bool {
        match self {
            Versions::All => true,
            Versions::These(versions) => versions.contains(version),
        }
    }
}

impl Precondition {
    /// Whether the user is in one of the states that it must be in.
    #[must_use]
    pub fn expects(&self, version: &Version) -> bool {
        self.one_of.as_ref().is_none_or(|versions| versions.has(version))
    }

    /// Whether the user is in one of the states that it must not be in.
    #[must_use]
    pub fn excludes(&self, version: &Version) -> bool {
        self.none_of.as_ref().is_some_and(|versions| versions.has(version))
    }

    /// Requires both.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub(crate) fn check(&self, user: &User) -> Result<()> {
        let version = user.version();
        if self.expects(&version) && !self.excludes(&version) { Ok(()) } else { Err(UserError::PreconditionFailed) }
    }
}
