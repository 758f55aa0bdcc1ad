//! Stand-ins for the tests of this crate.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::StatusCode;
use async_trait::async_trait;
use dialect::directory::Result;
use dialect::openapi::{Description, Operation, Response};
use dialect::{Call, Directory, DirectoryError, ListQuery, Page};
use users::audit::Event;
use users::json::FreeObject;
use users::{
    Caller, Created, Email, Holder, NewUser, Once, PlainPassword, Precondition, PresentedKey, Redeemed, RolePolicy,
    SignIn, SignedIn, User, UserChange, UserError, View,
};

use crate::accounts::Accounts;
use crate::audit;

/// The description of a dialect that has nothing to say.
pub fn undescribed() -> Description {
    let (schemas, responses, headers) = (Vec::new(), Vec::new(), Vec::new());
    let (tag, security) = (("", ""), ("", serde_json::Value::Null));
    Description { title: "", about: "", tag, security, schemas, responses, headers }
}

/// The description of an operation that has nothing to say.
pub fn undescribed_operation(_: &RolePolicy) -> Operation {
    Operation::new("", Response::empty(StatusCode::OK, ""))
}

/// A book that keeps nothing.
pub struct NoBook;

#[async_trait]
impl audit::Book for NoBook {
    async fn add(&self, _: Arc<[Event]>) -> Result<()> {
        Ok(())
    }
}

/// A directory that knows nobody.
pub struct NoDirectory;

const NOBODY: DirectoryError = DirectoryError::User(UserError::Unauthenticated);

#[async_trait]
impl Directory for NoDirectory {
    async fn authenticate(&self, _: &PresentedKey) -> Result<Arc<Caller>> {
        Err(NOBODY)
    }

    async fn list(&self, _: &Call, _: ListQuery, _: View<'static>) -> Result<Page> {
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

    async fn update(&self, _: &Call, _: &str, _: UserChange, _: Precondition) -> Result<User> {
        Err(NOBODY)
    }

    async fn merge_own_preferences(&self, _: &Call, _: FreeObject, _: Precondition) -> Result<User> {
        Err(NOBODY)
    }

    async fn delete(&self, _: &Call, _: &str, _: Precondition) -> Result<()> {
        Err(NOBODY)
    }

    async fn sign_in(&self, _: SignIn) -> Result<SignedIn> {
        Err(NOBODY)
    }

    async fn sign_out(&self, _: &Call) -> Result<()> {
        Err(NOBODY)
    }

    async fn ask_for_mail(&self, _: Email, _: Option<IpAddr>) -> Result<()> {
        Err(NOBODY)
    }
}

#[async_trait]
impl Accounts for NoDirectory {
    async fn holder(&self, _: &str) -> Result<Option<Holder>> {
        Ok(None)
    }

    async fn redeem(&self, _: &str, _: PlainPassword) -> Result<Redeemed> {
        Ok(Redeemed::Void)
    }

    async fn ask_for_link(&self, _: Email, _: Option<IpAddr>) -> Result<()> {
        Ok(())
    }
}
