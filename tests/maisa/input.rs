//! What a body must be made of (§2).

use serde_json::{Value, json};

use crate::harness::{Maisa, fresh, town};

fn door() -> Maisa<'static> {
    let key = town().workspace().steward().secret;
    town().maisa_as(&key)
}

fn newcomer() -> Value {
    json!({"email": format!("{}@example.com", fresh("new")), "name": "New Comer", "role": "user", "sendActivationEmail": false})
}

#[test]
fn three_fields_are_needed() {
    let maisa = door();
    assert_eq!(maisa.create("{}").fields(), ["email", "name", "role"]);
    for field in ["email", "name", "role"] {
        let mut body = newcomer();
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(maisa.create(&body).fields(), [field]);
    }
}

#[test]
fn types_are_strict_and_every_failing_field_is_told() {
    let maisa = door();
    let user = maisa.create(newcomer()).expect(201).str("/data/id");
    let wrong = |right: &str| -> Vec<Value> {
        let all = [
            ("string", json!("x")),
            ("boolean", json!(true)),
            ("number", json!(1)),
            ("array", json!([])),
            ("object", json!({})),
            ("null", Value::Null),
        ];
        all.into_iter().filter(|(kind, _)| *kind != right).map(|(_, value)| value).collect()
    };
    for (field, kind) in [
        ("email", "string"),
        ("name", "string"),
        ("role", "string"),
        ("department", "string"),
        ("sendActivationEmail", "boolean"),
        ("metadata", "object"),
    ] {
        for value in wrong(kind).into_iter().filter(|value| !value.is_null()) {
            let mut body = newcomer();
            body[field] = value.clone();
            assert_eq!(maisa.create(&body).fields(), [field], "{field} = {value}");
        }
    }
    for (field, kind) in
        [("name", "string"), ("role", "string"), ("department", "string"), ("status", "string"), ("metadata", "object")]
    {
        for value in wrong(kind).into_iter().filter(|value| !value.is_null()) {
            assert_eq!(maisa.update(&user, json!({ field: value })).fields(), [field], "{field} = {value}");
        }
    }
    for word in ["\"true\"", "\"false\"", "0", "1", "\"\""] {
        let body = newcomer().to_string().replace("false", word);
        assert_eq!(maisa.create(body).fields(), ["sendActivationEmail"]);
    }
}

#[test]
fn null_is_refused_where_it_has_no_meaning() {
    let maisa = door();
    for field in ["email", "name", "role"] {
        let mut body = newcomer();
        body[field] = Value::Null;
        assert_eq!(maisa.create(&body).fields(), [field]);
    }
    let user = maisa.create(newcomer()).expect(201).str("/data/id");
    for field in ["name", "role", "status"] {
        assert_eq!(maisa.update(&user, json!({ field: null })).fields(), [field]);
    }
}

#[test]
fn a_name_is_not_empty() {
    let maisa = door();
    let mut body = newcomer();
    body["name"] = json!("");
    assert_eq!(maisa.create(&body).fields(), ["name"]);
    let user = maisa.create(newcomer()).expect(201).str("/data/id");
    assert_eq!(maisa.update(&user, json!({"name": ""})).fields(), ["name"]);
}

#[test]
fn an_address_must_be_one() {
    let maisa = door();
    for wrong in [
        "x",
        "",
        "a@b",
        "@b.co",
        "a b@c.co",
        "a@localhost",
        "a@b..co",
        "\"a\"@b.co",
        "a@[127.0.0.1]",
        "a\r\nBcc: b@c.co",
    ] {
        let mut body = newcomer();
        body["email"] = json!(wrong);
        assert_eq!(maisa.create(&body).fields(), ["email"], "{wrong}");
    }
}

#[test]
fn a_body_is_a_json_object() {
    let maisa = door();
    let user = maisa.create(newcomer()).expect(201).str("/data/id");
    for body in ["", " ", "[]", "null", "5", "\"x\"", "true", "{", "{}x", "{\"a\":1,}", "{'a':1}", "nope"] {
        maisa.create(body).maisa_error(400, "VALIDATION_ERROR");
        maisa.update(&user, body).maisa_error(400, "VALIDATION_ERROR");
    }
}

#[test]
fn a_content_type_is_json_or_absent() {
    let maisa = door();
    for kind in [
        None,
        Some("application/json"),
        Some("Application/JSON; charset=utf-8"),
        Some("application/vnd.api+json"),
        Some("application/merge-patch+json;x=1"),
    ] {
        maisa.create_as(kind, newcomer()).expect(201);
    }
    for kind in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "multipart/form-data; boundary=x",
        "application/xml",
        "json",
    ] {
        maisa.create_as(Some(kind), newcomer()).maisa_error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[test]
fn no_refusal_tells_more_than_it_must() {
    let maisa = door();
    let mut body = newcomer();
    body["password"] = json!("canary-password");
    body["role"] = json!("canary-role");
    body["email"] = json!("canary-address");
    let answer = maisa.create(&body);
    assert_eq!(answer.fields(), ["email", "role"]);
    assert!(!answer.text().contains("canary-password"));
}
