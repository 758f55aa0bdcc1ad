//! `diglot clients`

mod report;
mod show;
mod table;

use std::time::Duration;

use chrono::TimeDelta;
use clap::Subcommand;
use users::Timestamp;

use super::Context;
use crate::exit::Outcome;
use crate::settings::duration;

/// Who calls what: which key, which operations of which dialect, and with which fields
///
/// A server counts the calls of each key, per operation and day (in UTC), and notes them in the store every two seconds; what it has
/// not noted yet is missing here. Calls without a valid key are not counted. What is not known by name stands together as `other`.
#[derive(Debug, Subcommand)]
pub enum Clients {
    Report(report::Report),
    Show(show::Show),
}

impl Clients {
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Clients::Report(command) => command.run(context),
            Clients::Show(command) => command.run(context),
        }
    }
}

/// A length of time on the command line.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    duration::positive(text).ok_or_else(|| "must be a time such as 12h, 14d or 30d".to_owned())
}

/// So long before.
pub(super) fn earlier(now: Timestamp, length: Duration) -> Timestamp {
    now.before(TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX))
}
