//! Workspaces, the tenants.

use crate::id::WorkspaceId;
use crate::text::{TextError, TextRule};
use crate::time::Timestamp;

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Never changes.
    pub id: WorkspaceId,
    /// What people call it; need not be unique.
    pub name: String,
    /// When it came to be.
    pub created_at: Timestamp,
}

impl Workspace {
    /// Checks a name.
    ///
    /// # Errors
    /// 1 to 255 code points, no control characters.
    pub fn check_name(name: &str) -> Result<(), TextError> {
        TextRule { min: 1, max: 255, control_free: true }.check(name)
    }
}
