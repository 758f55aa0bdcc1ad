//! Free objects: what clients keep with a user, and the directory does not interpret.

use super::{Json, decode};
use crate::error::UserError;

/// A JSON object of the client's own, kept as compact text.
#[derive(Clone, PartialEq, Eq)]
pub struct FreeObject(String);

impl FreeObject {
    /// The most that one object may take, in bytes of its compact text.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// The object without members.
    #[must_use]
    pub fn empty() -> Self {
        Self("{}".to_owned())
    }

    /// Takes an object. `None` if the value is none.
    #[must_use]
    pub fn from_json(value: &Json) -> Option<Self> {
        matches!(value, Json::Object(_)).then(|| Self(value.to_string()))
    }

    /// The text that a store gives back; it was checked on its way in.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The compact text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This object after a JSON Merge Patch (RFC 7396).
    ///
    /// # Errors
    /// `Internal` if the stored text is no JSON, which only damage from outside can cause.
    pub fn merged_with(&self, patch: &FreeObject) -> Result<Self, UserError> {
        let parse =
            |text: &str| decode(text.as_bytes()).map_err(|e| UserError::Internal(format!("a stored object: {e}")));
        Ok(Self(parse(&self.0)?.merged_with(parse(&patch.0)?).to_string()))
    }

    /// Refuses what has grown beyond [`Self::MAX_BYTES`].
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn check_size(&self) -> Result<(), UserError> {
        if self.0.len() > Self::MAX_BYTES { Err(UserError::TooLarge) } else { Ok(()) }
    }
}

/// Personal data stays out of logs.
impl std::fmt::Debug for FreeObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FreeObject(..)")
    }
}
