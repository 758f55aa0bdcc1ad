//! Rules of our own about what fields may hold, in the framework's form (§1, §2).

use serde_json::{Value, json};

use crate::harness::town;

/// Both create and update refuse this value of this field by a rule of our own, and echo it.
fn refuses(field: &str, value: Value) {
    let place = town().workspace();
    let mut body = place.application("ada");
    body[field] = value.clone();
    assert_eq!(town().mm().create(&body).own_rule(json!(["body", field]))["input"], value);
    let user = place.user("ada");
    assert_eq!(town().mm().update(&user, json!({ field: value })).own_rule(json!(["body", field]))["input"], value);
}

/// An update takes these values, and keeps them as sent.
fn takes(field: &str, values: &[&str]) {
    let user = town().workspace().user("ada");
    for value in values {
        assert_eq!(town().mm().update(&user, json!({ field: value })).expect(200).at(&format!("/{field}")), *value);
    }
}

#[test]
fn a_timezone_is_an_iana_name() {
    takes("timezone", &["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Asia/Kolkata"]);
    for wrong in ["", "Mars/Base", "+02:00", "Europe/Berlin ", "CET/", "Europe", "../etc/passwd"] {
        refuses("timezone", json!(wrong));
    }
}

#[test]
fn a_locale_is_a_language_tag() {
    takes("locale", &["en", "en-GB", "zh-Hant-TW", "sr-Latn-RS", "de-CH-1996", "x-private", "en-US-u-ca-gregory"]);
    for wrong in ["", "en_GB", "e", "english-language-tag", "en-", "-", "en GB", "1", "é"] {
        refuses("locale", json!(wrong));
    }
}

#[test]
fn an_avatar_is_a_web_address() {
    takes("avatar_url", &["https://example.com/a.png?x=1#y", "http://localhost:8080/", "https://münchen.example/ä"]);
    for wrong in [
        "",
        "example.com/a.png",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "data:image/png;base64,x",
        "https://",
        "//example.com",
    ] {
        refuses("avatar_url", json!(wrong));
    }
}

#[test]
fn a_full_name_may_not_be_made_of_nothing_but_may_be_absent() {
    let user = town().workspace().user("ada");
    assert_eq!(town().mm().update(&user, json!({"full_name": null})).expect(200).at("/full_name"), Value::Null);
    assert_eq!(town().mm().update(&user, json!({"full_name": "Zoë 李"})).expect(200).at("/full_name"), "Zoë 李");
}

#[test]
fn one_item_stands_for_each_field() {
    let place = town().workspace();
    let mut body = place.application("ada");
    body["timezone"] = json!("a\0b");
    body["username"] = json!(format!("\0{}", "x".repeat(300)));
    body["locale"] = json!("\0");
    let places: Vec<String> = town().mm().create(&body).items().into_iter().map(|(_, loc)| loc).collect();
    assert_eq!(places, ["username", "timezone", "locale"].map(|field| json!(["body", field]).to_string()));
}

#[test]
fn a_boolean_may_be_said_in_the_frameworks_words() {
    let user = town().workspace().user("ada");
    let active = |value: Value| town().mm().update(&user, json!({ "is_active": value })).expect(200).at("/is_active");
    for no in [json!("false"), json!("F"), json!("0"), json!("No"), json!("n"), json!("OFF"), json!(0), json!(0.0)] {
        assert_eq!(active(no.clone()), false, "{no}");
        assert_eq!(active(json!(true)), true);
    }
    for yes in [json!("true"), json!("T"), json!("1"), json!("yES"), json!("y"), json!("on"), json!(1), json!(1.0)] {
        assert_eq!(active(json!(false)), false);
        assert_eq!(active(yes.clone()), true, "{yes}");
    }
}
