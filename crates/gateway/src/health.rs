//! What load balancers and orchestrators ask: whether the process lives, and whether it can serve.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::Method;
use serde_json::json;

use crate::answer;

/// A question about the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Does it live?
    Lives,
    /// Can it serve?
    Ready,
}

impl Probe {
    /// The name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Probe::Lives => "healthz",
            Probe::Ready => "readyz",
        }
    }
}

/// The probe at that path, if it is one.
#[must_use]
pub fn probe(path: &str) -> Option<Probe> {
    match path {
        "/healthz" => Some(Probe::Lives),
        "/readyz" => Some(Probe::Ready),
        _ => None,
    }
}

/// Finds out whether the process can serve, and if not, why.
pub type Check = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What the probes see.
pub struct Health {
    check: Check,
    stopping: AtomicBool,
}

impl Health {
    /// A process that serves as long as `check` finds nothing against it.
    #[must_use]
    pub fn new(check: Check) -> Self {
        Self { check, stopping: AtomicBool::new(false) }
    }

    /// From now on the process is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the process can serve, and if not, why.
    ///
    /// # Errors
    /// The reason.
    pub async fn ready(&self) -> Result<(), String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err("the server is stopping".to_owned());
        }
        (self.check)().await
    }

    /// Answers a probe.
    pub async fn answer(&self, probe: Probe, method: &Method) -> HttpResponse {
        if let Some(refusal) = answer::unless_reading(method) {
            return refusal;
        }
        let ready = match probe {
            Probe::Lives => Ok(()),
            Probe::Ready => self.ready().await,
        };
        match ready {
            Ok(()) => HttpResponse::Ok().json(json!({"status": "ok"})),
            Err(reason) => HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": reason})),
        }
    }
}
