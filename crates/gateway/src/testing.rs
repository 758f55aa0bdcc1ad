//! Stand-ins for the tests of this crate.

use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{Call, Directory, DirectoryError, ListQuery, Page};
use users::json::FreeObject;
use users::{Caller, Created, NewUser, Once, PresentedKey, User, UserChange, UserError};

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

    async fn create(&self, _: &Call, _: NewUser, _: Option<Once>) -> Result<Created> {
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
