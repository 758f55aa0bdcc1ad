//! Passwords are taken, and never given back (§1).

use serde_json::{Value, json};

use crate::harness::{id, town};

const MASK: &str = "**********";

#[test]
fn a_password_has_eight_characters_at_least_and_seventy_one_bytes_at_most() {
    let place = town().workspace();
    let try_password = |password: String| {
        let mut body = place.application("ada");
        body["password"] = json!(password);
        town().mm().create(&body)
    };
    for good in ["é".repeat(8), "x".repeat(71), "        ".to_owned(), "é".repeat(35), "😀".repeat(17)] {
        try_password(good).expect(201);
    }
    for short in ["x".repeat(7), "😀".repeat(7), String::new()] {
        let item = try_password(short).item("string_too_short", json!(["body", "password"]));
        assert_eq!(item["input"], MASK);
    }
    for long in ["x".repeat(72), "é".repeat(36), "x".repeat(5_000)] {
        let item = try_password(long).own_rule(json!(["body", "password"]));
        assert_eq!(item["msg"], "Value error, password is longer than 71 bytes in UTF-8");
        assert_eq!(item["input"], MASK);
    }
    assert_eq!(try_password("pass\0word".to_owned()).own_rule(json!(["body", "password"]))["input"], MASK);
}

#[test]
fn no_refusal_echoes_a_password_of_whatever_type_and_depth() {
    let secret = "canary-hunter2";
    for body in [
        json!({"email": 5, "username": {"password": secret}, "password": [secret]}),
        json!({"username": "x", "password": secret}),
        json!({"password": {"a": secret}, "x": [{"password": {"deep": [secret]}}]}),
        json!([{"password": secret}, [[{"a": {"password": secret}}]]]),
        json!({"email": "x", "username": "x", "password": "correct horse", "roles": {"password": secret}}),
        json!({"email": "x", "username": "x", "password": "correct horse", "preferences": [{"password": [secret]}]}),
    ] {
        let answer = town().mm().create(&body).expect(422);
        assert!(!answer.text().contains(secret), "{}", answer.story());
        assert!(answer.text().contains(MASK), "{}", answer.story());
    }
    let user = town().workspace().user("ada");
    for body in [json!({"password": {"x": secret}}), json!({"password": [secret, 1]})] {
        let item = town().mm().update(&user, &body).item("string_type", json!(["body", "password"]));
        assert_eq!(item["input"], MASK);
    }
    let unset = town().mm().create(json!({"email": "x@example.com", "username": "x", "password": null}));
    assert_eq!(unset.item("string_type", json!(["body", "password"]))["input"], Value::Null);
    let unread = town().mm().create_as(Some("text/plain"), json!({"password": secret}));
    assert!(!unread.text().contains(secret), "{}", unread.story());
}

#[test]
fn no_answer_shows_a_password_or_its_hash() {
    let place = town().workspace();
    let created = place.user_with("ada", json!({"password": "canary-tr0ub4dor"}));
    let user = id(&created);
    let texts = [
        created.to_string(),
        town().mm().update(&user, json!({"password": "canary-tr0ub4dor&3"})).expect(200).text(),
        town().mm().list(&[("workspace_id", &place.id)]).expect(200).text(),
        town().maisa().get(&user).expect(200).text(),
        town().cli(&["user", "show", &user, "--json"]).done().out,
    ];
    for text in texts {
        assert!(!text.contains("canary") && !text.contains("$2"), "{text}");
    }
}

#[test]
fn a_new_password_is_a_change() {
    let user = town().workspace().user("ada");
    let before = town().mm().get(&user).expect(200);
    let after = town().mm().update(&user, json!({"password": "another horse"})).expect(200);
    assert!(after.str("/updated_at") > before.str("/updated_at"));
}
