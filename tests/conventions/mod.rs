//! What clients expect of any HTTP API, in both dialects alike: entity tags and preconditions (RFC 9110 §8.8, §13),
//! links to the next page (RFC 8288), content codings (§12.5.3), requests that are repeated (`Idempotency-Key`), and pages of
//! other origins (the Fetch standard).

mod codings;
mod cors;
mod idempotency;
mod links;
mod preconditions;
mod races;
mod tags;

use crate::harness::Answer;

/// The entity tag of an answer, which must be a strong one.
#[track_caller]
fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag").unwrap_or_else(|| panic!("no entity tag: {}", answer.story()));
    let opaque = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let is_visible = |b: u8| b.is_ascii_graphic() && b != b'"';
    assert!(opaque.is_some_and(|opaque| !opaque.is_empty() && opaque.bytes().all(is_visible)), "{tag}");
    tag.to_owned()
}
