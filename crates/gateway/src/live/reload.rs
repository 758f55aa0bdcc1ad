//! Other settings for a running server.

use std::sync::{Arc, Mutex, PoisonError};

use users::Timestamp;

use super::{Foundation, Step, Verdict};
use crate::control::{Question, Reply};
use crate::dispatch::Application;
use crate::outline;
use crate::settings::{Only, Settings};

/// Where the settings come from.
pub struct Source {
    /// As they were read when the process started.
    pub first: Settings,
    /// Reads them again; else says all that is wrong.
    pub read: Box<dyn Fn() -> Result<Settings, String> + Send + Sync>,
}

/// Changes what is live.
pub struct Reloader {
    source: Source,
    foundation: Foundation,
    application: Arc<Application>,
    /// What is in force, as far as it does not need a restart. Whoever changes it holds the lock to the end.
    current: Mutex<Settings>,
}

impl Reloader {
    /// For this application, which was put together on that foundation.
    #[must_use]
    pub fn new(source: Source, foundation: Foundation, application: Arc<Application>) -> Self {
        let current = Mutex::new(source.first.clone());
        Self { source, foundation, application, current }
    }

    /// Reads the settings again. They are in force from then on if nothing is wrong with them; else those before are.
    pub fn reload(&self) -> Verdict {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (self.source.read)().and_then(|new| Ok((self.foundation.live(&new)?, new)));
        match read {
            Ok((live, new)) => {
                let step = Step::between(&self.source.first, &current, &new);
                self.application.live.store(Arc::new(live));
                *current = new;
                self.application.health.settle(None);
                tracing::info!(
                    operations = step.changes.len(),
                    others = step.others.join(", "),
                    needs_restart = step.restart.join(", "),
                    "the settings were read again and are in force"
                );
                Verdict::Done(step)
            }
            Err(why) => {
                tracing::error!(why, "the new settings are wrong; those before stay in force");
                let since = self.now().utc().format("%Y-%m-%dT%H:%M:%SZ");
                let note = format!("the settings that were read at {since} are wrong; those before are in force");
                self.application.health.settle(Some(note));
                Verdict::Refused(why)
            }
        }
    }

    /// Answers an operator.
    pub fn answer(&self, question: &Question) -> Reply {
        match question {
            Question::Reload => {
                let verdict = self.reload();
                Reply::new(matches!(verdict, Verdict::Done(_)), verdict.to_json())
            }
            Question::StartBrownout { operation, length } => self.brownout(operation, |name, now| {
                let end = self.foundation.stations.get(name).outage.start(now, *length)?;
                tracing::warn!(operation = name, until = %end.utc().to_rfc3339(), "a brownout was begun by hand");
                Some(Some(end))
            }),
            Question::StopBrownout { operation } => self.brownout(operation, |name, now| {
                let live = self.application.live.load();
                let scheduled = live.table.deployed(name).and_then(|found| found.announcement.scheduled_end(now));
                self.foundation.stations.get(name).outage.stop(scheduled);
                tracing::warn!(operation = name, "brownouts were ended by hand");
                Some(None)
            }),
        }
    }

    /// Does that to each operation that is meant; `apply` gives the end of its brownout.
    fn brownout(&self, pattern: &str, apply: impl Fn(&str, Timestamp) -> Option<Option<Timestamp>>) -> Reply {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let names = current.routes.names();
        let only = match Only::parse(&[pattern.to_owned()], &names) {
            Ok(only) => only,
            Err(why) => return Reply::no(why),
        };
        let now = self.now();
        let mut operations = Vec::new();
        for name in names.into_iter().filter(|name| only.includes(name)) {
            let Some(until) = apply(name, now) else {
                return Reply::no("a brownout cannot take so long".to_owned());
            };
            operations.push(serde_json::json!({"name": name, "until": until.map(outline::time)}));
        }
        Reply::new(true, serde_json::json!({"operations": operations}))
    }

    fn now(&self) -> Timestamp {
        self.foundation.services.clock.now()
    }
}
