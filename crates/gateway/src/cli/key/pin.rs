//! `diglot key pin`

use std::time::Duration;

use clap::Args;
use serde_json::json;
use users::Pinning;
use users::ports::Clock;

use super::super::clients::{earlier, span};
use super::super::output::{self, time};
use super::super::{Context, Form};
use crate::dialects;
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};
use crate::settings::{UsageSettings, duration};
use crate::store::Installation;

/// What stands for every dialect.
const NONE: &str = "none";

/// Allow a key one dialect only, or all of them again
///
/// The other dialects answer a pinned key with 403 and say which one it may use. That holds at once, for every process on the store.
///
/// With --if-clean a key is pinned only if it has called no other dialect for that long; else its calls are named, nothing is changed,
/// and the command ends with 1. A running server notes calls every two seconds, so one of the last moment may be missed: the client
/// then sees the 403.
///
/// Example: move a client that has used only the new API for two weeks.
///
///     diglot key pin abcdefghijklmnop maisa --if-clean 14d
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Pin {
    /// The key's public id, the part between the first and the second underscore; or the whole key
    #[arg(value_name = "ID|KEY")]
    key: String,
    /// The dialect that it may use; 'none' for every one
    dialect: String,
    /// Only if the key has not called another dialect for so long: 14d, 12h, 30m
    #[arg(long, value_name = "TIME", value_parser = span)]
    if_clean: Option<Duration>,
    #[command(flatten)]
    form: Form,
}

impl Pin {
    pub fn run(self, context: &Context) -> Outcome {
        let dialect = match self.dialect.as_str() {
            NONE if self.if_clean.is_some() => {
                return Err(Failure::Usage("--if-clean goes with a dialect: nothing is lost with 'none'".to_owned()));
            }
            NONE => None,
            name if dialects::names().contains(&name) => Some(name),
            other => {
                let known = dialects::names().join(", ");
                return Err(Failure::Usage(format!("no dialect {other:?}; there are {known}, and {NONE:?} for all")));
            }
        };
        let settings = context.settings()?;
        if let Some(length) = self.if_clean {
            known(&settings.usage, length)?;
        }
        let since = self.if_clean.map(|length| earlier(SystemClock.now(), length));
        match Installation::existing(&settings)?.operator().on(context.occasion()).pin_key(&self.key, dialect, since)? {
            Pinning::Done(id) => {
                let line = match dialect {
                    Some(name) => format!("{id} may use {name} only"),
                    None => format!("{id} may use every dialect"),
                };
                output::result(self.form, &json!({"key_id": id.as_str(), "pinned": dialect}), &line)
            }
            Pinning::StillCalls(id, calls) => {
                let calls = calls.iter().map(|(operation, last)| format!("{operation}, last at {}", time(*last)));
                let calls: Vec<String> = calls.collect();
                Err(Failure::No(format!("{id} still calls {}; nothing was changed", calls.join("; "))))
            }
        }
    }
}

/// Nobody is clean for a time of which nothing is known.
fn known(usage: &UsageSettings, length: Duration) -> Outcome {
    let fault = if !usage.enabled {
        "calls are not counted (usage.enabled), so nobody knows what the key calls".to_owned()
    } else if length > usage.retention {
        format!("calls are known for {} only (usage.retention)", duration::text(usage.retention))
    } else {
        return Ok(());
    };
    Err(Failure::No(format!("--if-clean: {fault}; nothing was changed")))
}
