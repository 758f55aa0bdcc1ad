//! One line and one count for each request. Neither has anything of what was sent but what is known to be harmless:
//! no path, no query, no header, no body.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use users::Caller;

use super::metrics::Metrics;

/// The dialect of what belongs to none.
pub const NO_DIALECT: &str = "none";
/// The operation of what reaches none.
pub const NO_OPERATION: &str = "none";

static NOWHERE: LazyLock<Arc<str>> = LazyLock::new(|| NO_OPERATION.into());

/// What is told about a request.
pub struct Finished {
    /// Its id.
    pub request_id: Arc<str>,
    /// Who answered.
    pub dialect: &'static str,
    /// The operation's full name.
    pub operation: Arc<str>,
    /// Its method.
    pub method: Method,
    /// Who asked.
    pub caller: Option<Arc<Caller>>,
    /// Whether the connection is closed behind the answer.
    pub closes: bool,
}

impl Finished {
    /// A request of which nothing else is known yet.
    #[must_use]
    pub fn new(request_id: Arc<str>, method: Method) -> Self {
        let operation = NOWHERE.clone();
        Self { request_id, dialect: NO_DIALECT, operation, method, caller: None, closes: false }
    }

    /// Logs and counts it.
    pub fn conclude(&self, status: StatusCode, duration: Duration, metrics: &Metrics) {
        metrics.count(self.dialect, &self.operation, status, duration);
        let key = self.caller.as_ref().map(|caller| caller.key.as_str());
        let milliseconds = (duration.as_secs_f64() * 1e6).round() / 1e3;
        // Probes come every few seconds. What changes something is told, whoever answers it.
        let only_reads = [Method::GET, Method::HEAD].contains(&self.method);
        if self.dialect == NO_DIALECT && status.is_success() && only_reads {
            tracing::debug!(operation = &*self.operation, status = status.as_u16(), "probe");
        } else {
            // As a value, it need not be put together.
            tracing::info!(
                message = "request",
                request_id = &*self.request_id,
                dialect = self.dialect,
                operation = &*self.operation,
                method = method_name(&self.method),
                status = status.as_u16(),
                duration_ms = milliseconds,
                key,
            );
        }
    }
}

/// A method may be any word; only the known ones are repeated.
fn method_name(method: &Method) -> &str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if KNOWN.contains(method) { method.as_str() } else { "other" }
}
