//! What this API's document says beside its operations.

use dialect::openapi::{Description, Parameter, schema};
use serde_json::json;
use users::RolePolicy;

use crate::caller::SCHEME;
use crate::errors::Published;
use crate::operations::{create_user, forgot_password, login, update_my_preferences, update_user};
use crate::wire;

const ABOUT: &str =
    "The users area of the MechaMental API, served by diglot: the same users are found, changed and deleted \
through its other APIs as well.

Members of a body that are not named here are ignored. Wherever GET is answered, HEAD is as well. Every answer says \
`Cache-Control: no-store` and `X-Content-Type-Options: nosniff`.";

/// The way in which clients present their key.
const KEY: &str = "bearerAuth";

/// The description.
pub(crate) fn describe(policy: &RolePolicy) -> Description {
    let scheme = SCHEME.to_ascii_lowercase();
    Description {
        title: "MechaMental",
        about: ABOUT,
        tag: ("Users", "User management operations"),
        security: (
            KEY,
            json!({"type": "http", "scheme": scheme, "description": "A key that `diglot key create` has made, or the token of a session."}),
        ),
        schemas: [
            vec![
                (create_user::BODY, create_user::schema(policy)),
                (update_user::BODY, update_user::schema(policy)),
                (update_my_preferences::BODY, update_my_preferences::schema()),
                (login::BODY, login::schema()),
                (forgot_password::BODY, forgot_password::schema()),
            ],
            wire::schemas(Published::codes()),
        ]
        .concat(),
        responses: Published::ALL.map(Published::component).into(),
        headers: Vec::new(),
    }
}

/// The id in the path.
pub(crate) fn user_id() -> Parameter {
    Parameter::path("user_id", schema::string()).titled()
}

/// The header of the credential as the reference lists it among the parameters. (Readers of the document must leave a parameter of
/// this name alone, by the specification of OpenAPI, and take it from the security scheme.)
pub(crate) fn authorization() -> Parameter {
    Parameter::header("authorization", schema::nullable(schema::string())).titled()
}
