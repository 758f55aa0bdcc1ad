//! JSON that is none, where the contract departs from the framework (§2).

use serde_json::json;

use crate::harness::{Answer, town};

#[track_caller]
fn malformed(answer: &Answer) {
    match answer.status {
        400 => assert_eq!(answer.text(), r#"{"detail":"There was an error parsing the body"}"#, "{}", answer.story()),
        _ => assert_eq!(answer.items()[0].0, "json_invalid", "{}", answer.story()),
    }
}

#[test]
fn a_duplicate_key_is_malformed_at_its_second_place() {
    for (body, position) in [
        (r#"{"a":1,"a":2}"#, 7),
        (r#"{"email":"x","b":{"c":1,"é":2,"c":3}}"#, 30),
        (r#"{"😀":1, "\ud83d\ude00":2}"#, 8),
        (r#"[{"a":1},{"a":1,"b":[{"x":{},"x":[]}]}]"#, 29),
    ] {
        let answer = town().mm().create(body);
        let item = answer.item("json_invalid", json!(["body", position]));
        assert_eq!((&item["msg"], &item["input"]), (&json!("JSON decode error"), &json!({})));
        assert!(item["ctx"]["error"].is_string() && item["ctx"].as_object().unwrap().len() == 1, "{item}");
        town().maisa().create(body).maisa_error(400, "VALIDATION_ERROR");
    }
    let alike_but_apart = town().mm().create(r#"{"a":{"x":1},"b":{"x":1}}"#);
    assert!(alike_but_apart.items().iter().all(|(kind, _)| kind == "missing"));
}

#[test]
fn numbers_that_are_none_are_malformed() {
    for number in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e99999999999", "9".repeat(400).as_str()] {
        for body in [format!(r#"{{"settings":{{"a":{number}}}}}"#), format!("[{number}]"), number.to_owned()] {
            malformed(&town().mm().update("x", &body));
            town().maisa().update("x", &body).maisa_error(400, "VALIDATION_ERROR");
        }
    }
}

#[test]
fn half_characters_are_malformed() {
    for text in [r#""\ud800""#, r#""\udc00x""#, r#""\ud83d\u0041""#, r#"{"\udfff":1}"#, r#""\ude00\ud83d""#] {
        malformed(&town().mm().create(text));
        malformed(&town().mm().update("x", format!(r#"{{"settings":{{"a":{text}}}}}"#)));
        town().maisa().create(text).maisa_error(400, "VALIDATION_ERROR");
    }
}

#[test]
fn other_encodings_are_malformed() {
    let text = r#"{"email":"a@example.com"}"#;
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf32: Vec<u8> = text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect();
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(text.bytes());
    let mut marked16 = b"\xff\xfe".to_vec();
    marked16.extend(&utf16);
    for body in [utf16, utf32, marked, marked16, b"\"\xed\xa0\x80\"".to_vec(), b"{\"\xff\":1}".to_vec()] {
        malformed(&town().mm().create(&body));
        town().maisa().create(&body).maisa_error(400, "VALIDATION_ERROR");
    }
}

#[test]
fn what_is_no_utf_8_is_unreadable_as_text_too() {
    let answer = town().mm().create_as(Some("text/plain"), vec![b'"', 0xff]);
    assert!([400, 422].contains(&answer.status), "{}", answer.story());
}

#[test]
fn where_versions_of_the_framework_differ_any_recorded_answer_is_right() {
    let null = town().mm().create("null").expect(422);
    assert!(["missing", "model_attributes_type"].contains(&null.items()[0].0.as_str()), "{}", null.story());
    let untyped = town().mm().create_as(None, "{}").expect(422);
    assert!(["missing", "model_attributes_type"].contains(&untyped.items()[0].0.as_str()), "{}", untyped.story());
    for (body, errors) in [
        (
            r#"{"a":1,}"#,
            [
                ("Illegal trailing comma before end of object", 6),
                ("Expecting property name enclosed in double quotes", 7),
            ],
        ),
        ("[1,]", [("Illegal trailing comma before end of array", 2), ("Expecting value", 3)]),
    ] {
        let answer = town().mm().create(body);
        let item = answer.at("/detail/0");
        let told = (item["ctx"]["error"].as_str().unwrap(), item["loc"][1].as_i64().unwrap());
        assert!(errors.contains(&told), "{}", answer.story());
    }
}
