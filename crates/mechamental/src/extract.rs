//! The extractors: from bytes to the core's types, with every fault found on the way.

mod body;
mod echo;
mod fields;
mod once;
pub(crate) mod parse;
mod scalar;
pub(crate) mod schema;

pub(crate) use body::Body;
pub(crate) use echo::masked;
pub(crate) use fields::Fields;
pub(crate) use once::{idempotency_key, key_reused};
