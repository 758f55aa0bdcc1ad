//! Workspaces.

use diesel::prelude::{Insertable, Queryable};
use users::WorkspaceId;
use users::error::Result;
use users::workspace::Workspace;

use super::time;
use crate::schema::workspaces as table;

/// A workspace as read: all columns.
#[derive(Queryable)]
pub(crate) struct WorkspaceRow {
    id: String,
    name: String,
    created_at: i64,
}

impl WorkspaceRow {
    /// The record.
    pub fn into_workspace(self) -> Result<Workspace> {
        let created_at = time(self.created_at, "time of creation")?;
        Ok(Workspace { id: WorkspaceId::from_stored(self.id), name: self.name, created_at })
    }
}

/// A workspace as written.
#[derive(Insertable)]
#[diesel(table_name = table)]
pub(crate) struct NewWorkspaceRow<'a> {
    id: &'a str,
    name: &'a str,
    created_at: i64,
}

impl<'a> From<&'a Workspace> for NewWorkspaceRow<'a> {
    fn from(workspace: &'a Workspace) -> Self {
        Self { id: workspace.id.as_str(), name: &workspace.name, created_at: workspace.created_at.micros() }
    }
}
