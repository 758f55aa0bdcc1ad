//! A user, and a page of users.

use std::borrow::Cow;

use dialect::answer;
use dialect::openapi::{Members, schema};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use users::{User, UserError};

use super::USER;
use super::time::zoned_time;

/// A user: 18 members in the reference's order, always all of them. Free objects stand in it as they are kept, so that
/// their numbers stay as they were sent.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub(crate) struct UserBody<'a> {
    pub(crate) user_id: Cow<'a, str>,
    pub(crate) email: Cow<'a, str>,
    pub(crate) username: Cow<'a, str>,
    pub(crate) full_name: Option<Cow<'a, str>>,
    pub(crate) auth_provider: Option<Cow<'a, str>>,
    pub(crate) is_active: bool,
    pub(crate) is_verified: bool,
    pub(crate) roles: Vec<Cow<'a, str>>,
    pub(crate) avatar_url: Option<Cow<'a, str>>,
    pub(crate) bio: Option<Cow<'a, str>>,
    pub(crate) timezone: Option<Cow<'a, str>>,
    pub(crate) locale: Option<Cow<'a, str>>,
    pub(crate) preferences: Cow<'a, RawValue>,
    pub(crate) settings: Cow<'a, RawValue>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) last_login: Option<String>,
    pub(crate) default_workspace_id: Option<Cow<'a, str>>,
}

impl<'a> TryFrom<&'a User> for UserBody<'a> {
    type Error = UserError;

    /// # Errors
    /// `Internal` if a free object is no JSON, which only damage to the store can cause.
    fn try_from(user: &'a User) -> Result<Self, UserError> {
        let User {
            id,
            revision: _,
            email,
            verified,
            username,
            full_name,
            status: _,
            roles,
            department: _,
            avatar_url,
            bio,
            timezone,
            locale,
            auth_provider,
            preferences,
            settings,
            metadata: _,
            created_at,
            updated_at,
            last_login,
            default_workspace,
        } = user;
        Ok(Self {
            user_id: id.as_str().into(),
            email: email.as_str().into(),
            username: username.as_str().into(),
            full_name: full_name.as_ref().map(|name| name.as_str().into()),
            auth_provider: auth_provider.as_deref().map(Cow::from),
            is_active: user.is_active(),
            is_verified: *verified,
            roles: roles.iter().map(|role| role.as_str().into()).collect(),
            avatar_url: avatar_url.as_ref().map(|url| url.as_str().into()),
            bio: bio.as_ref().map(|bio| bio.as_str().into()),
            timezone: timezone.as_ref().map(|zone| zone.as_str().into()),
            locale: locale.as_ref().map(|locale| locale.as_str().into()),
            preferences: answer::raw(preferences)?,
            settings: answer::raw(settings)?,
            created_at: zoned_time(*created_at),
            updated_at: zoned_time(*updated_at),
            last_login: last_login.map(zoned_time),
            default_workspace_id: default_workspace.as_ref().map(|id| id.as_str().into()),
        })
    }
}

/// One page of a list, of [`UserBody`]s.
#[derive(Debug, Serialize)]
pub(crate) struct UserPage<'a> {
    /// How many users match in all.
    pub(crate) total: u64,
    /// Whether there is a page after this one.
    pub(crate) has_more: bool,
    /// What to send to get it.
    pub(crate) next_cursor: Option<String>,
    /// The users of this page.
    pub(crate) users: Vec<&'a RawValue>,
}

impl UserBody<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        let text = || schema::nullable(schema::string());
        Members::titled()
            .required("user_id", schema::string())
            .required("email", schema::email())
            .required("username", schema::string())
            .required("full_name", text())
            .required("auth_provider", text())
            .required("is_active", schema::boolean())
            .required("is_verified", schema::boolean())
            .required("roles", schema::array(schema::string()))
            .required("avatar_url", text())
            .required("bio", text())
            .required("timezone", text())
            .required("locale", text())
            .required("preferences", schema::object())
            .required("settings", schema::object())
            .required("created_at", schema::time())
            .required("updated_at", schema::time())
            .required("last_login", schema::nullable(schema::time()))
            .required("default_workspace_id", text())
            .schema()
    }
}

