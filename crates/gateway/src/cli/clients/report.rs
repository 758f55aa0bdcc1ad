//! `diglot clients report`

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use users::Client;
use users::ports::Clock;
use users::usage::{Day, Tally, door};

use super::super::Context;
use super::super::output::text;
use super::table::{COLUMNS, columns, csv, describe};
use super::{earlier, span};
use crate::dialects;
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};

/// What the sessions of a user are called.
const SESSIONS: &str = "sessions";

/// Print which keys called which operations, and how often
///
/// One line for each key and operation, then the total of each dialect. Keys that called nothing are not listed, revoked ones say so.
/// All sessions of a user, who has another one with each sign-in, are one key without an id. An error is an answer of 400 and above.
/// Agents are what clients call themselves (User-Agent); fields are those of bodies, parameters those of queries, each with the number
/// of calls that had it.
///
/// Example: who still calls the dialect that is to go?
///
///     diglot clients report --dialect mechamental --since 14d
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Report {
    /// How far back: whole days (UTC), from the one on which that time began
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = span)]
    since: Duration,
    /// Only calls of this dialect
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print the lines as comma-separated values (RFC 4180), without totals
    #[arg(long)]
    csv: bool,
}

/// What is counted for a dialect.
#[derive(Default)]
struct Total {
    keys: usize,
    calls: u64,
    errors: u64,
}

impl Report {
    pub fn run(self, context: &Context) -> Outcome {
        if let Some(name) = self.dialect.as_deref().filter(|name| !dialects::names().contains(name)) {
            return Err(Failure::Usage(format!("no dialect {name:?}; there are {}", dialects::names().join(", "))));
        }
        let since = Day::of(earlier(SystemClock.now(), self.since));
        let mut clients = context.operator()?.clients(since)?;
        if let Some(name) = &self.dialect {
            clients.iter_mut().for_each(|client| client.calls.retain(|operation, _| door(operation) == name));
        }
        let mut totals = totals(&clients);
        totals.retain(|name, _| self.dialect.as_deref().is_none_or(|only| only == *name));
        if self.json {
            let object = json!({
                "since": since.to_string(),
                "clients": lines(&clients).map(object).collect::<Vec<_>>(),
                "totals": totals.iter().map(|(name, total)| json!({
                    "dialect": name, "keys": total.keys, "calls": total.calls, "errors": total.errors,
                })).collect::<Vec<_>>(),
            });
            return text(&format!("{object}\n"));
        }
        let head = ["key", "name", "owner", "pinned", "operation"].into_iter().chain(COLUMNS);
        let rows = lines(&clients).map(cells);
        if self.csv {
            let rows = rows.map(|cells| csv(cells.iter().map(String::as_str)));
            return text(&(csv(head) + &rows.collect::<String>()));
        }
        let mut page = head.collect::<Vec<_>>().join("\t") + "\n";
        rows.for_each(|cells| page += &(cells.join("\t") + "\n"));
        page += "\n";
        for (name, Total { keys, calls, errors }) in &totals {
            page += &format!("{name}: {calls} calls, {errors} of them errors, by {keys} keys since {since}\n");
        }
        text(&page)
    }
}

/// What a client called of one operation.
struct Line<'a> {
    client: &'a Client,
    operation: &'a str,
    tally: &'a Tally,
}

fn lines(clients: &[Client]) -> impl Iterator<Item = Line<'_>> {
    clients
        .iter()
        .flat_map(|client| client.calls.iter().map(move |(operation, tally)| Line { client, operation, tally }))
}

/// Every dialect has one, so that one which nobody calls any more says so.
fn totals(clients: &[Client]) -> BTreeMap<&str, Total> {
    let mut totals: BTreeMap<&str, Total> =
        dialects::names().into_iter().map(|name| (name, Total::default())).collect();
    for client in clients {
        let mut doors: Vec<&str> = client.calls.keys().map(|operation| door(operation)).collect();
        doors.dedup();
        for name in doors {
            totals.entry(name).or_default().keys += 1;
        }
        for (operation, tally) in &client.calls {
            let total = totals.entry(door(operation)).or_default();
            total.calls += tally.calls;
            total.errors += tally.errors;
        }
    }
    totals
}

fn cells(Line { client: Client { key, owner, .. }, operation, tally }: Line<'_>) -> Vec<String> {
    let owner = owner.as_ref().map_or("-", |owner| owner.email.as_str());
    let pinned = key.as_ref().and_then(|key| key.pinned.as_deref()).unwrap_or("-");
    let (id, name) = match key {
        Some(key) if key.revoked_at.is_some() => (key.id.as_str(), format!("{} (revoked)", key.name)),
        Some(key) => (key.id.as_str(), key.name.clone()),
        None => ("-", SESSIONS.to_owned()),
    };
    let cells = [id, &name, owner, pinned, operation].map(str::to_owned);
    cells.into_iter().chain(columns(tally)).collect()
}

fn object(Line { client: Client { key, owner, .. }, operation, tally }: Line<'_>) -> Value {
    let key = key.as_ref();
    let mut object = json!({
        "key_id": key.map(|key| key.id.as_str()),
        "name": key.map_or(SESSIONS, |key| &key.name),
        "user_id": owner.as_ref().map(|owner| owner.id.as_str()),
        "email": owner.as_ref().map(|owner| owner.email.as_str()),
        "pinned": key.and_then(|key| key.pinned.as_deref()),
        "revoked": key.is_some_and(|key| key.revoked_at.is_some()),
        "dialect": door(operation),
        "operation": operation,
    });
    describe(&mut object, tally);
    object
}
