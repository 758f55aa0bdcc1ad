//! Workspaces and their members.

use super::{Operator, OperatorError, locked_user};
use crate::audit::{About, Act, Action};
use crate::error::{Result, UserError};
use crate::id::WorkspaceId;
use crate::page::{Filter, Scope, Start};
use crate::ports::{Reads, Store, Tx};
use crate::user::User;
use crate::workspace::Workspace;

impl<S: Store> Operator<S> {
    /// Makes a workspace.
    ///
    /// # Errors
    /// `Usage` for a bad name.
    pub fn create_workspace(&self, name: &str) -> Result<Workspace, OperatorError> {
        Workspace::check_name(name).map_err(|e| OperatorError::Usage(format!("the workspace's name {e}")))?;
        let act = self.act();
        let workspace =
            Workspace { id: self.environment.randomness.uuid().into(), name: name.to_owned(), created_at: act.at };
        let record = workspace.clone();
        self.store.write(move |tx| insert_workspace(tx, &record, &act))?;
        Ok(workspace)
    }

    /// Every workspace, by time of creation.
    ///
    /// # Errors
    /// As the store's.
    pub fn workspaces(&self) -> Result<Vec<Workspace>> {
        self.store.read(|reads| reads.workspaces())
    }

    /// Makes a user, by id or e-mail address, a member of a workspace.
    ///
    /// # Errors
    /// `NotFound` for either.
    pub fn add_member(&self, workspace: &str, user: &str) -> Result<()> {
        let (workspace, user, act) = (workspace.to_owned(), user.to_owned(), self.act());
        self.store.write(move |tx| {
            let workspace = workspace_named(tx, &workspace)?;
            let user = locked_user(tx, &user)?;
            if tx.workspaces_of(&user.id)?.contains(&workspace) {
                return Ok(());
            }
            tx.add_member(&workspace, &user.id)?;
            act.note(tx, Action::MemberAdded, About::member(&user.id, &workspace))
        })
    }

    /// Ends a membership. A user whose default workspace this was has none afterwards.
    ///
    /// # Errors
    /// `NotFound` for either; `Refused` for a user who is no member.
    pub fn remove_member(&self, workspace: &str, user: &str) -> Result<(), OperatorError> {
        let (id, name) = (workspace.to_owned(), user.to_owned());
        let act = self.act();
        let was_member = self.store.write(move |tx| {
            let workspace = workspace_named(tx, &id)?;
            let user = locked_user(tx, &name)?;
            let was_member = tx.remove_member(&workspace, &user.id)?;
            if was_member {
                act.note(tx, Action::MemberRemoved, About::member(&user.id, &workspace))?;
            }
            if user.default_workspace.as_ref() == Some(&workspace) {
                let mut next = User { default_workspace: None, ..user.clone() };
                crate::service::save(tx, &user, &mut next, None, &act)?;
            }
            Ok(was_member)
        })?;
        if was_member { Ok(()) } else { Err(OperatorError::Refused(format!("{user} is no member of {workspace}"))) }
    }

    /// At most `limit` members of a workspace, ordered by id.
    ///
    /// # Errors
    /// `NotFound` for the workspace.
    pub fn members(&self, workspace: &str, start: &Start, limit: u32) -> Result<Vec<User>> {
        self.store.read(|reads| {
            let workspace = workspace_named(reads, workspace)?;
            reads.users(&Scope::Members(vec![workspace]), &Filter::default(), start, limit)
        })
    }
}

/// Writes the record.
pub(super) fn insert_workspace(tx: &mut dyn Tx, workspace: &Workspace, act: &Act) -> Result<()> {
    tx.insert_workspace(workspace)?;
    act.note(tx, Action::WorkspaceCreated, About { workspace: Some(workspace.id.clone()), ..About::default() })
}

pub(super) fn workspace_named(reads: &mut dyn Reads, id: &str) -> Result<WorkspaceId> {
    let found = match WorkspaceId::parse(id) {
        Some(workspace) => reads.workspace(&workspace)?,
        None => None,
    };
    found.map(|workspace| workspace.id).ok_or_else(|| UserError::no_workspace(id))
}
