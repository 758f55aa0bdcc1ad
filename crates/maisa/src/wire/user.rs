//! A user, in full and in a list, and what is around them.

use std::borrow::Cow;

use dialect::answer;
use dialect::openapi::{Members, schema};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use users::{RolePolicy, Status, User, UserError};

use super::time::whole_seconds;
use super::{ITEM, USER};

/// The envelope of one thing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Data<T> {
    /// The thing.
    pub(crate) data: T,
}

/// One page of a list, of [`UserItem`]s.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserPage<'a> {
    /// The users of this page.
    #[serde(borrow)]
    pub(crate) data: Vec<&'a RawValue>,
    /// Where it stands in the list.
    pub(crate) pagination: Pagination,
}

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination {
    /// How many users match in all.
    pub(crate) total: u64,
    /// How many a page has at most, as asked for.
    pub(crate) limit: u32,
    /// How many were skipped, as asked for.
    pub(crate) offset: u64,
    /// Whether there are users behind this page.
    pub(crate) has_more: bool,
}

/// A user in a list: 6 members in the reference's order, always all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserItem<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) email: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) role: Cow<'a, str>,
    pub(crate) status: Cow<'a, str>,
    pub(crate) created_at: String,
}

impl<'a> From<&'a User> for UserItem<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.as_str().into(),
            email: user.email.as_str().into(),
            name: user.shown_name().into(),
            role: user.shown_role().as_str().into(),
            status: user.status.as_str().into(),
            created_at: whole_seconds(user.created_at),
        }
    }
}

/// A user: 11 members in the reference's order, always all of them. The free object stands in it as it is kept, so that its
/// numbers stay as they were sent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserBody<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) email: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) role: Cow<'a, str>,
    pub(crate) status: Cow<'a, str>,
    pub(crate) created_at: String,
    pub(crate) department: Option<Cow<'a, str>>,
    pub(crate) last_login_at: Option<String>,
    pub(crate) permissions: Vec<Cow<'a, str>>,
    pub(crate) updated_at: String,
    pub(crate) metadata: Cow<'a, RawValue>,
}

impl<'a> UserBody<'a> {
    /// The user in this API's terms. What its roles permit, the policy knows.
    ///
    /// # Errors
    /// `Internal` if the free object is no JSON, which only damage to the store can cause.
    pub(crate) fn of(user: &'a User, policy: &'a RolePolicy) -> Result<Self, UserError> {
        let UserItem { id, email, name, role, status, created_at } = UserItem::from(user);
        Ok(Self {
            id,
            email,
            name,
            role,
            status,
            created_at,
            department: user.department.as_ref().map(|department| department.as_str().into()),
            last_login_at: user.last_login.map(whole_seconds),
            permissions: policy
                .permitted(&user.roles)
                .into_iter()
                .map(|permission| permission.as_str().into())
                .collect(),
            updated_at: whole_seconds(user.updated_at),
            metadata: answer::raw(&user.metadata)?,
        })
    }
}

impl UserItem<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        Self::members().schema()
    }

    fn members() -> Members {
        Members::new()
            .required("id", schema::with(schema::string(), "format", "uuid"))
            .required("email", schema::email())
            .required("name", schema::string())
            .required("role", schema::string())
            .required("status", schema::one_of(Status::ALL.map(Status::as_str)))
            .required("createdAt", schema::time())
    }
}

impl UserBody<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        UserItem::members()
            .required("department", schema::nullable(schema::string()))
            .required("lastLoginAt", schema::nullable(schema::time()))
            .required("permissions", schema::array(schema::string()))
            .required("updatedAt", schema::time())
            .required("metadata", schema::object())
            .schema()
    }
}

impl UserPage<'_> {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        let pagination = Members::new()
            .required("total", schema::integer(0..=u64::MAX))
            .required("limit", schema::integer(0..=u64::MAX))
            .required("offset", schema::integer(0..=u64::MAX))
            .required("hasMore", schema::boolean());
        Members::new()
            .required("data", schema::array(schema::named(ITEM)))
            .required("pagination", pagination.schema())
            .schema()
    }
}

/// The schema of one user in its envelope.
pub(super) fn one() -> Value {
    Members::new().required("data", schema::named(USER)).schema()
}

