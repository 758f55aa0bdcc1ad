//! The wire types, and how answers are put on the wire. A wire type says in its fields what the reference shows, in the
//! reference's order.

mod error;
mod time;
mod user;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LINK};
use dialect::answer;
use dialect::openapi::{Response, schema};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use users::{RolePolicy, Shown, User, UserError, View};

use crate::tag;

pub(crate) use error::{Code, Details, ErrorBody, ErrorObject, FieldError};
pub(crate) use user::{Data, Pagination, UserBody, UserItem, UserPage};

fn json(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status).insert_header((CONTENT_TYPE, answer::json())).body(text)
}

/// How many bytes a body has as a rule, and each user of a page.
const BODY: usize = 512;

/// A response with a wire type.
pub(crate) fn render(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    answer::rendered(status, body, BODY)
}

/// A response with a page.
pub(crate) fn render_page(page: &UserPage<'_>) -> HttpResponse {
    answer::rendered(StatusCode::OK, page, BODY * (1 + page.data.len()))
}

/// The name of the way in which this API shows a user.
pub(crate) const VIEW: &str = "maisa";

/// A user as this API shows it.
///
/// # Errors
/// See [`UserBody::of`].
pub(crate) fn text(user: &User, policy: &RolePolicy) -> Result<Box<RawValue>, UserError> {
    let data = UserBody::of(user, policy)?;
    answer::text(&Data { data })
}

/// How this API shows a user in a list.
pub(crate) const ITEM_VIEW: View<'static> =
    View { name: "maisa item", render: &|user| answer::text(&UserItem::from(user)) };

/// A response with a user, and its entity tag.
///
/// # Errors
/// See [`UserBody::of`].
pub(crate) fn user(status: StatusCode, user: &User, policy: &RolePolicy) -> Result<HttpResponse, UserError> {
    let render = |user: &User| text(user, policy);
    Ok(shown(status, &Shown::of(user, View { name: VIEW, render: &render })?, policy))
}

/// The same with a user that was shown before.
pub(crate) fn shown(status: StatusCode, shown: &Shown, policy: &RolePolicy) -> HttpResponse {
    tag::form(policy).tagged(json(status, shown.text.get().to_owned()), &shown.version)
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
const FAULT: &str = "FieldError";

/// The schemas of all bodies of answers, where errors have these codes.
pub(crate) fn schemas(codes: &[Code]) -> Vec<(&'static str, Value)> {
    vec![
        (USER, UserBody::schema()),
        (ITEM, UserItem::schema()),
        (ONE, user::one()),
        (PAGE, UserPage::schema()),
        (ERROR, ErrorBody::schema(codes)),
        (FAULT, FieldError::schema()),
    ]
}

/// A response with a user, as the document describes it.
pub(crate) fn described_user(status: StatusCode, about: &'static str) -> Response {
    Response::new(status, about, schema::named(ONE), user::example()).header(ETAG)
}

/// A response with a page of users, as the document describes it.
pub(crate) fn described_page() -> Response {
    Response::new(StatusCode::OK, "A list of users", schema::named(PAGE), user::example_page()).header(LINK)
}

/// A response without a body, as the document describes it.
pub(crate) fn described_nothing() -> Response {
    Response::empty(StatusCode::NO_CONTENT, "User deleted successfully")
}
