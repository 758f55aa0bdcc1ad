//! The extractors: from bytes to the core's types, with every fault found on the way.

mod body;
mod fields;
mod once;
pub(crate) mod parse;
pub(crate) mod schema;

pub(crate) use body::Body;
pub(crate) use fields::Fields;
pub(crate) use once::idempotency_key;
