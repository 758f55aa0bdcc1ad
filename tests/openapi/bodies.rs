//! What a schema of a body allows is taken, and what it forbids is refused, member by member.

use serde_json::{Value, json};

use crate::harness::{Answer, Town, Workspace, fresh, town};

use super::{document, kept};

/// Values of every type, and on both sides of every limit.
fn values() -> Vec<Value> {
    let texts = [
        "",
        "a",
        "é",
        "a b",
        "a\u{1}b",
        "a\0b",
        "a\u{85}b",
        "a\nb",
        "1234567",
        "12345678",
        "yes",
        "TRUE",
        "oN",
        "nope",
        "user",
        "admin",
        "nobody",
        "active",
        "suspended",
        "Europe/London",
        "en-GB",
        "https://example.com/é",
        "HTTP://a.example",
        "ftp://a.example",
        "grace@example.com",
        "Grace <grace@example.com>",
        "01990000-0000-7000-8000-000000000000",
    ];
    let long = [71, 72, 255, 256, 2_048, 2_049, 10_000, 10_001].map(|length| json!("x".repeat(length)));
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!([]),
        json!({}),
        json!(["user"]),
        json!(["user", "user"]),
        json!(["nobody"]),
        json!(["user", 1]),
        json!([[]]),
        json!({"a": {"b": [1, null]}}),
        json!({"\0": "\0"}),
    ];
    texts.map(Value::from).into_iter().chain(long).chain(others).collect()
}

/// A body of an operation, by the name of its schema, and how it is sent.
struct Body<'a> {
    dialect: &'static str,
    schema: &'static str,
    /// One that is taken, anew each time.
    good: Box<dyn Fn() -> Value + 'a>,
    send: Box<dyn Fn(&Value) -> Answer + 'a>,
    /// Members with rules that no schema can tell: some of what it allows is refused.
    finer: &'static [&'static str],
}

impl Body<'_> {
    fn check(&self) {
        let schema = kept(self.dialect)["components"]["schemas"][self.schema].clone();
        let validator = document(self.dialect).validator(&schema, false);
        let name = self.schema;
        for member in schema["properties"].as_object().unwrap().keys() {
            let with = |value: Option<Value>| {
                let mut body = (self.good)();
                match value {
                    Some(value) => body[member] = value,
                    None => _ = body.as_object_mut().unwrap().remove(member),
                }
                body
            };
            for value in values().into_iter().map(Some).chain([None]) {
                let body = with(value);
                let (allowed, answer) = (validator.is_valid(&body), (self.send)(&body));
                let taken = answer.status != 422 && answer.status != 400;
                assert!(allowed || !taken, "{name} forbids what is taken: {}", answer.story());
                let is_finer = self.finer.contains(&member.as_str());
                assert!(taken || !allowed || is_finer, "{name} allows what is refused: {}", answer.story());
            }
        }
        for body in [json!(null), json!([]), json!("x"), json!(5), json!([{}])] {
            assert!(!validator.is_valid(&body) && [400, 422].contains(&(self.send)(&body).status), "{name}: {body}");
        }
        let mut more = (self.good)();
        more["unknown"] = json!({"a": 1});
        assert!(validator.is_valid(&more) && (self.send)(&more).status < 300, "{name}: more members");
    }
}

/// A user to be changed by the bodies, and a person to act as.
fn changed(place: &Workspace) -> String {
    place.user("changed")
}

#[test]
fn mechamental_create() {
    let (town, place): (&Town, _) = (town(), town().workspace());
    Body {
        dialect: "mechamental",
        schema: "UserCreate",
        good: Box::new(|| place.application("body")),
        send: Box::new(|body| town.mm().create(body)),
        finer: &["email", "avatar_url", "timezone", "locale"],
    }
    .check();
}

#[test]
fn mechamental_update() {
    let place = town().workspace();
    let user = changed(&place);
    Body {
        dialect: "mechamental",
        schema: "UserUpdate",
        good: Box::new(|| json!({})),
        send: Box::new(|body| town().mm().update(&user, body)),
        finer: &["email", "avatar_url", "timezone", "locale"],
    }
    .check();
}

#[test]
fn mechamental_preferences() {
    let person = town().workspace().person("user");
    Body {
        dialect: "mechamental",
        schema: "UserPreferencesUpdate",
        good: Box::new(|| json!({"preferences": {}})),
        send: Box::new(|body| town().mm_as(&person.key).patch_preferences(body)),
        finer: &[],
    }
    .check();
}

#[test]
fn mechamental_login() {
    let place = town().workspace();
    Body {
        dialect: "mechamental",
        schema: "LoginRequest",
        // Each time somebody else, of whom no password was guessed.
        good: Box::new(|| json!({"email": place.user_with("login", json!({}))["email"], "password": "correct horse"})),
        send: Box::new(|body| town().mm().ask_with("POST", "/v1/auth/login", body)),
        finer: &["email"],
    }
    .check();
}

#[test]
fn mechamental_forgotten_password() {
    Body {
        dialect: "mechamental",
        schema: "PasswordForgotRequest",
        good: Box::new(|| json!({"email": format!("{}@example.com", fresh("forgotten"))})),
        send: Box::new(|body| town().mm().ask_with("POST", "/v1/auth/password/forgot", body)),
        finer: &["email"],
    }
    .check();
}

#[test]
fn maisa_create() {
    let key = town().workspace().steward().secret;
    Body {
        dialect: "maisa",
        schema: "UserCreate",
        good: Box::new(
            || json!({"email": format!("{}@example.com", fresh("body")), "name": "Grace Hopper", "role": "user"}),
        ),
        send: Box::new(|body| town().maisa_as(&key).create(body)),
        finer: &["email"],
    }
    .check();
}

#[test]
fn maisa_update() {
    let place = town().workspace();
    let user = changed(&place);
    Body {
        dialect: "maisa",
        schema: "UserUpdate",
        good: Box::new(|| json!({})),
        send: Box::new(|body| town().maisa().update(&user, body)),
        // A user who is active cannot become one who was invited.
        finer: &["status"],
    }
    .check();
}
