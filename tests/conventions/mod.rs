//! What clients of any HTTP API expect, in both dialects.

mod idempotency;
