//! The last touch to every answer.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, HeaderName, HeaderValue, InvalidHeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, Method};
use actix_web::web::Bytes;

use crate::connections::Serving;

/// Names a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// As much of an answer as is handed to the connection at once.
const PART: usize = 64 * 1024;

/// The headers that every answer has.
pub fn add_headers(response: &mut HttpResponse, request_id: &str) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
}

/// The refusal of a method other than those that read, for what can only be read.
pub fn unless_reading(method: &Method) -> Option<HttpResponse> {
    let reads = [Method::GET, Method::HEAD].contains(method);
    (!reads).then(|| HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish())
}

/// A header's value that lists these names, each once.
pub fn list<'a>(names: impl Iterator<Item = &'a str>) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    HeaderValue::from_str(&all.join(", "))
}

/// Says that the answer differs with these headers as well.
pub fn vary(response: &mut HttpResponse, headers: &HeaderValue) {
    let all = match response.headers().get(VARY) {
        Some(own) => [headers.as_bytes(), b", ", own.as_bytes()].concat(),
        None => headers.as_bytes().to_vec(),
    };
    // Values that were headers are one together.
    if let Ok(all) = HeaderValue::from_bytes(&all) {
        response.headers_mut().insert(VARY, all);
    }
}

/// Ends the connection behind this answer.
pub fn close_behind(response: &mut HttpResponse) {
    response.head_mut().set_connection_type(ConnectionType::Close);
}

/// Hands the answer over. The connection is free for the next request once the body is written; a large one is
/// written in parts, and a client that takes none of them for too long is cut.
pub fn hand_over(response: HttpResponse, serving: Option<Serving>) -> HttpResponse {
    let Some(serving) = serving else { return response };
    response.map_body(|_, body| match body.size() {
        BodySize::Sized(size) if size > PART as u64 => match body.try_into_bytes() {
            Ok(bytes) => BoxBody::new(Parts { bytes, serving }),
            Err(body) => body,
        },
        BodySize::None | BodySize::Sized(_) | BodySize::Stream => body,
    })
}

struct Parts {
    bytes: Bytes,
    serving: Serving,
}

impl MessageBody for Parts {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        if this.bytes.is_empty() {
            return Poll::Ready(None);
        }
        this.serving.progress();
        let part = this.bytes.split_to(this.bytes.len().min(PART));
        Poll::Ready(Some(Ok(part)))
    }
}
