//! What has happened, and by whom: `diglot audit` tells of each change, and of who was refused.

mod accounts;
mod acts;
mod changes;
mod commands;
mod counts;
mod kills;
mod links;
mod listing;
mod mails;
mod parity;
mod refusals;
mod retention;
mod secrecy;

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, House, Http, Request, Town, eventually};

/// All that has happened, as told with these arguments.
fn told(house: &House, more: &[&str]) -> Vec<Value> {
    let arguments: Vec<&str> = ["audit", "--json"].iter().chain(more).copied().collect();
    house.cli(&arguments).done().json().as_array().unwrap().clone()
}

/// What happens from some moment on.
struct Diary<'a> {
    house: &'a House,
    /// Rows are in the order of what they tell, and refusals are written a moment later.
    seen: HashSet<String>,
}

impl<'a> Diary<'a> {
    fn of(town: &'a Town) -> Self {
        Self::at(&town.house)
    }

    fn at(house: &'a House) -> Self {
        let mut diary = Self { house, seen: HashSet::new() };
        diary.read();
        diary
    }

    /// What has happened since it was last read, without what no story can know: ids and times of their own.
    fn read(&mut self) -> Vec<Value> {
        let mut rows = told(self.house, &[]);
        rows.retain(|row| self.seen.insert(row["event_id"].as_str().unwrap().to_owned()));
        rows.iter_mut().for_each(forget_own);
        rows
    }

    /// Requires that just this has happened.
    #[track_caller]
    fn expect(&mut self, rows: &[Value]) {
        let told = self.read();
        assert_eq!(told, rows, "{}", Value::from(told.clone()));
    }

    /// Requires that just this happens soon, and nothing else meanwhile.
    #[track_caller]
    fn expect_soon(&mut self, rows: &[Value]) {
        let mut told = Vec::new();
        eventually(Duration::from_secs(10), "it is told", || {
            told.append(&mut self.read());
            (told.len() >= rows.len()).then_some(())
        });
        assert_eq!(told, rows, "{}", Value::from(told.clone()));
    }
}

/// Takes away what is different in each row.
fn forget_own(row: &mut Value) {
    let (id, at) = (row["event_id"].take(), row["at"].take());
    assert_eq!((id.as_str().map(str::len), at.as_str().map(str::len)), (Some(36), Some(27)), "{id} {at}");
    let row = row.as_object_mut().unwrap();
    row.remove("event_id");
    row.remove("at");
}

/// The public part of a key.
fn key_id(secret: &str) -> &str {
    secret.split('_').nth(1).unwrap()
}

/// A key that acts for somebody, or for nobody.
fn by(secret: &str, owner: Option<&str>) -> Value {
    json!({"kind": "key", "key_id": key_id(secret), "user_id": owner})
}

fn by_operator() -> Value {
    json!({"kind": "operator", "key_id": null, "user_id": null})
}

/// Something that was done to a user.
fn done(actor: &Value, operation: &str, request: Option<&str>, action: &str, user: &str, workspace: &str) -> Value {
    json!({
        "actor": actor, "action": action, "user_id": user, "key_id": null, "workspace_id": workspace,
        "dialect": request.and(operation.split('.').next()), "operation": operation, "request_id": request,
        "outcome": "done", "reason": null, "fields": [],
    })
}

/// A row with other values.
fn with(mut row: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// What nobody did who is known.
fn nobody() -> Value {
    json!({"kind": "nobody", "key_id": null, "user_id": null})
}

/// What a user did who is known by its password or its mail.
fn by_user(id: &str) -> Value {
    json!({"kind": "user", "key_id": null, "user_id": id})
}

/// A form that is sent to one of the pages.
fn post(http: &Http, path: &str, form: &str) -> Answer {
    let request = Request::new("POST", path)
        .header("x-request-id", "r")
        .header("content-type", "application/x-www-form-urlencoded");
    http.send(&request.body(form)).unwrap()
}

/// What was done by way of a page, which belongs to no dialect.
fn by_page(actor: &Value, page: &str, action: &str, user: &str, workspace: &str) -> Value {
    with(done(actor, page, Some("r"), action, user, workspace), json!({"dialect": null}))
}
