//! How much is too much (§1, §2).

use serde_json::json;

use crate::harness::{Request, town};

const LIMIT: usize = 256 * 1024;

/// A JSON object of exactly this many bytes that asks for nothing.
fn padded(length: usize) -> Vec<u8> {
    let mut body = b"{}".to_vec();
    body.resize(length, b' ');
    body
}

#[test]
fn bodies_up_to_256_kib_are_read_and_greater_ones_refused() {
    let user = town().workspace().user("ada");
    town().mm().update(&user, padded(LIMIT)).expect(200);
    town().maisa().update(&user, padded(LIMIT)).expect(200);
    town().mm().update(&user, padded(LIMIT + 1)).mm_error(413, "PAYLOAD_TOO_LARGE");
    town().maisa().update(&user, padded(LIMIT + 1)).maisa_error(413, "PAYLOAD_TOO_LARGE");
}

#[test]
fn a_body_in_chunks_has_the_same_limit() {
    let user = town().workspace().user("ada");
    let chunked = |header: &str, value: &str, length: usize| {
        let mut body = format!("{length:x}\r\n").into_bytes();
        body.extend(padded(length));
        body.extend(b"\r\n0\r\n\r\n");
        let request = Request::new("PUT", &format!("/v1/users/{user}"))
            .header(header, value)
            .header("Transfer-Encoding", "chunked");
        town().server.http.send(&request.json(body)).unwrap()
    };
    let bearer = format!("Bearer {}", town().root.key);
    chunked("Authorization", &bearer, LIMIT).expect(200);
    chunked("Authorization", &bearer, LIMIT + 1).mm_error(413, "PAYLOAD_TOO_LARGE");
    chunked("X-API-Key", &town().root.key, LIMIT + 1).maisa_error(413, "PAYLOAD_TOO_LARGE");
}

/// `levels` values inside one another, the outermost counted.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn json_is_read_sixty_four_deep() {
    let user = town().workspace().user("ada");
    town().mm().update(&user, format!(r#"{{"settings":{{"a":{}}}}}"#, nested(62))).expect(200);
    town().maisa().update(&user, format!(r#"{{"metadata":{{"a":{}}}}}"#, nested(62))).expect(200);
    let refused = town().mm().update(&user, format!(r#"{{"settings":{{"a":{}}}}}"#, nested(63))).expect(400);
    assert_eq!(refused.text(), r#"{"detail":"There was an error parsing the body"}"#);
    town()
        .maisa()
        .update(&user, format!(r#"{{"metadata":{{"a":{}}}}}"#, nested(63)))
        .maisa_error(400, "VALIDATION_ERROR");
    town().mm().create(nested(65)).expect(400);
    town().maisa().create(nested(65)).maisa_error(400, "VALIDATION_ERROR");
    assert_eq!(town().mm().create(nested(64)).items()[0].0, "model_attributes_type");
}

#[test]
fn a_free_object_stays_within_256_kib_after_a_merge() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    let part = |name: &str| json!({"preferences": {name: "x".repeat(180 * 1024)}});
    mm.patch_preferences(part("a")).expect(200);
    let before = mm.me().expect(200).json();
    mm.patch_preferences(part("b")).mm_error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(mm.me().expect(200).json(), before);
    mm.patch_preferences(json!({"preferences": {"a": null}})).expect(200);
    mm.patch_preferences(part("b")).expect(200);
}
