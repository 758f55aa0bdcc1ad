//! Requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): how the key is read, and how an answer is
//! kept and given again.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION};
use serde::{Deserialize, Serialize};
use users::once::{Created, Fingerprint, IdempotencyKey, KeptAnswer, Once};
use users::{User, UserError};

use crate::answer::with_header;
use crate::request::{Head, Request};

/// The header in which a client says that it means the same request as before.
pub static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says `true` in an answer that is given again.
pub static IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What a key must be, to be read behind the header's name.
pub const FORM: &str = "must be 1 to 255 printable ASCII characters, once, with spaces only in double quotes";

/// A header that holds no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoKey;

/// How a dialect answers a request that has created a user.
pub type Respond = fn(&Request, &User) -> Result<HttpResponse, UserError>;

/// The request's key; `None` without the header. A client may quote it, as the draft asks for (RFC 9651 §3.3.3), or not, as most
/// do; it is the same key.
///
/// # Errors
/// The header occurs twice, or holds no key.
pub fn key(head: &Head) -> Result<Option<IdempotencyKey>, NoKey> {
    let Some(value) = head.single(&IDEMPOTENCY_KEY).map_err(|_| NoKey)? else { return Ok(None) };
    let text = value.to_str().map_err(|_| NoKey)?;
    let text = match text.strip_prefix('"') {
        Some(rest) => unquoted(rest).ok_or(NoKey)?,
        None if text.contains(' ') => return Err(NoKey),
        None => text.to_owned(),
    };
    IdempotencyKey::parse(&text).map(Some).ok_or(NoKey)
}

/// What the client sent, to be shown to it again: several fields of one name are one list (RFC 9110 §5.3), and bytes beyond
/// ASCII read as Latin-1.
#[must_use]
pub fn sent(head: &Head) -> String {
    let text = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    let values: Vec<String> = head.headers.get_all(&IDEMPOTENCY_KEY).map(text).collect();
    values.join(", ")
}

/// What is between the quotes, after the first of them. `None` if the second is not the end, or what is escaped needs no escape.
fn unquoted(rest: &str) -> Option<String> {
    let (mut text, mut characters) = (String::new(), rest.chars());
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(text),
            '\\' => text.push(characters.next().filter(|escaped| ['"', '\\'].contains(escaped))?),
            other => text.push(other),
        }
    }
}

/// The request under this key, as the directory is asked. Its answer is kept.
#[must_use]
pub fn once(request: &Request, key: IdempotencyKey, fingerprint: Fingerprint, respond: Respond) -> Once {
    let asked = request.clone();
    let answer = move |user: &User| keep(respond(&asked, user)?, &asked.head.mount);
    Once { operation: request.operation.to_string(), key, fingerprint, answer: Arc::new(answer) }
}

/// The answer to a request that has created a user, now or when it was sent before.
///
/// # Errors
/// As `respond`'s, and `Internal` if a kept answer makes no sense, which only damage from outside can cause.
pub fn answer(request: &Request, created: Created, respond: Respond) -> Result<HttpResponse, UserError> {
    match created {
        Created::Now(user) => respond(request, &user),
        Created::Before(kept) => replay(&kept, &request.head.mount),
    }
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Addresses are kept without the mount: they are given again on the one that the repeat has used.
fn keep(response: HttpResponse, mount: &str) -> Result<KeptAnswer, UserError> {
    let status = response.status().as_u16();
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = value.to_str().map_err(|_| unfit("a header of the answer is no text"))?;
        let value = if *name == LOCATION { value.strip_prefix(mount).unwrap_or(value) } else { value };
        Ok((name.as_str().to_owned(), value.to_owned()))
    };
    let headers = response.headers().iter().map(text).collect::<Result<_, UserError>>()?;
    let body = response.into_body().try_into_bytes().map_err(|_| unfit("the answer has no end"))?;
    let body = String::from_utf8(body.to_vec()).map_err(|_| unfit("the answer is no text"))?;
    let kept = serde_json::to_string(&Kept { status, headers, body });
    kept.map(KeptAnswer).map_err(|error| unfit(&error.to_string()))
}

fn replay(kept: &KeptAnswer, mount: &str) -> Result<HttpResponse, UserError> {
    let Kept { status, headers, body } = serde_json::from_str(&kept.0).map_err(|_| damaged())?;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).map_err(|_| damaged())?).body(body);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| damaged())?;
        let value = if name == LOCATION { format!("{mount}{value}") } else { value };
        response = with_header(response, name, &value);
    }
    Ok(with_header(response, IDEMPOTENT_REPLAYED.clone(), "true"))
}

fn unfit(why: &str) -> UserError {
    UserError::Internal(format!("an answer cannot be kept: {why}"))
}

fn damaged() -> UserError {
    UserError::Internal("a kept answer makes no sense".to_owned())
}

#[cfg(test)]
mod tests;
