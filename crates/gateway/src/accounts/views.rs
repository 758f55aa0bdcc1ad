//! How the pages look.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use dialect::{DirectoryError, Refusal, retry};
use serde_json::json;
use users::strength::Advice;
use users::token::Purpose;
use users::{Holder, PlainPassword, UserError};

use super::{Answer, Page, Trouble};

/// Nothing but the style comes in, forms go nowhere else, no script runs, and no other page shows this one in itself.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("../../assets/accounts.css");

const HTML: &str = "text/html; charset=utf-8";

/// What is wrong with a field.
pub struct Problem {
    /// The field's id.
    pub field: &'static str,
    /// One sentence.
    pub text: String,
    /// What would be better.
    pub advice: Vec<String>,
}

impl Problem {
    /// One about which there is no more to say.
    pub fn new(field: &'static str, text: String) -> Self {
        Self { field, text, advice: Vec::new() }
    }

    /// A password that is too easy to guess.
    pub fn too_common(advice: &Advice) -> Self {
        Self { field: "password", text: "This password is too easy to guess.".to_owned(), advice: sentences(advice) }
    }
}

fn sentences(advice: &Advice) -> Vec<String> {
    advice.warning.iter().chain(&advice.suggestions).cloned().collect()
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct PasswordForm<'a> {
    below: &'static str,
    title: String,
    heading: &'static str,
    activates: bool,
    name: &'a str,
    email: &'a str,
    token: &'a str,
    problems: &'a [Problem],
    shortest: usize,
}

impl PasswordForm<'_> {
    fn problem(&self, field: &str) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.field == field)
    }
}

#[derive(Template)]
#[template(path = "accounts/done.html")]
struct Done<'a> {
    below: &'static str,
    title: String,
    heading: &'static str,
    activates: bool,
    username: &'a str,
    email: &'a str,
    advice: Vec<String>,
}

#[derive(Template)]
#[template(path = "accounts/void.html")]
struct Void {
    below: &'static str,
    title: String,
    problems: [Problem; 0],
    given: &'static str,
    invitation: i64,
    forgotten: i64,
}

#[derive(Template)]
#[template(path = "accounts/resend.html")]
struct Resend<'a> {
    below: &'static str,
    title: String,
    problems: &'a [Problem],
    given: &'a str,
}

#[derive(Template)]
#[template(path = "accounts/asked.html")]
struct Asked {
    below: &'static str,
    title: String,
}

#[derive(Template)]
#[template(path = "accounts/trouble.html")]
struct TroublePage {
    below: &'static str,
    title: String,
    heading: &'static str,
    text: String,
}

/// The form in which the password is set, or what is wrong with the one that was sent.
pub fn password_form(holder: &Holder, token: &str, problems: &[Problem]) -> Answer {
    let heading = if holder.activates { "Welcome: choose a password" } else { "Choose a new password" };
    let form = PasswordForm {
        below: Page::Activate.below(),
        title: title(heading, problems),
        heading,
        activates: holder.activates,
        name: &holder.name,
        email: &holder.email,
        token,
        problems,
        shortest: PlainPassword::RULE.min,
    };
    page(status_with(problems), &form)
}

/// It is done.
pub fn done(holder: &Holder, advice: &Advice) -> Answer {
    let heading = if holder.activates { "Your account is active" } else { "Your password is set" };
    let done = Done {
        below: Page::Activate.below(),
        title: title(heading, &[]),
        heading,
        activates: holder.activates,
        username: &holder.username,
        email: &holder.email,
        advice: sentences(advice),
    };
    page(StatusCode::OK, &done)
}

/// The token sets no password, whyever.
pub fn void() -> Answer {
    let title = title("This link does not work", &[]);
    let hours = |purpose: Purpose| purpose.lifetime().num_hours();
    let void = Void {
        below: Page::Activate.below(),
        title,
        problems: [],
        given: "",
        invitation: hours(Purpose::Activation),
        forgotten: hours(Purpose::Password),
    };
    page(StatusCode::NOT_FOUND, &void)
}

/// The form in which another link is asked for, or what is wrong with the address.
pub fn resend_form(given: &str, problems: &[Problem]) -> Answer {
    let title = title("Get a new link", problems);
    page(status_with(problems), &Resend { below: Page::Resend.below(), title, problems, given })
}

/// Another link is on its way, if it has a way.
pub fn asked() -> Answer {
    let title = title("Look into your mail", &[]);
    page(StatusCode::ACCEPTED, &Asked { below: Page::Resend.below(), title })
}

