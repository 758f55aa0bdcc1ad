//! What a field's value may be: each function reads one kind of value into the core's type for it. The rules are the types' own.

use chrono::{DateTime, Utc};

use super::fields::Broken;
use crate::each_once::each_once;
use crate::email::Email;
use crate::id::{UserId, WorkspaceId};
use crate::json::{FreeObject, Json};
use crate::password::PasswordHash;
use crate::profile::Department;
use crate::role::{RolePolicy, Roles};
use crate::text::TextError;
use crate::time::Timestamp;
use crate::user::Status;

const STRING: &str = "must be a string";
const UUID: &str = "must be a UUID";
const TIME: &str = "must be a time as in RFC 3339, such as 2026-01-02T03:04:05.678901Z";

fn string(value: &Json) -> Result<&str, Broken> {
    match value {
        Json::String(text) => Ok(text),
        _ => Err(STRING.into()),
    }
}

/// A text with a rule of its own.
pub(super) fn text<T>(parse: fn(&str) -> Result<T, TextError>) -> impl Fn(&Json) -> Result<T, Broken> {
    move |value| Ok(parse(string(value)?)?)
}

/// The empty text is none.
pub(super) fn department(value: &Json) -> Result<Option<Department>, Broken> {
    match string(value)? {
        "" => Ok(None),
        text => Ok(Some(Department::parse(text)?)),
    }
}

/// The reason may repeat parts of the address, which is nobody's business who reads a log.
pub(super) fn email(value: &Json) -> Result<Email, Broken> {
    Email::parse(string(value)?).map_err(|_| "must be a valid e-mail address".into())
}

pub(super) fn password_hash(value: &Json) -> Result<PasswordHash, Broken> {
    Ok(PasswordHash::parse(string(value)?)?)
}

pub(super) fn boolean(value: &Json) -> Result<bool, Broken> {
    match value {
        Json::Bool(value) => Ok(*value),
        _ => Err("must be true or false".into()),
    }
}

pub(super) fn user_id(value: &Json) -> Result<UserId, Broken> {
    UserId::parse(string(value)?).ok_or_else(|| UUID.into())
}

pub(super) fn workspace_id(value: &Json) -> Result<WorkspaceId, Broken> {
    WorkspaceId::parse(string(value)?).ok_or_else(|| UUID.into())
}

/// To the microsecond; what is finer is cut.
pub(super) fn time(value: &Json) -> Result<Timestamp, Broken> {
    let time = DateTime::parse_from_rfc3339(string(value)?).map_err(|_| Broken::from(TIME))?;
    Ok(time.with_timezone(&Utc).into())
}

pub(super) fn status(value: &Json) -> Result<Status, Broken> {
    let names = || Status::ALL.map(Status::as_str).join(", ");
    Status::parse(string(value)?).ok_or_else(|| format!("must be one of {}", names()).into())
}

/// No larger than one that came through the API can grow.
pub(super) fn object(value: &Json) -> Result<FreeObject, Broken> {
    let object = FreeObject::from_json(value).ok_or_else(|| Broken::from("must be an object"))?;
    match object.check_size() {
        Ok(()) => Ok(object),
        Err(_) => Err(format!("must have at most {} bytes", FreeObject::MAX_BYTES).into()),
    }
}

/// A list of which each item is read by itself.
fn list<T>(value: &Json, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Broken> {
    let Json::Array(items) = value else { return Err("must be a list".into()) };
    let (mut parsed, mut broken) = (Vec::with_capacity(items.len()), Vec::new());
    for (index, item) in items.iter().enumerate() {
        match item {
            Json::String(text) => match parse(text) {
                Ok(item) => parsed.push(item),
                Err(rule) => broken.push((index, rule)),
            },
            _ => broken.push((index, STRING.to_owned())),
        }
    }
    if broken.is_empty() { Ok(parsed) } else { Err(Broken::items(broken)) }
}

/// Roles of the installation, one at least.
pub(super) fn roles(policy: &RolePolicy) -> impl Fn(&Json) -> Result<Roles, Broken> {
    move |value| {
        let unknown = || {
            let names: Vec<&str> = policy.names().map(|name| name.as_str()).collect();
            format!("must be one of {}", names.join(", "))
        };
        let names = list(value, |name| policy.role(name).cloned().ok_or_else(unknown))?;
        policy.roles(names).ok_or_else(|| "must not be empty".into())
    }
}

/// Workspaces, each once.
pub(super) fn workspaces(value: &Json) -> Result<Vec<WorkspaceId>, Broken> {
    list(value, |id| WorkspaceId::parse(id).ok_or_else(|| UUID.to_owned())).map(each_once)
}
