//! `diglot brownout`

use std::time::Duration;

use clap::{Args, Subcommand};

use super::running::{self, Told};
use super::{Context, Form, output};
use crate::control::Question;
use crate::dialects;
use crate::exit::{Failure, Outcome};
use crate::settings::calendar::LONGEST;
use crate::settings::{Only, duration};

/// Take operations away for a short time, so that whoever still depends on them notices
#[derive(Debug, Subcommand)]
pub enum Brownout {
    Start(Start),
    Stop(Stop),
}

/// Take an operation away from now on, for a while
///
/// Until then it answers 410 with a code of its own (ROUTE_BROWNOUT), and Retry-After says when it is back. Keys that the settings
/// exempt are served. Running servers are told through their control socket; it holds in their memory, survives `diglot reload`, and
/// ends with the process. What is planned ahead belongs into the settings, as `brownouts`.
///
///     diglot brownout start maisa.deleteUser --for 15m
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Start {
    /// The operation, such as maisa.deleteUser, or a pattern for several, such as 'maisa.*'
    #[arg(value_name = "ROUTE")]
    route: String,
    /// For how long: 15m, 1h, 90s
    #[arg(long = "for", value_name = "TIME", value_parser = length)]
    length: Duration,
    #[command(flatten)]
    form: Form,
}

/// End a brownout, one that was begun by hand or one that the settings have planned for now
#[derive(Debug, Args)]
pub struct Stop {
    /// The operation, such as maisa.deleteUser, or a pattern for several, such as 'maisa.*'
    #[arg(value_name = "ROUTE")]
    route: String,
    #[command(flatten)]
    form: Form,
}

fn length(text: &str) -> Result<Duration, String> {
    duration::positive(text)
        .filter(|length| *length <= LONGEST)
        .ok_or_else(|| "must be a time such as 90s, 15m or 1h, and at most 31d".to_owned())
}

impl Brownout {
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Brownout::Start(Start { route, length, form }) => {
                check(&route)?;
                tell(context, form, &Question::StartBrownout { operation: route, length })
            }
            Brownout::Stop(Stop { route, form }) => {
                check(&route)?;
                tell(context, form, &Question::StopBrownout { operation: route })
            }
        }
    }
}

/// What names no operation was mistyped.
fn check(route: &str) -> Outcome {
    let names = dialects::operations();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Only::parse(&[route.to_owned()], &names).map(|_| ()).map_err(Failure::Usage)
}

fn tell(context: &Context, form: Form, question: &Question) -> Outcome {
    let told = running::tell(context, question)?;
    let text: Vec<String> = told.iter().map(lines).collect();
    running::print(form, &told, &text.join("\n"))?;
    if told.iter().all(|told| told.done) { Ok(()) } else { Err(Failure::No("that was not done".to_owned())) }
}

fn lines(told: &Told) -> String {
    if let Some(refusal) = told.refusal() {
        return refusal;
    }
    let pid = told.pid.unwrap_or_default();
    let operations = told.result["operations"].as_array().into_iter().flatten();
    let lines = operations.map(|operation| {
        let name = output::words(&operation["name"]);
        match operation["until"].as_str() {
            Some(until) => format!("{name} is away until {until} (process {pid})"),
            None => format!("{name} is not away any more (process {pid})"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
