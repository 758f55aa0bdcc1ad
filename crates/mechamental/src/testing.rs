//! What the tests of this crate share.

use actix_web::body::to_bytes;
use users::role::{Permissions, RoleDefinition, RoleName};
use users::{RolePolicy, Timestamp};

use crate::errors::ApiError;
use crate::extract::Body;

pub(crate) use dialect::testing::note_question;

/// Two roles.
pub(crate) fn policy() -> RolePolicy {
    let define = |name: &str| RoleDefinition {
        name: RoleName::from_stored(name.to_owned()),
        permissions: Permissions::from_iter([]),
    };
    RolePolicy::new(vec![define("admin"), define("user")]).expect("distinct names")
}

/// A body that was sent as JSON.
pub(crate) fn json_body(text: &str) -> Result<Body, ApiError> {
    Body::parse("application/json", text.as_bytes())
}

/// The status and the text of an error's answer.
pub(crate) async fn answer(error: ApiError) -> (u16, String) {
    let response = error.to_response(Timestamp::from_micros(0).expect("the epoch"));
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body()).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

/// Whether what is read here are exactly the fields that the registry has for this operation.
#[track_caller]
pub(crate) fn assert_reads_what_is_registered<T>(operation: &str, read: impl FnOnce() -> T) {
    dialect::testing::assert_reads_what_is_registered(crate::fields::FIELDS, operation, read);
}
