//! What this API's document says beside its operations.

use dialect::openapi::{Description, Header, Parameter, schema};
use serde_json::json;
use users::RolePolicy;

use crate::caller::WRITTEN_HEADER;
use crate::errors::{Published, SHOULD_RETRY};
use crate::operations::{create_user, update_user};
use crate::wire;

const ABOUT: &str =
    "The users area of the Maisa API, served by diglot: the same users are found, changed and deleted through \
its other APIs as well.

Members of a body that are not named here are ignored. Wherever GET is answered, HEAD is as well. Every answer says \
`Cache-Control: no-store` and `X-Content-Type-Options: nosniff`.";

/// The way in which clients present their key.
const KEY: &str = "apiKey";

/// The description.
pub(crate) fn describe(policy: &RolePolicy) -> Description {
    let about = "A key that `diglot key create` has made.";
    let should_retry = Header {
        name: SHOULD_RETRY.clone(),
        written: "x-should-retry",
        about: "Whether it makes sense to send the same again.",
        schema: schema::with(schema::boolean(), "const", false),
        required: true,
    };
    Description {
        title: "Maisa",
        about: ABOUT,
        tag: ("Users", "User management operations"),
        security: (KEY, json!({"type": "apiKey", "in": "header", "name": WRITTEN_HEADER, "description": about})),
        schemas: [
            vec![(create_user::BODY, create_user::schema(policy)), (update_user::BODY, update_user::schema(policy))],
            wire::schemas(&Published::codes()),
        ]
        .concat(),
        responses: Published::ALL.map(Published::component).into(),
        headers: vec![should_retry],
    }
}

/// The role of the reference's examples, unless the installation has none of that name.
pub(crate) fn sample_role<'a>(policy: &'a RolePolicy, name: &'static str) -> &'a str {
    policy.role(name).unwrap_or_else(|| policy.administrator()).as_str()
}

/// The id in the path, of which an operation says what it is for.
pub(crate) fn user_id(about: &str) -> Parameter {
    Parameter::path("userId", schema::with(schema::string(), "format", "uuid")).about(about)
}
