//! The wire types, and how answers are put on the wire. A wire type says in its fields what the reference shows, in the
//! reference's order.

mod error;
mod time;
mod user;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use dialect::openapi::{Response, schema};
use serde::Serialize;
use serde_json::Value;

pub(crate) use error::{Code, Details, ErrorBody, ErrorObject, FieldError};
pub(crate) use user::{Data, Pagination, UserBody, UserItem, UserPage};

/// A response with a wire type.
pub(crate) fn render(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    match serde_json::to_string(body) {
        Ok(text) => HttpResponse::build(status).insert_header(ContentType::json()).body(text),
        // No wire type has a map with keys other than strings, nor anything else that JSON cannot say.
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// A response without a body.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// The names of the schemas.
pub(crate) const ERROR: &str = "ErrorResponse";
const USER: &str = "User";
const ITEM: &str = "UserListItem";
const ONE: &str = "UserData";
const PAGE: &str = "UserList";

/// The schemas of all bodies of answers.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (USER, UserBody::schema()),
        (ITEM, UserItem::schema()),
        (ONE, user::one()),
        (PAGE, UserPage::schema()),
        (ERROR, ErrorBody::schema()),
    ]
}

/// A response with a user, as the document describes it.
pub(crate) fn described_user(status: StatusCode, about: &'static str) -> Response {
    Response::new(status, about, schema::named(ONE), user::example())
}

/// A response with a page of users, as the document describes it.
pub(crate) fn described_page() -> Response {
    Response::new(StatusCode::OK, "A list of users", schema::named(PAGE), user::example_page())
}

/// A response without a body, as the document describes it.
pub(crate) fn described_nothing() -> Response {
    Response::empty(StatusCode::NO_CONTENT, "User deleted successfully")
}
