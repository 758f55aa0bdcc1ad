//! What must be sent, kept with the change that asked for it.

use crate::id::UserId;
use crate::time::Timestamp;

/// A message to be sent later; written in the transaction that causes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Whom it concerns; goes with the user.
    pub user: UserId,
    /// What kind of message.
    pub kind: MessageKind,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// The kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// The invitation to activate an account.
    Activation,
}

impl MessageKind {
    /// The name in stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MessageKind::Activation => "activation",
        }
    }
}
