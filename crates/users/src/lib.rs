//! The core of diglot: what a user is, every rule that holds for one, who may do what, and the ports
//! through which the outside is reached. No protocol, no SQL, no async runtime.

pub mod access;
pub mod attempts;
pub mod audit;
pub mod caller;
pub mod changes;
pub mod email;
pub mod error;
pub mod id;
pub mod import;
pub mod json;
pub mod key;
pub mod once;
pub mod outbox;
pub mod page;
pub mod password;
pub mod ports;
pub mod profile;
pub mod rate;
pub mod role;
pub mod shown;
pub mod strength;
pub mod text;
pub mod time;
pub mod token;
pub mod usage;
pub mod user;
pub mod version;
pub mod workspace;

mod each_once;
mod operator;
mod service;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use caller::{Caller, Reach};
pub use email::Email;
pub use error::{Conflict, UserError};
pub use id::{EventId, MessageId, UserId, WorkspaceId};
pub use json::Json;
pub use key::PresentedKey;
pub use once::{Created, Once};
pub use operator::{
    Administrator, Client, Initialised, KeyRequest, NewKey, Operator, OperatorError, Pinning, UserDetails,
};
pub use password::PlainPassword;
pub use role::{Permission, Permissions, RoleName, RolePolicy, Roles};
pub use service::{
    AccountName, Denied, Fate, FullNameChange, Held, Holder, Identified, Keep, Letter, Look, NewUser, Redeemed,
    RoleChange, Seen, Setback, SignIn, SignInRules, SignedIn, StatusChange, Taken, UserChange, Users,
};
pub use shown::{Shown, View};
pub use time::Timestamp;
pub use token::Token;
pub use user::{Status, User};
pub use version::{Precondition, Version, Versions};
