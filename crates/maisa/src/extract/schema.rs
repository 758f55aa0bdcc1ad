//! What the document says of a field's value: one function for each of those in [`super::parse`].

use dialect::openapi::schema;
use serde_json::Value;
use users::json::FreeObject;
use users::profile::Department;
use users::text::TextRule;
use users::{RoleName, RolePolicy, Status};

use super::parse::NAME_RULE;

pub(crate) use dialect::openapi::schema::{boolean as flag, email, integer, named, nullable, with};

/// A name to be shown.
pub(crate) fn name() -> Value {
    schema::text(NAME_RULE)
}

/// A department; the empty text is none.
pub(crate) fn department() -> Value {
    schema::text(TextRule { min: 0, ..Department::RULE })
}

/// A role of the installation.
pub(crate) fn role(policy: &RolePolicy) -> Value {
    schema::one_of(policy.names().map(RoleName::as_str))
}

/// A status.
pub(crate) fn status() -> Value {
    schema::one_of(Status::ALL.map(Status::as_str))
}

/// An object, kept as it is.
pub(crate) fn object() -> Value {
    let most = FreeObject::MAX_BYTES / 1024;
    with(schema::object(), "description", format!("Kept as it is sent; at most {most} KiB of JSON."))
}
