//! `diglot audit`

use chrono::DateTime;
use clap::Args;
use serde_json::{Value, json};
use users::audit::{Action, Event, Outcome as Verdict, Place, Reason};
use users::key::KeyId;
use users::ports::Clock;
use users::{Timestamp, UserId};

use super::clients::{earlier, span};
use super::output::{BATCH, List, time};
use super::{Context, Form};
use crate::environment::SystemClock;
use crate::exit::Outcome;

/// Where there is nothing.
const NONE: &str = "-";

const COLUMNS: [&str; 11] =
    ["time", "action", "outcome", "actor", "acting for", "user", "key", "workspace", "operation", "request", "fields"];

/// Print who did what to whom, the newest last
///
/// One line for each change of a user, a membership, a workspace or a key, for each sign-in, and for what was refused: of that one line
/// for each caller, reason and minute, however often it was tried. A line has ids and the names of the fields that were changed, never an
/// address, a name or a value. It stays when the user is deleted, until `audit.retention` (config/default.toml) has gone by.
///
/// `actor` is the public id of the key that was presented, `acting for` its owner; or `operator` for what was done at the command line,
/// `user` for what somebody did with a password or by a mailed link, `nobody` where it is not known who it was, or it was the server.
/// `operation` is what was called, the dialect first, or the command. A server writes what it refused every two seconds.
///
/// For example, all that happened to ada@example.com or was done by her in the last thirty days:
///
///     diglot audit --since 30d --user ada@example.com
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = words())]
pub struct Audit {
    /// From when on: so long ago (12h, 30d), or a moment (2026-01-31T12:00:00Z)
    #[arg(long, value_name = "30d|TIME", value_parser = since)]
    since: Option<Timestamp>,
    /// Only what this user did, or what concerns it; a user who is gone is known by its id alone
    #[arg(long, value_name = "ID|EMAIL")]
    user: Option<String>,
    #[command(flatten)]
    form: Form,
}

impl Audit {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.operator()?;
        let user = self.user.as_deref().map(|name| operator.user_id(name)).transpose()?;
        let mut place = self.since.map(Place::before);
        let mut list = List::begin(self.form, &COLUMNS)?;
        loop {
            let events = operator.events(user.as_ref(), place.as_ref(), BATCH)?;
            events.iter().try_for_each(|event| item(&mut list, event))?;
            match events.last() {
                Some(last) => place = Some(last.place()),
                None => return list.end(),
            }
        }
    }
}

/// The words of the columns `action` and `outcome`.
fn words() -> String {
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    format!("Actions: {}.\n\nReasons of refusals: {}.", actions.join(", "), reasons.join(", "))
}

/// A time on the command line: so long ago, or a moment.
fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc().into());
    }
    let form = "must be a time such as 12h or 30d, or a moment such as 2026-01-31T12:00:00Z";
    span(text).map(|length| earlier(SystemClock.now(), length)).map_err(|_| form.to_owned())
}

fn item(list: &mut List, event: &Event) -> Outcome {
    let Event { at, actor, action, user, key, workspace, occasion, outcome, fields, id: _ } = event;
    let outcome = match outcome {
        Verdict::Done => "done".to_owned(),
        Verdict::Refused(reason) => format!("refused: {}", reason.as_str()),
    };
    let fields = if fields.is_empty() { NONE.to_owned() } else { fields.join(",") };
    let at = time(*at);
    let cells: [&str; 11] = [
        &at,
        action.as_str(),
        &outcome,
        actor.key().map_or(actor.kind(), KeyId::as_str),
        actor.user().map_or(NONE, UserId::as_str),
        user.as_ref().map_or(NONE, |id| id.as_str()),
        key.as_ref().map_or(NONE, |id| id.as_str()),
        workspace.as_ref().map_or(NONE, |id| id.as_str()),
        &occasion.operation,
        occasion.request_id.as_deref().unwrap_or(NONE),
        &fields,
    ];
    list.item(&object(event), &cells)
}

fn object(event: &Event) -> Value {
    let Event { id, at, actor, action, user, key, workspace, occasion, outcome, fields } = event;
    json!({
        "event_id": id.as_str(),
        "at": time(*at),
        "actor": {
            "kind": actor.kind(),
            "key_id": actor.key().map(KeyId::as_str),
            "user_id": actor.user().map(UserId::as_str),
        },
        "action": action.as_str(),
        "user_id": user.as_ref().map(|id| id.as_str()),
        "key_id": key.as_ref().map(|id| id.as_str()),
        "workspace_id": workspace.as_ref().map(|id| id.as_str()),
        "dialect": occasion.door(),
        "operation": &*occasion.operation,
        "request_id": occasion.request_id.as_deref(),
        "outcome": if *outcome == Verdict::Done { "done" } else { "refused" },
        "reason": outcome.reason().map(Reason::as_str),
        "fields": fields,
    })
}
