//! `diglot key`

mod pin;

use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};
use users::key::{Key as Record, KeyReach};
use users::ports::Clock;
use users::{KeyRequest, Permission, Permissions, Timestamp, WorkspaceId};

use super::output::{self, BATCH, List, time};
use super::{Context, Form};
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};
use crate::settings::{NO_PLAN, duration};

/// What stands for all workspaces.
const EVERYWHERE: &str = "*";

/// The keys that clients present
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key, which is shown once
    ///
    /// A key needs an owner or a workspace. Without a workspace it reaches those of its owner, whichever they are when it is used.
    Create {
        /// The workspace that it reaches, by id; '*' for all of them
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
        /// The user it acts for, by id or e-mail address; it never permits more than that user has
        #[arg(long, value_name = "ID|EMAIL")]
        user: Option<String>,
        /// What it permits, such as users:read; may be repeated. Without any: all that its owner has
        #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission)]
        permissions: Vec<Permission>,
        /// What people call it
        #[arg(long, default_value = "unnamed")]
        name: String,
        /// When it ends, from now: 90d, 12h, 30m, 45s. Without: never
        #[arg(long, value_name = "TIME", value_parser = expiry)]
        expires_in: Option<Duration>,
        /// How often it may use each operation, by the name of a plan in the settings, such as standard. Without: as often as it likes
        #[arg(long, value_name = "PLAN")]
        plan: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Print every key, the oldest first, without their secrets
    ///
    /// Sessions, the keys of people who have signed in, are left out unless they are asked for, and come by their end then. They can be
    /// revoked like any other.
    ///
    ///     diglot key list --sessions
    #[command(verbatim_doc_comment)]
    List {
        /// Only sessions, also those that ended within the last 30 days
        #[arg(long)]
        sessions: bool,
        #[command(flatten)]
        form: Form,
    },
    Pin(pin::Pin),
    /// Give a key a plan: how often it may use each operation
    ///
    /// Plans are in the settings, under [plans]; two are built in, standard and enterprise. A server notices at once on SQLite, and within
    /// a second on PostgreSQL. Beyond its rate a key is answered with 429.
    ///
    ///     diglot key plan abcdefghijklmnop enterprise
    #[command(verbatim_doc_comment)]
    Plan {
        /// The key's public id, the part between the first and the second underscore; or the whole key
        #[arg(value_name = "ID|KEY")]
        key: String,
        /// The name of the plan; none to take it away
        plan: String,
        #[command(flatten)]
        form: Form,
    },
    /// Revoke a key, at once and for good
    Revoke {
        /// The key's public id, the part between the first and the second underscore; or the whole key
        #[arg(value_name = "ID|KEY")]
        key: String,
        #[command(flatten)]
        form: Form,
    },
}

fn permission(text: &str) -> Result<Permission, String> {
    Permission::parse(text).ok_or_else(|| "a permission is written resource:action, such as users:read".to_owned())
}

fn expiry(text: &str) -> Result<Duration, String> {
    duration::positive(text).ok_or_else(|| "must be a time such as 45s, 30m, 12h or 90d".to_owned())
}

impl Key {
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Key::Create { workspace, user, permissions, name, expires_in, plan, form } => {
                known_plan(context, plan.as_deref())?;
                let permissions: Option<Permissions> =
                    (!permissions.is_empty()).then(|| permissions.into_iter().collect());
                let expires_at = expires_in.map(|length| later(SystemClock.now(), length)).transpose()?;
                let reach = reach(workspace);
                create(context, form, KeyRequest { name, reach, owner: user, permissions, expires_at, plan })
            }
            Key::List { sessions, form } => list(context, form, sessions),
            Key::Pin(command) => command.run(context),
            Key::Plan { key, plan, form } => {
                let plan = (plan != NO_PLAN).then_some(plan);
                known_plan(context, plan.as_deref())?;
                let id = context.operator()?.plan_key(&key, plan.as_deref())?;
                let text = plan
                    .as_ref()
                    .map_or_else(|| format!("{id} has no plan"), |plan| format!("{id} has the plan {plan}"));
                output::result(form, &json!({"key_id": id.as_str(), "plan": plan}), &text)
            }
            Key::Revoke { key, form } => {
                let id = context.operator()?.revoke_key(&key)?;
                output::result(form, &json!({"key_id": id.as_str(), "revoked": true}), &format!("{id} is revoked"))
            }
        }
    }
}

