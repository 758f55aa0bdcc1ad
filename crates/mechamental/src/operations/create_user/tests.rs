use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue};

use super::*;
use crate::testing::{answer, assert_reads_what_is_registered, json_body, policy};

async fn refusal(text: &str) -> String {
    let read = json_body(text).and_then(|body| read(&body, &policy()));
    let (status, body) = answer(read.expect_err(text)).await;
    assert_eq!(status, 422, "{text}");
    body
}

/// Recorded with FastAPI 0.165 and Pydantic 2.14.3; then passwords masked.
#[actix_web::test]
async fn faults_read_as_the_framework_says_them() {
    for (sent, answered) in [
        ("", r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}"#),
        (
            "null",
            r#"{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":null}]}"#,
        ),
        (
            r#"[{"password":1}]"#,
            r#"{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[{"password":"**********"}]}]}"#,
        ),
        (
            r#"{"email":"#,
            r#"{"detail":[{"type":"json_invalid","loc":["body",9],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}]}"#,
        ),
        (
            r#"{"password":"short","username":"","email":"x"}"#,
            r#"{"detail":[{"type":"value_error","loc":["body","email"],"msg":"value is not a valid email address: An email address must have an @-sign.","input":"x","ctx":{"reason":"An email address must have an @-sign."}},{"type":"string_too_short","loc":["body","username"],"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}},{"type":"string_too_short","loc":["body","password"],"msg":"String should have at least 8 characters","input":"**********","ctx":{"min_length":8}}]}"#,
        ),
        (
            r#"{"email":"ada@example.com","username":1e2,"password":null}"#,
            r#"{"detail":[{"type":"string_type","loc":["body","username"],"msg":"Input should be a valid string","input":100.0},{"type":"string_type","loc":["body","password"],"msg":"Input should be a valid string","input":null}]}"#,
        ),
        (
            r#"{"username":"ada","password":"password"}"#,
            r#"{"detail":[{"type":"missing","loc":["body","email"],"msg":"Field required","input":{"username":"ada","password":"**********"}}]}"#,
        ),
        (
            r#"{"email":"ada@example.com","username":"ada","password":"password","settings":[],"roles":["user",1]}"#,
            r#"{"detail":[{"type":"dict_type","loc":["body","settings"],"msg":"Input should be a valid dictionary","input":[]},{"type":"string_type","loc":["body","roles",1],"msg":"Input should be a valid string","input":1}]}"#,
        ),
    ] {
        assert_eq!(refusal(sent).await, answered, "{sent}");
    }
}

