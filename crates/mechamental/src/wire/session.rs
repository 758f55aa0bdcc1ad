//! A session, and how one comes to an account.

use std::borrow::Cow;

use dialect::openapi::{Members, schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use users::{SignedIn, UserError};

use super::USER;
use super::user::UserBody;
use crate::caller::SCHEME;

/// What somebody gets who has signed in. The scheme is written as other servers of this kind write it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SessionBody<'a> {
    /// The key, which is presented like any other.
    pub(crate) access_token: Cow<'a, str>,
    /// The scheme in which it is presented.
    pub(crate) token_type: Cow<'a, str>,
    /// How long it lasts, in seconds.
    pub(crate) expires_in: u64,
    /// Who has signed in.
    pub(crate) user: UserBody<'a>,
}

impl<'a> TryFrom<&'a SignedIn> for SessionBody<'a> {
    type Error = UserError;

    /// # Errors
    /// See [`UserBody`].
    fn try_from(signed_in: &'a SignedIn) -> Result<Self, UserError> {
        Ok(Self {
            access_token: signed_in.key.reveal().into(),
            token_type: scheme().into(),
            expires_in: signed_in.lasts.as_secs(),
            user: UserBody::try_from(&signed_in.user)?,
        })
    }
}

fn scheme() -> String {
    SCHEME.to_ascii_lowercase()
}

impl SessionBody<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        Members::titled()
            .required("access_token", schema::string())
            .required("token_type", schema::one_of([scheme().as_str()]))
            .required("expires_in", schema::integer(0..=u64::MAX))
            .required("user", schema::named(USER))
            .schema()
    }
}

/// How one comes to an account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuthConfig {
    /// Whether people can make accounts for themselves.
    pub(crate) allow_registration: bool,
}

impl AuthConfig {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        Members::titled().required("allow_registration", schema::boolean()).schema()
    }
}

/// An example of a session, with the reference's user.
pub(super) fn example() -> Value {
    json!({
        "access_token": "string",
        "token_type": scheme(),
        "expires_in": 43_200,
        "user": super::user::example(),
    })
}

/// The only example of how one comes to an account.
pub(super) fn example_config() -> Value {
    json!({"allow_registration": false})
}
