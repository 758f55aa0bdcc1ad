//! `diglot clients show`

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use users::ports::Clock;
use users::usage::{Day, Usage};

use super::super::output::List;
use super::super::{Context, Form};
use super::table::{COLUMNS, columns, describe};
use super::{earlier, span};
use crate::environment::SystemClock;
use crate::exit::Outcome;

/// Print what one key called, day by day
///
/// One line for each day (UTC) and operation, the oldest first, with the columns of `diglot clients report`.
#[derive(Debug, Args)]
pub struct Show {
    /// The key's public id, the part between the first and the second underscore; or the whole key
    #[arg(value_name = "ID|KEY")]
    key: String,
    /// How far back: whole days (UTC), from the one on which that time began
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = span)]
    since: Duration,
    #[command(flatten)]
    form: Form,
}

impl Show {
    pub fn run(self, context: &Context) -> Outcome {
        let since = Day::of(earlier(SystemClock.now(), self.since));
        let (_, usage) = context.operator()?.usage_of(&self.key, since)?;
        let head: Vec<&str> = ["day", "operation"].into_iter().chain(COLUMNS).collect();
        let mut list = List::begin(self.form, &head)?;
        for used in &usage {
            let cells = [used.day.to_string(), used.operation.clone()].into_iter().chain(columns(&used.tally));
            let cells: Vec<String> = cells.collect();
            list.item(&object(used), &cells.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        list.end()
    }
}

fn object(used: &Usage) -> Value {
    let mut object = json!({"day": used.day.to_string(), "operation": used.operation});
    describe(&mut object, &used.tally);
    object
}
