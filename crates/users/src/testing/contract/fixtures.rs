//! The people of the contract.

use crate::email::Email;
use crate::error::Result;
use crate::id::{UserId, WorkspaceId};
use crate::json::FreeObject;
use crate::page::{Filter, Scope, Search, Start};
use crate::ports::{Reads, Store};
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::role::{RoleName, Roles};
use crate::time::Timestamp;
use crate::user::{Status, User};
use crate::workspace::Workspace;

/// 2026-01-02T03:04:05.000006Z and so many microseconds.
pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_767_323_045_000_006 + micros).expect("a time")
}

/// Ids sort as their numbers do.
pub(super) fn user_id(n: u32) -> UserId {
    UserId::parse(&format!("{n:08x}-0000-7000-8000-000000000000")).expect("an id")
}

pub(super) fn workspace_id(n: u32) -> WorkspaceId {
    WorkspaceId::parse(&format!("{n:08x}-0000-7000-9000-000000000000")).expect("an id")
}

pub(super) fn roles(names: &[&str]) -> Roles {
    Roles::from_stored(names.iter().map(|name| role(name)).collect()).expect("a role")
}

pub(super) fn role(name: &str) -> RoleName {
    RoleName::from_stored(name.to_owned())
}

pub(super) fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

pub(super) fn username(text: &str) -> Username {
    Username::parse(text).expect("a username")
}

pub(super) fn object(text: &str) -> FreeObject {
    let value = crate::json::decode(text.as_bytes()).expect("JSON");
    FreeObject::from_json(&value).expect("an object")
}

/// A user of whom little is known.
pub fn user(n: u32) -> User {
    User {
        id: user_id(n),
        revision: 1,
        email: email(&format!("user{n}@example.com")),
        verified: false,
        username: username(&format!("user{n}")),
        full_name: None,
        status: Status::Active,
        roles: roles(&["user"]),
        department: None,
        avatar_url: None,
        bio: None,
        timezone: None,
        locale: None,
        auth_provider: None,
        preferences: FreeObject::empty(),
        settings: FreeObject::empty(),
        metadata: FreeObject::empty(),
        created_at: at(0),
        updated_at: at(0),
        last_login: None,
        default_workspace: None,
    }
}

/// A user of whom everything is known; its default workspace is number 1.
pub(super) fn known_user(n: u32) -> User {
    User {
        revision: 7,
        verified: true,
        full_name: Some(FullName::parse("Ada Lovelace").expect("a name")),
        status: Status::Suspended,
        roles: roles(&["admin", "viewer", "user"]),
        department: Some(Department::parse("Engines").expect("a department")),
        avatar_url: Some(AvatarUrl::parse("https://example.com/a.png?s=1#x").expect("a URL")),
        bio: Some(Bio::parse("Notes\non notes.").expect("a text")),
        timezone: Some(Timezone::parse("Europe/London").expect("a zone")),
        locale: Some(Locale::parse("en-GB").expect("a tag")),
        auth_provider: Some("oidc".to_owned()),
        preferences: object(r#"{"theme":"dark"}"#),
        settings: object(r#"{"beta":true}"#),
        metadata: object(r#"{"cost_center":42}"#),
        updated_at: at(1),
        last_login: Some(at(-1)),
        default_workspace: Some(workspace_id(1)),
        ..user(n)
    }
}

pub(super) fn workspace(n: u32) -> Workspace {
    Workspace { id: workspace_id(n), name: format!("Workspace {n}"), created_at: at(n.into()) }
}

/// Adds users.
pub(super) fn add(store: &impl Store, users: impl IntoIterator<Item = User>) {
    let users: Vec<User> = users.into_iter().collect();
    let added = store.write(move |tx| users.iter().try_for_each(|user| tx.insert_user(user, None)));
    added.expect("users are added");
}

/// Adds a workspace with members who are there.
pub(super) fn add_workspace(store: &impl Store, n: u32, members: &[u32]) {
    let members = members.to_vec();
    let added = store.write(move |tx| {
        tx.insert_workspace(&workspace(n))?;
        members.iter().try_for_each(|member| tx.add_member(&workspace_id(n), &user_id(*member)))
    });
    added.expect("a workspace is added");
}

pub(super) fn save(store: &impl Store, user: User) -> Result<()> {
    store.write(move |tx| tx.update_user(&user))
}

pub(super) fn delete(store: &impl Store, n: u32) {
    store.write(move |tx| tx.delete_user(&user_id(n))).expect("a user is deleted");
}

/// The user, if there is one.
pub(super) fn find(store: &impl Store, n: u32) -> Option<User> {
    store.read(|reads| reads.user(&user_id(n))).expect("a look")
}

/// The ids of a page, by whichever way.
pub(super) fn page(store: &impl Store, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Vec<UserId> {
    let both = |reads: &mut dyn Reads| {
        let users = reads.users(scope, filter, start, limit)?;
        if let Some(ids) = reads.user_ids(scope, filter, start, limit)? {
            assert_eq!(reads.users_by_ids(&ids)?, users, "by their ids: {scope:?} {filter:?} {start:?} {limit}");
        }
        Ok(users)
    };
    store.read(both).expect("a page").into_iter().map(|user| user.id).collect()
}

/// The ids of everyone in the scope who passes; the count must agree.
pub(super) fn all(store: &impl Store, scope: &Scope, filter: &Filter) -> Vec<UserId> {
    let found = page(store, scope, filter, &Start::Beginning, 1_000);
    let count = store.read(|reads| reads.count_users(scope, filter)).expect("a count");
    assert_eq!(count, found.len() as u64, "the count of {scope:?} {filter:?}");
    found
}

/// The ids of everyone who matches.
pub(super) fn search(store: &impl Store, term: &str) -> Vec<UserId> {
    all(store, &Scope::Installation, &searching(term))
}

pub(super) fn searching(term: &str) -> Filter {
    Filter { search: Search::new(term), role: None }
}

pub(super) fn showing(name: &str) -> Filter {
    Filter { search: None, role: Some(role(name)) }
}

pub(super) fn members(workspaces: &[u32]) -> Scope {
    Scope::Members(workspaces.iter().copied().map(workspace_id).collect())
}

pub(super) fn user_ids(numbers: impl IntoIterator<Item = u32>) -> Vec<UserId> {
    numbers.into_iter().map(user_id).collect()
}
