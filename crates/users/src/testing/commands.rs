//! Commands that say as little as they can, for tests to add to.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

use crate::json::FreeObject;
use crate::profile::Username;
use crate::{Email, NewUser, UserChange};

/// Somebody of that name, which is also the local part of the address.
///
/// # Panics
/// For a text that is no name.
#[must_use]
pub fn new_user(name: &str) -> NewUser {
    NewUser {
        email: Email::parse(&format!("{name}@example.com")).expect("an address"),
        username: Some(Username::parse(name).expect("a username")),
        password: None,
        full_name: None,
        avatar_url: None,
        bio: None,
        timezone: None,
        locale: None,
        department: None,
        preferences: FreeObject::empty(),
        settings: FreeObject::empty(),
        metadata: FreeObject::empty(),
        roles: None,
        invite: false,
        workspace: None,
    }
}

/// A change that changes nothing.
#[must_use]
pub fn no_change() -> UserChange {
    UserChange {
        email: None,
        username: None,
        password: None,
        full_name: None,
        avatar_url: None,
        bio: None,
        timezone: None,
        locale: None,
        department: None,
        preferences: None,
        settings: None,
        metadata: None,
        status: None,
        roles: None,
        default_workspace: None,
    }
}
