//! What load balancers and orchestrators ask: whether the process lives, and whether it can serve.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::Method;
use serde_json::{Value, json};

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
    /// What operators should know although the process can serve.
    note: Mutex<Option<String>>,
}

impl Health {
    /// A process that serves as long as `check` finds nothing against it.
    #[must_use]
    pub fn new(check: Check) -> Self {
        Self { check, stopping: AtomicBool::new(false), note: Mutex::default() }
    }

    /// From now on the process is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Notes what is wrong with the settings, though the process serves by those before; or that nothing is.
    pub fn settle(&self, note: Option<String>) {
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = note;
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

    /// What a probe is told that finds nothing amiss.
    fn well(&self, probe: Probe) -> Value {
        let note = self.note.lock().unwrap_or_else(PoisonError::into_inner);
        match &*note {
            Some(note) if probe == Probe::Ready => json!({"status": "ok", "detail": note}),
            _ => json!({"status": "ok"}),
        }
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
            Ok(()) => HttpResponse::Ok().json(self.well(probe)),
            Err(reason) => HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": reason})),
        }
    }
}
