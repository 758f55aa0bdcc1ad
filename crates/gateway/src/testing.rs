//! Stand-ins for the tests of this crate.

use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{Call, Directory, DirectoryError, ListQuery, Page};
use users::json::FreeObject;
use users::{Caller, Email, NewUser, PresentedKey, User, UserChange, UserError};

/// A directory that knows nobody.
pub struct NoDirectory;

const NOBODY: DirectoryError = DirectoryError::User(UserError::Unauthenticated);

#[async_trait]
impl Directory for NoDirectory {
    async fn authenticate(&self, _: &PresentedKey) -> Result<Caller> {
        Err(NOBODY)
    }

    async fn list(&self, _: &Call, _: ListQuery) -> Result<Page> {
        Err(NOBODY)
    }

    async fn create(&self, _: &Call, _: NewUser) -> Result<User> {
        Err(NOBODY)
    }

    async fn get(&self, _: &Call, _: &str, _: Option<&str>) -> Result<User> {
        Err(NOBODY)
    }

    async fn get_own(&self, _: &Call) -> Result<User> {
        Err(NOBODY)
    }

    async fn update(&self, _: &Call, _: &str, _: UserChange) -> Result<User> {
        Err(NOBODY)
    }

    async fn merge_own_preferences(&self, _: &Call, _: FreeObject) -> Result<User> {
        Err(NOBODY)
    }

    async fn delete(&self, _: &Call, _: &str) -> Result<()> {
        Err(NOBODY)
    }
}

/// Somebody of that name, to be created.
pub fn person(name: &str) -> NewUser {
    NewUser {
        email: Email::parse(&format!("{name}@example.com")).expect("an address"),
        username: None,
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