/// A plan that the settings do not have was mistyped.
fn known_plan(context: &Context, plan: Option<&str>) -> Outcome {
    let Some(plan) = plan else { return Ok(()) };
    let settings = context.settings()?;
    if settings.limits.plans.contains_key(plan) {
        return Ok(());
    }
    let mut known: Vec<&str> = settings.limits.plans.keys().map(String::as_str).collect();
    known.sort_unstable();
    Err(Failure::Usage(format!("the settings have no plan of that name; [plans] has {}", known.join(", "))))
}

fn list(context: &Context, form: Form, sessions: bool) -> Outcome {
    let (operator, now) = (context.operator()?, SystemClock.now());
    let mut list = List::begin(form, &["id", "name", "reach", "owner", "state", "expires", "pinned", "plan"])?;
    if !sessions {
        operator.keys()?.iter().try_for_each(|key| item(&mut list, key, now))?;
        return list.end();
    }
    let mut last = None;
    loop {
        let page = operator.sessions(last.as_ref(), BATCH)?;
        page.iter().try_for_each(|key| item(&mut list, key, now))?;
        last = page.last().cloned();
        if last.is_none() {
            return list.end();
        }
    }
}

fn item(list: &mut List, key: &Record, now: Timestamp) -> Outcome {
    let owner = key.owner.as_ref().map_or("-", |id| id.as_str());
    let expires = key.expires_at.map_or_else(|| "-".to_owned(), time);
    let (reach, state) = (reach_text(&key.reach), key.state(now).as_str());
    let (pinned, plan) = (key.pinned.as_deref().unwrap_or("-"), key.plan.as_deref().unwrap_or("-"));
    let columns = [key.id.as_str(), &key.name, reach, owner, state, &expires, pinned, plan];
    list.item(&object(key, now), &columns)
}

fn create(context: &Context, form: Form, request: KeyRequest) -> Outcome {
    request.check()?;
    let made = context.operator()?.create_key(request)?;
    let key = made.key.reveal();
    let mut object = object(&made.record, SystemClock.now());
    object["key"] = Value::from(key.as_str());
    output::result(form, &object, &key)
}

fn reach(workspace: Option<String>) -> KeyReach {
    match workspace {
        None => KeyReach::Owner,
        Some(text) if text == EVERYWHERE => KeyReach::Installation,
        // What is no id is the id of no workspace, as the store will say.
        Some(text) => KeyReach::Workspace(WorkspaceId::parse(&text).unwrap_or_else(|| WorkspaceId::from_stored(text))),
    }
}

fn later(now: Timestamp, length: Duration) -> Result<Timestamp, Failure> {
    let micros = i64::try_from(length.as_micros()).ok().and_then(|length| now.micros().checked_add(length));
    micros.and_then(Timestamp::from_micros).ok_or_else(|| Failure::Usage("--expires-in is too far away".to_owned()))
}

fn reach_text(reach: &KeyReach) -> &str {
    match reach {
        KeyReach::Installation => EVERYWHERE,
        KeyReach::Workspace(id) => id.as_str(),
        KeyReach::Owner => "owner",
    }
}

fn object(key: &Record, now: Timestamp) -> Value {
    let workspace = match &key.reach {
        KeyReach::Owner => None,
        reach => Some(reach_text(reach)),
    };
    json!({
        "key_id": key.id.as_str(),
        "name": key.name,
        "workspace": workspace,
        "user_id": key.owner.as_ref().map(|id| id.as_str()),
        "permissions": key.permissions.as_ref().map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>()),
        "state": key.state(now).as_str(),
        "created_at": time(key.created_at),
        "expires_at": key.expires_at.map(time),
        "revoked_at": key.revoked_at.map(time),
        "pinned": key.pinned,
        "plan": key.plan,
    })
}