/// The same for a program.
pub fn asked_in_json() -> HttpResponse {
    guarded(&mut HttpResponse::Accepted()).json(json!({"status": "accepted"}))
}

/// How the pages look.
pub fn style() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    guarded(&mut response).insert_header((CONTENT_TYPE, "text/css; charset=utf-8")).body(STYLE)
}

/// What is shown in place of a page.
pub fn trouble(page: Page, in_json: bool, trouble: &Trouble) -> HttpResponse {
    let Told { status, code, heading, text, retry_after } = told(trouble);
    let mut response = if in_json {
        error_in_json(status, code, &text)
    } else {
        let shown = TroublePage { below: page.below(), title: title(heading, &[]), heading, text };
        match shown.render() {
            Ok(html) => guarded(&mut HttpResponse::build(status)).insert_header((CONTENT_TYPE, HTML)).body(html),
            Err(error) => {
                tracing::error!(%error, "a page cannot be shown");
                guarded(&mut HttpResponse::InternalServerError()).finish()
            }
        }
    };
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}

/// An error as programs are told it.
pub fn error_in_json(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    guarded(&mut HttpResponse::build(status)).json(json!({"error": {"code": code, "message": message}}))
}

struct Told {
    status: StatusCode,
    code: &'static str,
    heading: &'static str,
    text: String,
    retry_after: Option<u64>,
}

fn told(trouble: &Trouble) -> Told {
    let (status, code, heading, text) = match trouble {
        Trouble::NoForm | Trouble::Refused(Refusal::BrokenBody) => {
            (400, "BAD_REQUEST", "This was not understood", "What was sent is none of the forms of these pages.")
        }
        Trouble::OtherKind => {
            (415, "UNSUPPORTED_MEDIA_TYPE", "This was not understood", "These pages read what their own forms send.")
        }
        Trouble::Refused(Refusal::BodyTooLarge) => {
            (413, "PAYLOAD_TOO_LARGE", "This was too much", "No password and no address is that long.")
        }
        Trouble::Refused(Refusal::BodyTimeout) => {
            (408, "REQUEST_TIMEOUT", "This took too long", "What you sent did not arrive in time. Try it again.")
        }
        Trouble::Directory(DirectoryError::User(UserError::TooOften { .. })) => {
            (429, "RATE_LIMIT_EXCEEDED", "Not so often", "This was tried too often. Wait a while, then try it again.")
        }
        Trouble::Refused(Refusal::Unavailable { .. })
        | Trouble::Directory(
            DirectoryError::Unavailable { .. } | DirectoryError::User(UserError::Busy(_) | UserError::Unavailable(_)),
        ) => (
            503,
            "SERVICE_UNAVAILABLE",
            "Not now",
            "This cannot be done at the moment. Nothing was changed; try it again in a minute.",
        ),
        // None of the others comes from these pages.
        Trouble::Refused(_) | Trouble::Directory(_) => (
            500,
            "INTERNAL_ERROR",
            "Something went wrong",
            "The fault is ours. Whoever runs this server finds it in its log.",
        ),
    };
    let retry_after = match trouble {
        Trouble::Refused(Refusal::Unavailable { retry_after })
        | Trouble::Directory(
            DirectoryError::Unavailable { retry_after } | DirectoryError::User(UserError::TooOften { retry_after }),
        ) => Some(retry::seconds(*retry_after)),
        Trouble::Directory(DirectoryError::User(UserError::Busy(_) | UserError::Unavailable(_))) => {
            Some(retry::seconds(retry::SOON))
        }
        Trouble::Refused(_) | Trouble::Directory(_) | Trouble::NoForm | Trouble::OtherKind => None,
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Told { status, code, heading, text: text.to_owned(), retry_after }
}

fn title(heading: &str, problems: &[Problem]) -> String {
    let state = if problems.is_empty() { "" } else { "Error: " };
    format!("{state}{heading}")
}

fn status_with(problems: &[Problem]) -> StatusCode {
    if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

fn page(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be shown");
        Trouble::Refused(Refusal::Internal)
    })?;
    Ok(guarded(&mut HttpResponse::build(status)).insert_header((CONTENT_TYPE, HTML)).body(html))
}

/// With the headers that all of these answers have: the address, which may hold a token, is told to nobody.
fn guarded(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    const HEADERS: [(HeaderName, &str); 2] = [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer")];
    for header in HEADERS {
        response.insert_header(header);
    }
    response
}
