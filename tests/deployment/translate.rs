//! `diglot translate`: what the other dialect's request does is what was meant, but for what standard error names.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::harness::cli::CliAnswer;
use crate::harness::{House, Town, Workspace, fresh, id, town};

const DIALECTS: [&str; 2] = ["mechamental", "maisa"];

fn other(dialect: &str) -> &'static str {
    DIALECTS.into_iter().find(|other| *other != dialect).unwrap()
}

/// Translates a body, and prints what came of it in this form.
fn said(from: &str, operation: &str, body: &str, more: &[&str]) -> CliAnswer {
    let arguments = ["translate", "--from", from, "--to", other(from), operation];
    House::empty().cli_with_input(&[&arguments[..], more].concat(), body)
}

/// The fields that an object of the command names, by the kind of the note.
fn noted(answer: &Value, kind: &str) -> BTreeSet<String> {
    answer[kind].as_array().unwrap().iter().map(|note| note["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_body_goes_to_one_stream_and_what_is_lost_to_the_other() {
    let body = r#"{"email": "ada@example.com", "name": "Ada", "role": "user", "metadata": {"n": 1.10}, "nick": 1}"#;
    let said = said("maisa", "createUser", body, &[]).done();
    assert_eq!(said.out, "{\"email\":\"ada@example.com\",\"full_name\":\"Ada\",\"roles\":[\"user\"]}\n");
    let lines: Vec<&str> = said.err.lines().collect();
    for (line, begin) in lines.iter().zip([
        "ignored  nick: ",
        "lost     metadata: ",
        "missing  username: ",
        "missing  password: ",
        "lost     sendActivationEmail: ",
    ]) {
        assert!(line.starts_with(begin), "{line}");
    }
    assert_eq!(lines.len(), 5, "{}", said.story());
}

#[test]
fn the_whole_request_can_be_printed() {
    let body = r#"{"full_name": "Ada", "roles": ["viewer"]}"#;
    let whole = said("mechamental", "updateUser", body, &["--id", "a b", "--request"]).done().out;
    assert_eq!(whole, "PUT /v1/users/a%20b\n\n{\"name\":\"Ada\",\"role\":\"viewer\"}\n");
    let object = said("mechamental", "mechamental.updateUser", r#"{"bio": "x"}"#, &["--json"]).done();
    assert_eq!(object.err, "", "the object says it");
    let why = json!("maisa.updateUser has no word for it");
    assert_eq!(
        object.json(),
        json!({
            "operation": "maisa.updateUser", "method": "PUT", "path": "/v1/users/{userId}", "body": {},
            "lost": [{"field": "bio", "why": why}], "differs": [], "missing": [], "ignored": [],
        })
    );
    let list = said("maisa", "listUsers", "", &["--query", "limit=7&offset=14"]).done();
    assert_eq!(list.out, "GET /v1/users?limit=7\n", "what has no body is printed as its line");
    list.naming("offset").naming("workspace_id");
    assert_eq!(said("mechamental", "getUser", "", &["--id", "7"]).done().out, "GET /v1/users/7\n");
    assert_eq!(said("maisa", "deleteUser", "", &["--id", "7", "--request"]).done().out, "DELETE /v1/users/7\n");
}

#[test]
fn who_is_not_understood_is_told_in_the_words_of_the_dialect() {
    said("maisa", "createUser", r#"{"email": "x"}"#, &[])
        .refused()
        .naming("VALIDATION_ERROR")
        .naming("name")
        .naming("400");
    said("mechamental", "createUser", "{", &[]).refused().naming("json_invalid").naming("422");
    said("maisa", "updateUser", "", &[]).refused().naming("is required");
    said("maisa", "listUsers", "", &["--query", "limit=0"]).refused().naming("limit");
    said("mechamental", "createUser", &" ".repeat(256 * 1024 + 1), &[]).refused().naming("256 KiB");
    let refused = said("mechamental", "createUser", r#"{"email":"x","password":"canary"}"#, &[]).refused();
    assert!(refused.out.is_empty() && !refused.err.contains("canary"), "{}", refused.story());
}

#[test]
fn what_the_other_cannot_do_is_refused_with_what_comes_closest() {
    said("mechamental", "getCurrentUser", "", &[]).refused().naming("getUser");
    said("mechamental", "updateMyPreferences", r#"{"preferences": {"a": 1}}"#, &[]).refused().naming("metadata");
    said("maisa", "getCurrentUser", "", &[]).misused().naming("listUsers");
    let house = House::empty();
    house.cli(&["translate", "--from", "maisa", "--to", "maisa", "getUser"]).misused();
    house.cli(&["translate", "--from", "maisa", "--to", "esperanto", "getUser"]).misused().naming("mechamental");
    house.cli(&["translate", "--from", "maisa", "getUser"]).misused();
    house.cli(&["translate", "--from", "maisa", "--to", "mechamental", "getUser", "--json", "--request"]).misused();
    assert!(!house.has_store(), "and no store is needed");
}

#[test]
fn the_manual_explains_each_kind_of_note_and_its_example_works() {
    let help = House::empty().cli(&["translate", "--help"]).done().out;
    for word in ["lost ", "differs ", "missing ", "ignored ", "standard input", "standard error"] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    let example = help.lines().find_map(|line| line.trim().strip_prefix("echo '")).unwrap();
    let body = example.strip_suffix("' |").unwrap();
    said("maisa", "createUser", body, &[]).done().naming("username").naming("password");
}

#[test]
fn numbers_in_a_free_object_are_those_that_were_sent() {
    let body = r#"{"preferences":{"n":[1.10,1E2,-0.0,123456789012345678901234567890]}}"#;
    // Where the other dialect has no such object, nothing is left of it.
    let lost = said("mechamental", "updateUser", body, &["--json"]).done();
    assert!(lost.out.contains("\"body\":{}"), "{}", lost.story());
    assert_eq!(noted(&lost.json(), "lost"), BTreeSet::from(["preferences".to_owned()]));
}

/// Two servers: what was meant is sent to the one, what was translated to the other.
struct Servers {
    one: Town,
    other: Town,
}

/// A user as both dialects show it, but for what no request can say, under the names of both.
fn shown(town: &Town, user: &str) -> Map<String, Value> {
    let record = town.record(user);
    let mut shown = Map::new();
    for members in [&record["mechamental"], &record["maisa"]["data"]] {
        shown.extend(members.as_object().unwrap().clone());
    }
    for varying in ["id", "user_id", "created_at", "createdAt", "updated_at", "updatedAt", "default_workspace_id"] {
        shown.remove(varying).unwrap();
    }
    shown
}

/// What a note about a field speaks of, in the names of both dialects.
fn about(field: &str) -> Vec<&str> {
    match field {
        "name" | "full_name" => vec!["name", "full_name"],
        "role" | "roles" => vec!["role", "roles", "permissions"],
        "status" | "is_active" | "sendActivationEmail" => vec!["status", "is_active"],
        other => vec![other],
    }
}

/// Whether two users are alike but for these fields.
fn assert_alike(one: &Map<String, Value>, other: &Map<String, Value>, but: &BTreeSet<String>, told: &str) {
    let excused: Vec<&str> = but.iter().flat_map(|field| about(field)).collect();
    for (name, value) in one {
        if !excused.contains(&name.as_str()) {
            assert_eq!(value.to_string(), other[name].to_string(), "{name} differs, and nobody said so: {told}");
        }
    }
}

fn text() -> impl Strategy<Value = Value> {
    "[a-zA-Zé李 \"\\\\/%]{1,12}".prop_map(Value::String)
}

fn free() -> impl Strategy<Value = Value> {
    let number = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?";
    let number = number.prop_map(|literal| serde_json::from_str::<Value>(&literal).unwrap());
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::Bool), number, text()];
    proptest::collection::vec(("[a-z]{1,4}", leaf), 0..3).prop_map(|members| Value::Object(Map::from_iter(members)))
}

fn role() -> impl Strategy<Value = Value> {
    proptest::sample::select(vec!["admin", "developer", "operator", "viewer", "user"]).prop_map(Value::from)
}

/// Some of these members.
fn some(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> {
    let each = members.into_iter().map(|(name, value)| {
        proptest::option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    });
    each.collect::<Vec<_>>().prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
}

fn or_null(strategy: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 3 => strategy].boxed()
}

fn of(values: &[&str]) -> BoxedStrategy<Value> {
    proptest::sample::select(values.iter().map(|value| json!(value)).collect::<Vec<_>>()).boxed()
}

/// What a body of one dialect may say of a user, beside what must be unique.
fn members(dialect: &str, is_new: bool) -> BoxedStrategy<Value> {
    let roles = proptest::collection::vec(role(), 1..3).prop_map(Value::Array);
    let truth = || any::<bool>().prop_map(Value::Bool).boxed();
    let fields = match (dialect, is_new) {
        ("maisa", true) => vec![
            ("department", or_null(text())),
            ("sendActivationEmail", or_null(truth())),
            ("metadata", or_null(free())),
        ],
        ("maisa", false) => vec![
            ("name", text().boxed()),
            ("role", role().boxed()),
            ("department", or_null(text())),
            ("status", of(&["active", "inactive", "suspended"])),
            ("metadata", or_null(free())),
        ],
        (_, is_new) => {
            let mut fields = vec![
                ("full_name", or_null(prop_oneof![1 => Just(json!("")), 5 => text()])),
                ("avatar_url", or_null(of(&["https://example.com/a"]))),
                ("bio", or_null(text())),
                ("timezone", or_null(of(&["UTC"]))),
                ("locale", or_null(of(&["en", "de-CH"]))),
                ("preferences", or_null(free())),
                ("settings", or_null(free())),
                ("roles", roles.boxed()),
            ];
            if !is_new {
                fields.push(("is_active", truth()));
            }
            fields
        }
    };
    some(fields).boxed()
}

impl Servers {
    /// Sends a body to the one server, and its translation to the other, which is told beside it what the command said is missing.
    fn create(&self, from: &str, mut body: Value, place: &Places) {
        let name = fresh("crossing");
        body["email"] = json!(format!("{name}@example.com"));
        if from == "maisa" {
            body["name"] = body.get("name").cloned().unwrap_or(json!("Ada"));
            body["role"] = body.get("role").cloned().unwrap_or(json!("viewer"));
        } else {
            body["username"] = json!(name);
            body["password"] = json!("correct horse");
        }
        let answer = said(from, "createUser", &body.to_string(), &["--json"]).done();
        let object = answer.json();
        let mut translated = object["body"].clone();
        let (missing, mut excused) = (noted(&object, "missing"), noted(&object, "lost"));
        for field in &missing {
            let value = match field.as_str() {
                "username" => name.clone(),
                "password" => "correct horse".to_owned(),
                "name" => name.clone(),
                other => panic!("{other} is missing: {}", answer.story()),
            };
            translated[field] = json!(value);
        }
        excused.extend(missing);
        assert!(noted(&object, "differs").is_empty(), "{}", answer.story());
        let one = place.send(&self.one, &place.one, from, &body);
        let two = place.send(&self.other, &place.other, other(from), &translated);
        assert_alike(&shown(&self.one, &one), &shown(&self.other, &two), &excused, &answer.story());
    }

    /// Changes two users who are alike.
    fn update(&self, from: &str, body: Value, users: &[String; 2]) {
        let answer = said(from, "updateUser", &body.to_string(), &["--json", "--id", "7"]).done();
        let object = answer.json();
        assert!(noted(&object, "missing").is_empty() && noted(&object, "ignored").is_empty(), "{}", answer.story());
        change(&self.one, from, &users[0], &body);
        change(&self.other, other(from), &users[1], &object["body"]);
        // What differs in some cases does not in this one: the users have one role and a full name, and are active.
        let excused = noted(&object, "lost");
        assert_alike(&shown(&self.one, &users[0]), &shown(&self.other, &users[1]), &excused, &answer.story());
    }
}

fn change(town: &Town, dialect: &str, user: &str, body: &Value) {
    match dialect {
        "maisa" => town.maisa().update(user, body).expect(200),
        _ => town.mm().update(user, body).expect(200),
    };
}

/// A workspace in each town, and a key that belongs to it.
struct Places {
    one: String,
    other: String,
}

impl Places {
    fn send(&self, town: &Town, key: &str, dialect: &str, body: &Value) -> String {
        match dialect {
            "maisa" => town.maisa_as(key).create(body).expect(201).str("/data/id"),
            _ => id(&town.mm_as(key).create(body).expect(201).json()),
        }
    }
}

fn servers() -> (Servers, Places) {
    let servers = Servers { one: Town::new(), other: Town::new() };
    let key = |town: &Town| town.workspace().steward().secret;
    let places = Places { one: key(&servers.one), other: key(&servers.other) };
    (servers, places)
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

#[test]
fn a_translated_creation_makes_the_same_user_but_for_what_was_named() {
    let (servers, places) = servers();
    for from in DIALECTS {
        let cross = |body: Value| {
            servers.create(from, body, &places);
            Ok(())
        };
        runner(60).run(&members(from, true), cross).unwrap();
    }
}

#[test]
fn a_translated_change_makes_the_same_of_a_user_but_for_what_was_named() {
    let (servers, _) = servers();
    let user = |town: &Town, name: &str| {
        let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse", "full_name": "Ada",
            "bio": "b", "preferences": {"a": 1}, "default_workspace_id": town.first_workspace});
        let user = id(&town.mm().create(body).expect(201).json());
        town.maisa().update(&user, json!({"department": "D", "metadata": {"m": 1}})).expect(200);
        user
    };
    for from in DIALECTS {
        let cross = |body: Value| {
            let name = fresh("crossing");
            let users = [user(&servers.one, &name), user(&servers.other, &name)];
            servers.update(from, body, &users);
            Ok(())
        };
        runner(60).run(&members(from, false), cross).unwrap();
    }
}

/// The cases in which a request means something else in the other dialect are those that the command tells of.
#[test]
fn what_differs_in_some_cases_does_in_those_that_are_named() {
    let place: Workspace = town().workspace();
    for (from, body, before, field) in [
        ("maisa", json!({"role": "developer"}), json!({"roles": ["developer", "user"]}), "roles"),
        ("mechamental", json!({"roles": ["developer"]}), json!({"roles": ["developer", "user"]}), "roles"),
        ("maisa", json!({"status": "inactive"}), json!({"status": "suspended"}), "status"),
        ("mechamental", json!({"is_active": false}), json!({"status": "suspended"}), "status"),
        ("maisa", json!({"name": "USERNAME"}), json!({}), "full_name"),
        ("mechamental", json!({"full_name": "USERNAME"}), json!({}), "full_name"),
    ] {
        let users = [place.user_with("ada", json!({})), place.user_with("ada", json!({}))];
        let answer = said(from, "updateUser", &body.to_string(), &["--json"]).done().json();
        assert_eq!(noted(&answer, "differs").len(), 1, "{answer}");
        let after = users.iter().zip([(from, &body), (other(from), &answer["body"])]).map(|(user, (dialect, body))| {
            let (id, username) = (id(user), user["username"].as_str().unwrap());
            if before.get("status").is_some() {
                change(town(), "maisa", &id, &before);
            } else {
                change(town(), "mechamental", &id, &before);
            }
            let body = serde_json::from_str(&body.to_string().replace("USERNAME", username)).unwrap();
            change(town(), dialect, &id, &body);
            shown(town(), &id)[field].to_string().replace(username, "USERNAME")
        });
        let after: Vec<String> = after.collect();
        assert_ne!(after[0], after[1], "{from} {body}");
    }
}
