//! What a schema would enforce.

use std::collections::BTreeMap;

use super::tables::Tables;
use crate::error::{Conflict, Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::ports::{Enrolment, Tx};
use crate::user::User;

impl Tables {
    /// Adds somebody from elsewhere, if nobody has any of its names.
    pub(super) fn enrol_one(&mut self, enrolment: &Enrolment) -> Result<bool> {
        let user = &enrolment.user;
        if self.users.contains_key(&user.id) {
            return Ok(false);
        }
        match self.insert_user(user, enrolment.password.as_ref()) {
            Ok(()) => {}
            Err(UserError::Conflict(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
        enrolment.workspaces.iter().try_for_each(|workspace| self.add_member(workspace, &user.id))?;
        Ok(true)
    }

    /// Refuses a user whose unique fields another one has, or whose workspace there is none.
    pub(super) fn check(&self, user: &User) -> Result<()> {
        let others = || self.users.values().filter(|other| other.id != user.id);
        if others().any(|other| other.email.key() == user.email.key()) {
            return Err(Conflict::Email.into());
        }
        if others().any(|other| other.username.key() == user.username.key()) {
            return Err(Conflict::Username.into());
        }
        user.default_workspace.as_ref().map_or(Ok(()), |workspace| self.require_workspace(workspace))
    }

    pub(super) fn require_workspace(&self, id: &WorkspaceId) -> Result<()> {
        if self.workspaces.contains_key(id) { Ok(()) } else { Err(broken_reference()) }
    }

    pub(super) fn require_user(&self, id: &UserId) -> Result<()> {
        if self.users.contains_key(id) { Ok(()) } else { Err(broken_reference()) }
    }
}

pub(super) fn insert_new<K: Ord, V>(table: &mut BTreeMap<K, V>, id: K, record: V) -> Result<()> {
    if table.contains_key(&id) {
        return Err(UserError::Internal("the id is taken".to_owned()));
    }
    table.insert(id, record);
    Ok(())
}

fn broken_reference() -> UserError {
    UserError::Internal("a reference leads nowhere".to_owned())
}
