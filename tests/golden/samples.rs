//! The samples of the two references, key for key: names, order and JSON types. Their values are theirs.

use serde_json::{Value, json};

use crate::harness::{Mm, NOBODY, fresh, id, town};

pub fn sample(dialect: &str, name: &str) -> Value {
    let text = match dialect {
        "maisa" => include_str!("reference/maisa.json"),
        _ => include_str!("reference/mechamental.json"),
    };
    serde_json::from_str::<Value>(text).unwrap()[name].clone()
}

/// A sample request, with an address that can be one.
fn request(dialect: &str, name: &str) -> Value {
    let mut body = sample(dialect, name);
    if body.get("email").is_some() {
        body["email"] = json!(format!("{}@example.com", fresh("sample")));
    }
    body
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether an answer is made like a sample. What may be null is named; free objects hold what they hold.
fn is_made_like(answer: &Value, sample: &Value, nullable: &[&str], path: &str) {
    match (answer, sample) {
        (Value::Null, _) if nullable.contains(&path) => {}
        (Value::Object(answer), Value::Object(sample)) => {
            if ["metadata", "preferences", "settings"].iter().any(|free| path.ends_with(free)) {
                return;
            }
            let keys = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(answer), keys(sample), "at {path:?}");
            for (key, value) in answer {
                is_made_like(value, &sample[key], nullable, &format!("{path}/{key}"));
            }
        }
        (Value::Array(answer), Value::Array(sample)) => {
            for item in answer {
                is_made_like(item, &sample[0], nullable, &format!("{path}/-"));
            }
        }
        _ => assert_eq!(kind(answer), kind(sample), "at {path:?}"),
    }
}

/// A user who has everything that can be had without signing in.
fn full_user(place: &crate::harness::Workspace) -> String {
    let more = json!({
        "full_name": "John Doe", "avatar_url": "https://example.com/a.png", "bio": "x", "timezone": "UTC", "locale": "en",
        "preferences": {"a": 1}, "settings": {"b": 2},
    });
    let user = id(&place.user_with("sample", more));
    town().maisa().update(&user, json!({"department": "Engineering", "metadata": {"theme": "dark"}})).expect(200);
    user
}

#[test]
fn a_mechamental_user_is_made_like_the_sample() {
    let place = town().workspace();
    let user = full_user(&place);
    is_made_like(&town().mm().get(&user).expect(200).json(), &sample("mechamental", "user"), &["/last_login"], "");
    let created = town().mm().create(place.application("sample")).expect(201).json();
    let nullable = ["/full_name", "/avatar_url", "/bio", "/timezone", "/locale", "/last_login"];
    is_made_like(&created, &sample("mechamental", "user"), &nullable, "");
}

#[test]
fn a_mechamental_list_is_made_like_the_sample() {
    let place = town().workspace();
    (0..2).for_each(|_| _ = full_user(&place));
    let page = town().mm().list(&[("workspace_id", &place.id), ("limit", "1")]).expect(200).json();
    is_made_like(&page, &sample("mechamental", "list"), &["/users/-/last_login"], "");
}

#[test]
fn mechamental_errors_are_the_samples() {
    let anonymous = Mm::anonymous(&town().server.http);
    let place = town().workspace();
    let reader = place.key_with(&["users:read"]).secret;
    for (answer, name) in [
        (anonymous.me(), "unauthenticated"),
        (town().mm_as(&reader).delete(NOBODY), "forbidden"),
        (town().mm().get(NOBODY), "not_found"),
    ] {
        let (answer, sample) = (answer.json(), sample("mechamental", name));
        is_made_like(&answer, &sample, &[], "");
        for key in ["error", "message", "status_code"] {
            assert_eq!(answer[key], sample[key]);
        }
    }
    // The schema's order is not the order on the wire, which the recorded vectors show; `ctx` is there where it has something to say.
    let item = town().mm().create("{\"email\":\"x\"}").at("/detail/0");
    for key in ["loc", "msg", "type", "input", "ctx"] {
        assert!(sample("mechamental", "invalid")["detail"][0].get(key).is_some() && item.get(key).is_some(), "{key}");
    }
}

#[test]
fn mechamental_requests_of_the_samples_work() {
    let place = town().workspace();
    let key = place.steward().secret;
    let mut body = request("mechamental", "create_request");
    body["username"] = json!(fresh("string"));
    let user = id(&town().mm_as(&key).create(&body).expect(201).json());
    town().mm_as(&key).update(&user, request("mechamental", "update_request")).expect(200);
    let person = place.person("user");
    town().mm_as(&person.key).patch_preferences(request("mechamental", "preferences_request")).expect(200);
}

#[test]
fn a_maisa_user_is_made_like_the_sample() {
    let place = town().workspace();
    let user = full_user(&place);
    is_made_like(&town().maisa().get(&user).expect(200).json(), &sample("maisa", "user"), &["/data/lastLoginAt"], "");
    let (full, bare) = (sample("maisa", "user"), place.user("bare"));
    is_made_like(&town().maisa().get(&bare).expect(200).json(), &full, &["/data/lastLoginAt", "/data/department"], "");
}

#[test]
fn a_maisa_list_is_made_like_the_sample() {
    let place = town().workspace();
    (0..2).for_each(|_| _ = full_user(&place));
    let maisa = town().maisa_as(&place.steward().secret).clone();
    is_made_like(&maisa.list(&[("limit", "1")]).expect(200).json(), &sample("maisa", "list"), &[], "");
}

#[test]
fn maisa_requests_of_the_samples_work() {
    let key = town().workspace().steward().secret;
    let maisa = town().maisa_as(&key);
    let created = maisa.create(request("maisa", "create_request")).expect(201);
    is_made_like(&created.json(), &sample("maisa", "user"), &["/data/lastLoginAt"], "");
    let updated = maisa.update(&created.str("/data/id"), request("maisa", "update_request")).expect(200).json();
    is_made_like(&updated, &sample("maisa", "user"), &["/data/lastLoginAt"], "");
    for (key, value) in request("maisa", "update_request").as_object().unwrap() {
        assert_eq!(&updated["data"][key], value, "{key}");
    }
}
