//! What one question found in several tables.

use users::WorkspaceId;
use users::error::Result;
use users::ports::{Found, OwnedKey};

use super::{KeyRow, PrincipalRow, UserRow};

/// Stands between the ids of workspaces in a text; in none of them.
pub(crate) const BETWEEN_IDS: &str = ",";

/// A user, and the ids of the workspaces that it is a member of, if there are any.
pub(crate) type FoundRow = (UserRow, Option<String>);

/// A key, what counts of its owner if it has one who is there, and the ids of the workspaces that it reaches by its owner.
pub(crate) type OwnedKeyRow = (KeyRow, Option<PrincipalRow>, Option<String>);

/// The user.
pub(crate) fn found((user, memberships): FoundRow) -> Result<Found> {
    Ok(Found { user: user.into_user()?, memberships: workspaces(memberships) })
}

/// The key.
pub(crate) fn owned_key((key, owner, reached): OwnedKeyRow) -> Result<OwnedKey> {
    let owner = owner.map(PrincipalRow::into_principal).transpose()?;
    Ok(OwnedKey { key: key.into_key()?, owner, workspaces: workspaces(reached) })
}

/// Ordered, as a backend need not put them together.
fn workspaces(ids: Option<String>) -> Vec<WorkspaceId> {
    let Some(ids) = ids else { return Vec::new() };
    let mut ids: Vec<WorkspaceId> = ids.split(BETWEEN_IDS).map(|id| WorkspaceId::from_stored(id.to_owned())).collect();
    ids.sort_unstable();
    ids
}
