//! The tables as they are copied: every column of every row, just as it is stored. The core's records would not do, because
//! they leave out what can be derived; and a row that makes no sense to the core is to be copied nevertheless.

use diesel::prelude::{Insertable, Queryable};
use serde::{Serialize, Serializer};

use crate::schema::{
    attempts, audit, claims, facts, keys, memberships, outbox, tokens, usage, usage_details, users, workspaces,
};

/// A row of `workspaces`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = workspaces)]
pub(super) struct Workspace {
    pub id: String,
    pub name: String,
    pub created_at: i64,
}

/// A row of `users`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct User {
    pub id: String,
    pub revision: i64,
    pub email: String,
    pub email_key: String,
    pub verified: bool,
    pub username: String,
    pub username_key: String,
    pub full_name: Option<String>,
    pub status: String,
    pub role: String,
    pub roles: String,
    pub department: Option<String>,
    pub timezone: Option<String>,
    pub locale: Option<String>,
    pub auth_provider: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_login: Option<i64>,
    pub default_workspace_id: Option<String>,
    pub password_hash: Option<String>,
    pub search_text: String,
    pub avatar_url: Option<String>,
    pub bio: Option<String>,
    pub preferences: String,
    pub settings: String,
    pub metadata: String,
}

/// A row of `memberships`, but the role: that is the user's, and the target's own triggers see to it.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = memberships)]
pub(super) struct Membership {
    pub workspace_id: String,
    pub user_id: String,
}

/// A row of `keys`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
pub(super) struct Key {
    pub id: String,
    pub name: String,
    #[serde(serialize_with = "hexadecimal")]
    pub secret_hash: Vec<u8>,
    pub reach: String,
    pub workspace_id: Option<String>,
    pub owner_id: Option<String>,
    pub permissions: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub pinned: Option<String>,
    pub plan: Option<String>,
    pub session: bool,
}

/// A row of `attempts`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = attempts)]
pub(super) struct Attempt {
    pub subject: String,
    pub arrival: i64,
}

/// A row of `usage`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = usage)]
pub(super) struct Usage {
    pub key_id: String,
    pub day: i64,
    pub operation: String,
    pub calls: i64,
    pub errors: i64,
    pub last_seen: i64,
}

/// A row of `usage_details`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = usage_details)]
pub(super) struct UsageDetail {
    pub key_id: String,
    pub day: i64,
    pub operation: String,
    pub kind: String,
    pub name: String,
    pub calls: i64,
}

/// A row of `outbox`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub(super) struct Message {
    pub id: String,
    pub user_id: String,
    pub kind: String,
    pub created_at: i64,
    pub attempts: i64,
    pub due_at: i64,
    pub leased_until: Option<i64>,
    pub tried_since: Option<i64>,
    pub last_error: Option<String>,
    pub abandoned_at: Option<i64>,
}

/// A row of `tokens`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = tokens)]
pub(super) struct Token {
    pub hash: String,
    pub user_id: String,
    pub purpose: String,
    pub email_key: String,
    pub message_id: String,
    pub created_at: i64,
    pub expires_at: i64,
}

/// A row of `claims`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = claims, treat_none_as_default_value = false)]
pub(super) struct Claim {
    pub id: String,
    pub created_at: i64,
    pub user_id: Option<String>,
    pub fingerprint: Option<String>,
    pub answer: Option<String>,
}

/// A row of `facts`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = facts)]
pub(super) struct Fact {
    pub name: String,
    pub value: String,
}

/// A row of `audit`.
#[derive(Queryable, Insertable, Serialize)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(super) struct Event {
    pub at: i64,
    pub id: String,
    pub actor: String,
    pub actor_key: Option<String>,
    pub actor_user: Option<String>,
    pub action: String,
    pub user_id: Option<String>,
    pub key_id: Option<String>,
    pub workspace_id: Option<String>,
    pub operation: String,
    pub request_id: Option<String>,
    pub reason: Option<String>,
    pub fields: String,
    pub repetition: Option<String>,
}

fn hexadecimal<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&data_encoding::HEXLOWER.encode(bytes))
}
