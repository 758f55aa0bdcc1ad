//! Reading a body, within its limits.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use dialect::Refusal;
use futures_util::StreamExt;

/// The most that any body may have, in bytes.
pub const LIMIT: usize = 256 * 1024;

/// Reads the body to its end, if it has no more bytes than the limit.
///
/// # Errors
/// It is too large, broken, or not there in time.
pub async fn read(headers: &HeaderMap, payload: Payload, patience: Duration, limit: usize) -> Result<Bytes, Refusal> {
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    tokio::time::timeout(patience, collect(payload, limit)).await.unwrap_or(Err(Refusal::BodyTimeout))
}

/// The length that the client promises. (One that is no number does not get past the parser of the head.)
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::BrokenBody)?;
        if body.len() + chunk.len() > limit {
            return Err(Refusal::BodyTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