impl UserPage<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        Members::titled()
            .required("total", schema::integer(0..=u64::MAX))
            .required("has_more", schema::with(schema::boolean(), "default", false))
            .required("next_cursor", schema::nullable(schema::string()))
            .required("users", schema::array(schema::named(USER)))
            .schema()
    }
}

/// The reference's example of a user.
pub(super) fn example() -> Value {
    json!({
        "user_id": "string",
        "email": "user@example.com",
        "username": "string",
        "full_name": "string",
        "auth_provider": "string",
        "is_active": true,
        "is_verified": true,
        "roles": ["string"],
        "avatar_url": "string",
        "bio": "string",
        "timezone": "string",
        "locale": "string",
        "preferences": {},
        "settings": {},
        "created_at": "2019-08-24T14:15:22Z",
        "updated_at": "2019-08-24T14:15:22Z",
        "last_login": "2019-08-24T14:15:22Z",
        "default_workspace_id": "string",
    })
}

/// The reference's example of a page.
pub(super) fn example_page() -> Value {
    json!({"total": 0, "has_more": false, "next_cursor": "string", "users": [example()]})
}

#[cfg(test)]
mod tests {
    use users::{Email, Status, Timestamp, UserId, WorkspaceId};

    use super::*;
    use crate::testing::policy;
    use users::json::FreeObject;

    fn ada() -> User {
        let policy = policy();
        User {
            id: UserId::from_stored("018f0000-0000-7000-8000-000000000001".to_owned()),
            revision: 7,
            email: Email::parse("ada@example.com").expect("an address"),
            verified: true,
            username: users::profile::Username::from_stored("ada".to_owned()),
            full_name: None,
            status: Status::Pending,
            roles: policy.roles(policy.names().cloned()).expect("two roles"),
            department: None,
            avatar_url: None,
            bio: Some(users::profile::Bio::from_stored("é\n".to_owned())),
            timezone: None,
            locale: None,
            auth_provider: Some("local".to_owned()),
            preferences: FreeObject::from_stored(r#"{"z":1.10,"a":[1E2,123456789012345678901234567890]}"#.to_owned()),
            settings: FreeObject::empty(),
            metadata: FreeObject::from_stored(r#"{"hidden":true}"#.to_owned()),
            created_at: Timestamp::from_micros(1_735_787_045_678_900).expect("a time"),
            updated_at: Timestamp::from_micros(1_735_787_045_000_000).expect("a time"),
            last_login: None,
            default_workspace: Some(WorkspaceId::from_stored("018f0000-0000-7000-8000-000000000002".to_owned())),
        }
    }

    #[test]
    fn all_members_in_the_order_of_the_reference() {
        let ada = ada();
        let body = UserBody::try_from(&ada).expect("a sound record");
        assert_eq!(
            serde_json::to_string(&body).expect("JSON"),
            concat!(
                r#"{"user_id":"018f0000-0000-7000-8000-000000000001","email":"ada@example.com","username":"ada","#,
                r#""full_name":null,"auth_provider":"local","is_active":false,"is_verified":true,"#,
                r#""roles":["admin","user"],"avatar_url":null,"bio":"é\n","timezone":null,"locale":null,"#,
                r#""preferences":{"z":1.10,"a":[1E2,123456789012345678901234567890]},"settings":{},"#,
                r#""created_at":"2025-01-02T03:04:05.678900Z","updated_at":"2025-01-02T03:04:05Z","#,
                r#""last_login":null,"default_workspace_id":"018f0000-0000-7000-8000-000000000002"}"#
            )
        );
    }

    #[test]
    fn damage_is_no_answer() {
        let mut user = ada();
        user.settings = FreeObject::from_stored("{".to_owned());
        assert!(matches!(UserBody::try_from(&user), Err(UserError::Internal(_))));
    }
}