/// The reference's example of a user.
pub(super) fn example() -> Value {
    let mut user = example_item();
    user["department"] = json!("Engineering");
    user["lastLoginAt"] = json!("2023-01-10T15:30:00Z");
    user["permissions"] = json!(["users:read", "projects:read", "projects:write"]);
    user["updatedAt"] = json!("2023-01-05T10:00:00Z");
    user["metadata"] = json!({"preferredLanguage": "en", "theme": "dark"});
    json!({"data": user})
}

/// The reference's example of a page.
pub(super) fn example_page() -> Value {
    json!({"data": [example_item()], "pagination": {"total": 100, "limit": 20, "offset": 0, "hasMore": true}})
}

fn example_item() -> Value {
    json!({
        "id": "123e4567-e89b-12d3-a456-426614174000",
        "email": "john@example.com",
        "name": "John Doe",
        "role": "user",
        "status": "active",
        "createdAt": "2023-01-01T12:00:00Z",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{policy, user};
    use users::json::FreeObject;
    use users::profile::{Department, FullName};
    use users::{RoleName, Timestamp};

    fn shown(user: &User) -> String {
        serde_json::to_string(&UserBody::of(user, &policy()).expect("a sound record")).expect("JSON")
    }

    #[test]
    fn a_user_has_eleven_members() {
        let mut user = user();
        assert_eq!(
            shown(&user),
            concat!(
                r#"{"id":"018f0000-0000-7000-8000-000000000001","email":"john@example.com","name":"john","role":"user","#,
                r#""status":"active","createdAt":"2023-01-01T12:00:00Z","department":null,"lastLoginAt":null,"#,
                r#""permissions":["users:read","projects:read"],"updatedAt":"2023-01-05T10:00:00Z","metadata":{}}"#,
            )
        );
        user.full_name = Some(FullName::from_stored("John \"J\" Doe".into()));
        user.department = Some(Department::from_stored("Engineering".into()));
        user.last_login = Timestamp::from_micros(1_673_364_600_999_999);
        user.metadata = FreeObject::from_stored(r#"{"n":1.10,"big":12345678901234567890}"#.into());
        user.roles = policy().roles(["user", "admin"].map(|name| RoleName::from_stored(name.into()))).expect("roles");
        assert_eq!(
            shown(&user),
            concat!(
                r#"{"id":"018f0000-0000-7000-8000-000000000001","email":"john@example.com","name":"John \"J\" Doe","#,
                r#""role":"admin","status":"active","createdAt":"2023-01-01T12:00:00Z","department":"Engineering","#,
                r#""lastLoginAt":"2023-01-10T15:30:00Z","permissions":["users:read","users:write","projects:read"],"#,
                r#""updatedAt":"2023-01-05T10:00:00Z","metadata":{"n":1.10,"big":12345678901234567890}}"#,
            )
        );
    }

    #[test]
    fn an_empty_full_name_reads_as_the_username() {
        let user = User { full_name: Some(FullName::from_stored(String::new())), ..user() };
        assert_eq!(UserItem::from(&user).name, "john");
    }

    #[test]
    fn a_damaged_record_is_no_answer() {
        let user = User { metadata: FreeObject::from_stored("{".into()), ..user() };
        assert!(matches!(UserBody::of(&user, &policy()), Err(UserError::Internal(_))));
    }

    #[test]
    fn the_samples_of_the_reference_read_back_as_they_are() {
        let one = concat!(
            r#"{"data":{"id":"123e4567-e89b-12d3-a456-426614174000","email":"john@example.com","name":"John Doe","#,
            r#""role":"user","status":"active","createdAt":"2023-01-01T12:00:00Z","department":"Engineering","#,
            r#""lastLoginAt":"2023-01-10T15:30:00Z","permissions":["users:read","projects:read","projects:write"],"#,
            r#""updatedAt":"2023-01-05T10:00:00Z","metadata":{"preferredLanguage":"en","theme":"dark"}}}"#,
        );
        let read: Data<UserBody<'_>> = serde_json::from_str(one).expect("the sample");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), one);
        let item = concat!(
            r#"{"id":"123e4567-e89b-12d3-a456-426614174000","email":"john@example.com","name":"John Doe","#,
            r#""role":"user","status":"active","createdAt":"2023-01-01T12:00:00Z"}"#,
        );
        let read: UserItem<'_> = serde_json::from_str(item).expect("the sample");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), item);
        let page = format!(r#"{{"data":[{item}],"pagination":{{"total":100,"limit":20,"offset":0,"hasMore":true}}}}"#);
        let read: UserPage<'_> = serde_json::from_str(&page).expect("the sample");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), page);
    }
}
