//! The wire types, and how answers are put on the wire. A wire type says in its fields what the reference shows, in the
//! reference's order.

mod error;
mod session;
mod time;
mod user;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ContentType, ETAG, LINK, LOCATION};
use dialect::answer;
use dialect::openapi::{Response, schema};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use users::{Shown, User, UserError, View};

use crate::tag;

pub(crate) use error::ErrorBody;
pub(crate) use session::{AuthConfig, SessionBody};
pub(crate) use time::naive_time;
pub(crate) use user::{UserBody, UserPage};

/// A response with a JSON text.
pub(crate) fn json(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status).insert_header((CONTENT_TYPE, answer::json())).body(text)
}

/// How many bytes a body has as a rule, and each user of a page.
const BODY: usize = 1 << 10;

/// A response with a wire type.
pub(crate) fn render(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    answer::rendered(status, body, BODY)
}

/// A response with a page.
pub(crate) fn render_page(page: &UserPage<'_>) -> HttpResponse {
    answer::rendered(StatusCode::OK, page, BODY * (1 + page.users.len()))
}

/// How this API shows a user, alone and in a list.
pub(crate) const VIEW: View<'static> = View { name: "mechamental", render: &text };

/// # Errors
/// See [`UserBody`].
fn text(user: &User) -> Result<Box<RawValue>, UserError> {
    answer::text(&UserBody::try_from(user)?)
}

/// A response with a user, and its entity tag.
///
/// # Errors
/// See [`UserBody`].
pub(crate) fn user(status: StatusCode, user: &User) -> Result<HttpResponse, UserError> {
    Ok(shown(status, &Shown::of(user, VIEW)?))
}

/// The same with a user that was shown before.
pub(crate) fn shown(status: StatusCode, shown: &Shown) -> HttpResponse {
    tag::form().tagged(json(status, shown.text.get().to_owned()), &shown.version)
}

/// A response without a body, which still names a type as the framework's does.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().insert_header(ContentType::json()).finish()
}

/// The response that sends a client to the same request elsewhere.
pub(crate) fn moved(location: &str) -> HttpResponse {
    answer::with_header(HttpResponse::TemporaryRedirect().finish(), LOCATION, location)
}

/// The names of the schemas.
pub(crate) const ENVELOPE: &str = "ErrorResponse";
pub(crate) const DETAIL: &str = "DetailResponse";
pub(crate) const VALIDATION: &str = "HTTPValidationError";
const FAULT: &str = "ValidationError";
const USER: &str = "UserResponse";
const PAGE: &str = "UserListResponse";
const SESSION: &str = "LoginResponse";
const AUTH_CONFIG: &str = "AuthConfigResponse";

/// The schemas of all bodies of answers, where errors have these codes.
pub(crate) fn schemas(codes: Vec<&'static str>) -> Vec<(&'static str, Value)> {
    vec![
        (USER, UserBody::schema()),
        (PAGE, UserPage::schema()),
        (SESSION, SessionBody::schema()),
        (AUTH_CONFIG, AuthConfig::schema()),
        (ENVELOPE, ErrorBody::schema(codes)),
        (DETAIL, error::detail()),
        (VALIDATION, error::validation()),
        (FAULT, error::fault()),
    ]
}

/// A response with a user, as the document describes it.
pub(crate) fn described_user(status: StatusCode) -> Response {
    Response::new(status, "Successful Response", schema::named(USER), user::example()).header(ETAG)
}

/// A response without a body, as the document describes it.
pub(crate) fn described_nothing() -> Response {
    Response::empty(StatusCode::NO_CONTENT, "Successful Response")
}

/// A response with a session, as the document describes it.
pub(crate) fn described_session() -> Response {
    Response::new(StatusCode::OK, "Successful Response", schema::named(SESSION), session::example())
}

/// A response with how one comes to an account, as the document describes it.
pub(crate) fn described_auth_config() -> Response {
    Response::new(StatusCode::OK, "Successful Response", schema::named(AUTH_CONFIG), session::example_config())
}

/// A response with a page of users, as the document describes it.
pub(crate) fn described_page() -> Response {
    Response::new(StatusCode::OK, "Successful Response", schema::named(PAGE), user::example_page()).header(LINK)
}
