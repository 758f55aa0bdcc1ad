//! What commands print.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Value, json};
use users::Timestamp;
use users::user::User;

use super::Form;
use crate::exit::{Failure, Outcome};

/// How much of a list is read from the store at once.
pub const BATCH: u32 = 500;

/// Prints one result: an object, or lines for people.
pub fn result(form: Form, object: &impl Serialize, lines: &str) -> Outcome {
    let text = if form.json {
        serde_json::to_string(object).map_err(|error| unwritten(error.into()))?
    } else {
        lines.trim_end().to_owned()
    };
    self::text(&format!("{text}\n"))
}

/// Prints a text as it is.
pub fn text(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(unwritten)
}

fn unwritten(error: io::Error) -> Failure {
    Failure::No(format!("cannot write the result: {error}"))
}

/// A list that is printed while it is read: an array, or a line with the names of the columns and one for each item.
pub struct List {
    form: Form,
    out: BufWriter<StdoutLock<'static>>,
    empty: bool,
}

impl List {
    /// Begins the list.
    pub fn begin(form: Form, columns: &[&str]) -> Result<Self, Failure> {
        let mut list = Self { form, out: BufWriter::new(io::stdout().lock()), empty: true };
        list.write(&if form.json { "[".to_owned() } else { row(columns) })?;
        Ok(list)
    }

    /// Prints an item.
    pub fn item(&mut self, object: &Value, columns: &[&str]) -> Outcome {
        let separator = match (self.form.json, self.empty) {
            (true, true) => "\n",
            (true, false) => ",\n",
            (false, _) => "",
        };
        self.empty = false;
        let line = if self.form.json { object.to_string() } else { row(columns) };
        self.write(separator)?;
        self.write(&line)
    }

    /// Ends the list.
    pub fn end(mut self) -> Outcome {
        if self.form.json {
            self.write(if self.empty { "]\n" } else { "\n]\n" })?;
        }
        self.out.flush().map_err(closed)
    }

    fn write(&mut self, text: &str) -> Outcome {
        self.out.write_all(text.as_bytes()).map_err(closed)
    }
}

fn row(columns: &[&str]) -> String {
    columns.join("\t") + "\n"
}

/// Who reads a list may stop at any line, as `head` does.
fn closed(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::No(format!("cannot write the list: {error}")),
    }
}

/// A time as this command line writes it: RFC 3339, UTC, microseconds.
pub fn time(time: Timestamp) -> String {
    time.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// What a list of users tells of each.
pub const USER_COLUMNS: [&str; 5] = ["id", "email", "username", "status", "roles"];

/// Prints a user of a list.
pub fn user_item(list: &mut List, user: &User) -> Outcome {
    let roles = user.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",");
    let (id, email, status) = (user.id.as_str(), user.email.as_str(), user.status.as_str());
    list.item(&user_object(user), &[id, email, user.username.as_str(), status, &roles])
}

/// What lists tell of a user.
pub fn user_object(user: &User) -> Value {
    json!({
        "user_id": user.id.as_str(),
        "email": user.email.as_str(),
        "username": user.username.as_str(),
        "full_name": user.full_name.as_ref().map(|name| name.as_str()),
        "status": user.status.as_str(),
        "verified": user.verified,
        "roles": user.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
        "default_workspace_id": user.default_workspace.as_ref().map(|id| id.as_str()),
        "created_at": time(user.created_at),
        "updated_at": time(user.updated_at),
        "last_login": user.last_login.map(time),
    })
}

/// A value as people read it.
pub fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members.values().map(words).collect::<Vec<_>>().join(" to "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// One thing that changes: a line with what was and what is, or of a list one for each member that goes or comes.
pub fn step(name: &str, from: &Value, to: &Value) -> String {
    let (Value::Array(from), Value::Array(to)) = (from, to) else {
        return format!("    {name}: {} → {}\n", words(from), words(to));
    };
    let gone = from.iter().filter(|one| !to.contains(one)).map(|one| format!("    - {name} {}\n", member(name, one)));
    let new = to.iter().filter(|one| !from.contains(one)).map(|one| format!("    + {name} {}\n", member(name, one)));
    gone.chain(new).collect()
}

/// What changes beside operations: a line for what is done at once and one for what needs a restart, where there is any.
pub fn beside(others: &[String], needs_restart: &[String]) -> String {
    let line = |about, names: &[String]| match names {
        [] => String::new(),
        names => format!("{about}: {}\n", names.join(", ")),
    };
    line("Beside operations", others) + &line("Needs a restart", needs_restart)
}

/// A member of a list. An address is told as `diglot routes` tells it.
fn member(name: &str, value: &Value) -> String {
    match (name, &value["url"], &value["header"]) {
        ("urls", Value::String(url), Value::String(header)) if value["default"] == true => {
            format!("{url} with {header}, or without")
        }
        ("urls", Value::String(url), Value::String(header)) => format!("{url} with {header}"),
        ("urls", Value::String(url), _) => url.clone(),
        _ => words(value),
    }
}
