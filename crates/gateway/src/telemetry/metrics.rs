//! Metrics, in the OpenMetrics text format. Labels take their values from the program alone, never from a request.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::http::StatusCode;
use foldhash::fast::RandomState;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The media type of the text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds: from a read by key to a request that has waited for a password's hash.
const BUCKETS: [f64; 13] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The classes of statuses (RFC 9110 §15).
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    dialect: &'static str,
    operation: Arc<str>,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    dialect: &'static str,
    operation: Arc<str>,
}

/// A number that is looked up when somebody asks.
pub struct Gauge {
    /// Its name, without the prefix.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// Looks it up.
    pub value: Box<dyn Fn() -> i64 + Send + Sync>,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<OperationLabels, Histogram, fn() -> Histogram>,
    /// The members of both families by operation: to find them there takes six times as long.
    known: RwLock<HashMap<OperationLabels, OfOperation, RandomState>>,
}

/// What is counted of an operation.
#[derive(Clone)]
struct OfOperation {
    /// By class of status.
    requests: [Counter; CLASSES.len()],
    durations: Histogram,
}

impl OfOperation {
    fn count(&self, status: StatusCode, duration: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len());
        self.requests[class - 1].inc();
        self.durations.observe(duration.as_secs_f64());
    }
}

impl Metrics {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(gauges: Vec<Gauge>) -> Self {
        let requests = Family::default();
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let mut registry = Registry::with_prefix("diglot");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        registry.register("requests", "Requests answered, by class of status", requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from a request's head to its answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register_collector(Box::new(Gauges(gauges)));
        Self { registry, requests, durations, known: RwLock::default() }
    }

    /// Counts a request.
    pub fn count(&self, dialect: &'static str, operation: &Arc<str>, status: StatusCode, duration: Duration) {
        let labels = OperationLabels { dialect, operation: operation.clone() };
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&labels) {
            return known.count(status, duration);
        }
        let known = self.of_operation(&labels);
        known.count(status, duration);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(labels, known);
    }

    fn of_operation(&self, labels: &OperationLabels) -> OfOperation {
        let OperationLabels { dialect, operation } = labels;
        let requests = CLASSES.map(|status| {
            let labels = RequestLabels { dialect, operation: operation.clone(), status };
            self.requests.get_or_create(&labels).clone()
        });
        OfOperation { requests, durations: self.durations.get_or_create(labels).clone() }
    }

    /// The text for Prometheus.
    ///
    /// # Errors
    /// None that a string gives rise to.
    pub fn render(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

struct Gauges(Vec<Gauge>);

impl fmt::Debug for Gauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|gauge| gauge.name)).finish()
    }
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        for gauge in &self.0 {
            let value = ConstGauge::new((gauge.value)());
            value.encode(encoder.encode_descriptor(gauge.name, gauge.help, None, value.metric_type())?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_every_family() {
        let gauge = Gauge { name: "connections", help: "Open connections", value: Box::new(|| 7) };
        let metrics = Metrics::new(vec![gauge]);
        metrics.count("plain", &"plain.listThings".into(), StatusCode::OK, Duration::from_millis(3));
        metrics.count("plain", &"plain.listThings".into(), StatusCode::NO_CONTENT, Duration::from_millis(3));
        metrics.count("none", &"none".into(), StatusCode::NOT_FOUND, Duration::from_millis(3));
        let text = metrics.render().expect("text");
        for line in [
            "diglot_build_info{version=\"0.1.0\"} 1",
            "diglot_requests_total{dialect=\"plain\",operation=\"plain.listThings\",status=\"2xx\"} 2",
            "diglot_requests_total{dialect=\"plain\",operation=\"plain.listThings\",status=\"5xx\"} 0",
            "diglot_requests_total{dialect=\"none\",operation=\"none\",status=\"4xx\"} 1",
            "diglot_request_duration_seconds_count{dialect=\"plain\",operation=\"plain.listThings\"} 2",
            "diglot_request_duration_seconds_bucket{le=\"0.005\",dialect=\"plain\",operation=\"plain.listThings\"} 2",
            "diglot_connections 7",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
