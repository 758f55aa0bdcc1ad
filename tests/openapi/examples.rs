//! Every example is one of what it is an example of, and the references' samples are among them.

use serde_json::Value;

use crate::golden::sample;
use crate::harness::document::Document;

use super::{DIALECTS, kept};

/// Checks every example of a document against the schema beside it.
pub fn check(root: &Value) {
    let document = Document::new(root.clone());
    let mut count = 0;
    visit(root, &mut |media| {
        let named = media["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        for example in media.get("example").into_iter().chain(named) {
            let validator = document.validator(&media["schema"], true);
            let faults: Vec<String> = validator.iter_errors(example).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{example}\n{faults:?}");
            count += 1;
        }
    });
    assert!(count > 15, "only {count} examples were found");
}

/// Visits everything that has a schema and examples of it.
fn visit(value: &Value, look: &mut impl FnMut(&Value)) {
    if value.get("schema").is_some() {
        look(value);
    }
    match value {
        Value::Object(members) => members.values().for_each(|value| visit(value, look)),
        Value::Array(items) => items.iter().for_each(|value| visit(value, look)),
        _ => {}
    }
}

#[test]
fn examples_are_what_their_schemas_say() {
    DIALECTS.map(kept).iter().for_each(check);
}

/// Requires that the reference's sample of this name is the example at these places, or the first of several, in the order of its members
/// as well.
fn is_example(dialect: &str, name: &str, places: &[&str]) {
    let address = if dialect == "maisa" { "john@example.com" } else { "user@example.com" };
    // The reference hides addresses.
    let sample = sample(dialect, name).to_string().replace("[email protected]", address);
    let kept = kept(dialect);
    for place in places {
        let pointer = format!("{place}/content/application~1json");
        let content = kept.pointer(&pointer).unwrap_or_else(|| panic!("{dialect} has nothing at {pointer}"));
        let first = || content["examples"].as_object()?.values().next()?.get("value");
        let example = content.get("example").or_else(first);
        let example = example.unwrap_or_else(|| panic!("{dialect} has no example at {pointer}"));
        assert_eq!(example.to_string(), sample, "{dialect} {pointer}");
    }
}

#[test]
fn the_samples_of_mechamental_are_examples() {
    let users = [
        "/paths/~1v1~1users/post/responses/201",
        "/paths/~1v1~1users~1me/get/responses/200",
        "/paths/~1v1~1users~1{user_id}/get/responses/200",
        "/paths/~1v1~1users~1{user_id}/put/responses/200",
        "/paths/~1v1~1users~1me~1preferences/patch/responses/200",
    ];
    for (name, places) in [
        ("list", &["/paths/~1v1~1users/get/responses/200"] as &[_]),
        ("user", &users),
        ("create_request", &["/paths/~1v1~1users/post/requestBody"]),
        ("update_request", &["/paths/~1v1~1users~1{user_id}/put/requestBody"]),
        ("preferences_request", &["/paths/~1v1~1users~1me~1preferences/patch/requestBody"]),
        ("unauthenticated", &["/components/responses/AuthenticationFailed"]),
        ("forbidden", &["/components/responses/Forbidden"]),
        ("internal", &["/components/responses/InternalServerError"]),
    ] {
        is_example("mechamental", name, places);
    }
    // The reference's "example" is no kind of resource.
    let mut not_found = sample("mechamental", "not_found");
    not_found["details"]["resource_type"] = "user".into();
    let responses = &kept("mechamental")["components"]["responses"];
    assert_eq!(responses["ResourceNotFound"]["content"]["application/json"]["example"], not_found);
    // Of a fault the reference shows the members alone.
    let fault = &responses["ValidationError"]["content"]["application/json"]["example"]["detail"][0];
    for member in sample("mechamental", "invalid")["detail"][0].as_object().unwrap().keys() {
        assert!(fault.get(member).is_some(), "{member}");
    }
}

#[test]
fn the_samples_of_maisa_are_examples() {
    let users = [
        "/paths/~1v1~1users/post/responses/201",
        "/paths/~1v1~1users~1{userId}/get/responses/200",
        "/paths/~1v1~1users~1{userId}/put/responses/200",
    ];
    for (name, places) in [
        ("list", &["/paths/~1v1~1users/get/responses/200"] as &[_]),
        ("user", &users),
        ("create_request", &["/paths/~1v1~1users/post/requestBody"]),
        ("update_request", &["/paths/~1v1~1users~1{userId}/put/requestBody"]),
    ] {
        is_example("maisa", name, places);
    }
}
