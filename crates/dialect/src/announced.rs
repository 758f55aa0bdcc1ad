//! The headers that announce the end of an operation. What they say, whoever serves it knows.

use actix_web::http::header::HeaderName;

/// Since when an operation is deprecated (RFC 9745).
pub const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

/// From when on it is gone (RFC 8594).
pub const SUNSET: HeaderName = HeaderName::from_static("sunset");
