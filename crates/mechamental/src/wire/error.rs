//! The error envelope.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Every error but those of validation and routing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ErrorBody {
    /// The code, for programs.
    pub(crate) error: String,
    /// The sentence, for people.
    pub(crate) message: String,
    /// What belongs to the code; `{}` for nothing.
    pub(crate) details: Map<String, Value>,
    /// When it happened, UTC, with six digits and no zone.
    pub(crate) timestamp: String,
    /// The status of the response again.
    pub(crate) status_code: u16,
}