#[actix_web::test]
async fn rules_of_our_own_are_value_errors() {
    for (member, place, message, input) in [
        (r#""timezone":"Mars""#, r#""timezone""#, "timezone must be the name of an IANA time zone", r#""Mars""#),
        (r#""avatar_url":"""#, r#""avatar_url""#, "avatar_url must be an absolute http or https URL", r#""""#),
        (r#""full_name":"a\n""#, r#""full_name""#, "full_name must not contain control characters", r#""a\n""#),
        (r#""bio":"\u0000""#, r#""bio""#, "bio must not contain U+0000", r#""\u0000""#),
        (r#""roles":[]"#, r#""roles""#, "roles must not be empty", "[]"),
        (r#""roles":["user","User"]"#, r#""roles",1"#, "there is no role of this name", r#""User""#),
    ] {
        let sent = format!(r#"{{"email":"ada@example.com","username":"ada","password":"password",{member}}}"#);
        let answered = format!(
            r#"{{"detail":[{{"type":"value_error","loc":["body",{place}],"msg":"Value error, {message}","input":{input},"ctx":{{"error":{{}}}}}}]}}"#
        );
        assert_eq!(refusal(&sent).await, answered, "{sent}");
    }
    let long = format!(r#"{{"email":"ada@example.com","username":"ada","password":"{}"}}"#, "é".repeat(36));
    assert_eq!(
        refusal(&long).await,
        r#"{"detail":[{"type":"value_error","loc":["body","password"],"msg":"Value error, password is longer than 71 bytes in UTF-8","input":"**********","ctx":{"error":{}}}]}"#
    );
}

#[actix_web::test]
async fn a_body_that_is_not_parsed_is_not_shown() {
    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonl"] {
        let body = Body::parse(content_type, br#"{"password":"secret words"}"#);
        let (status, text) = answer(body.and_then(|body| read(&body, &policy())).expect_err("no JSON")).await;
        assert_eq!(status, 422);
        assert!(text.ends_with(r#""input":"**********"}]}"#), "{text}");
    }
}

#[actix_web::test]
async fn a_missing_workspace_shows_the_body() {
    let body = json_body(r#"{"username":"ada","password":"password"}"#).expect("JSON");
    let blamed = blame(DirectoryError::User(UserError::WorkspaceRequired), &head(&[]), &body);
    let (status, text) = answer(blamed).await;
    assert_eq!(status, 422);
    assert_eq!(
        text,
        r#"{"detail":[{"type":"missing","loc":["body","default_workspace_id"],"msg":"Field required","input":{"username":"ada","password":"**********"}}]}"#
    );
}

/// The heads of requests with these keys.
fn head(keys: &[&'static str]) -> Head {
    let mut headers = HeaderMap::new();
    for key in keys {
        headers.append(once::IDEMPOTENCY_KEY.clone(), HeaderValue::from_static(key));
    }
    let [host, mount, path, query] = [const { String::new() }; 4];
    Head { method: Method::POST, host, mount, path, query, headers, request_id: "".into() }
}

fn key_fault(message: &str, input: &str) -> String {
    format!(
        r#"{{"type":"value_error","loc":["header","idempotency-key"],"msg":"Value error, idempotency-key {message}","input":"{input}","ctx":{{"error":{{}}}}}}"#
    )
}

const NO_KEY: &str = "must be 1 to 255 printable ASCII characters, once, with spaces only in double quotes";

#[actix_web::test]
async fn a_key_that_is_none_is_a_fault_before_those_of_the_body() {
    for (keys, input) in [(vec![""], ""), (vec!["a b"], "a b"), (vec!["a", "b"], "a, b")] {
        let (key, body) = (idempotency_key(&head(&keys)), json_body("[]"));
        let both = ApiError::of_both(key, body.and_then(|body| read(&body, &policy())));
        let (status, text) = answer(both.expect_err("two faults")).await;
        let items = [
            key_fault(NO_KEY, input),
            r#"{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[]}"#.to_owned(),
        ];
        assert_eq!((status, text), (422, format!(r#"{{"detail":[{}]}}"#, items.join(","))));
    }
}

#[actix_web::test]
async fn a_used_key_is_shown_again() {
    let body = json_body("{}").expect("JSON");
    let blamed = blame(DirectoryError::User(UserError::IdempotencyKeyReused), &head(&["a-key"]), &body);
    let item = key_fault("was used for another request", "a-key");
    assert_eq!(answer(blamed).await, (422, format!(r#"{{"detail":[{item}]}}"#)));
}

#[test]
fn what_is_not_named_has_its_default() {
    let body =
        json_body(r#"{"email":"Ada <ada@EXAMPLE.com>","username":"Ada","password":"password","roles":null,"x":1}"#);
    let new = body.and_then(|body| read(&body, &policy())).expect("a valid body");
    assert_eq!(new.email.as_str(), "ada@example.com");
    assert!(new.roles.is_none() && new.workspace.is_none() && new.full_name.is_none() && !new.invite);
    assert_eq!((new.preferences.as_str(), new.settings.as_str(), new.metadata.as_str()), ("{}", "{}", "{}"));
}

#[test]
fn every_field_is_in_the_registry() {
    let body = json_body("{}").expect("a body");
    assert_reads_what_is_registered("createUser", || read(&body, &policy()));
}
