//! Whatever a user is, it goes MechaMental → core → Maisa → core → MechaMental and comes out the same.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::harness::{fresh, id, town};

/// Text without control characters, from all over Unicode.
fn text(most: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => proptest::char::range(' ', '~'),
        1 => proptest::sample::select(vec!['é', 'ß', 'ı', 'İ', 'Σ', '😀', '李', '\u{301}', '"', '\\', '/', '%', '_', '<']),
    ];
    proptest::collection::vec(character, 1..=most).prop_map(|characters| characters.into_iter().collect())
}

fn number() -> impl Strategy<Value = Value> {
    let literal = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("a number", |n| n.is_finite()).prop_map(|n| format!("{n:?}")),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
    ];
    literal.prop_map(|literal| serde_json::from_str(&literal).unwrap())
}

fn free_object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number(),
        any::<String>().prop_map(Value::String)
    ];
    let value = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    });
    proptest::collection::vec((any::<String>(), value), 0..5).prop_map(|members| Value::Object(Map::from_iter(members)))
}

/// What MechaMental can say, but for what must be unique.
fn profile() -> impl Strategy<Value = Value> {
    let optional = |strategy: BoxedStrategy<Value>| prop_oneof![Just(Value::Null), strategy];
    let words =
        |words: &[&str]| proptest::sample::select(words.iter().map(|word| json!(word)).collect::<Vec<_>>()).boxed();
    let roles = proptest::collection::vec(
        proptest::sample::select(vec!["admin", "developer", "operator", "viewer", "user"]),
        1..4,
    );
    (
        optional(text(40).prop_map(Value::String).boxed()),
        optional(words(&["https://example.com/a", "http://localhost/%C3%A9?x=1"])),
        optional(text(200).prop_map(Value::String).boxed()),
        optional(words(&["Europe/Berlin", "UTC", "Asia/Kolkata"])),
        optional(words(&["en", "de-CH", "zh-Hant-TW"])),
        free_object(),
        free_object(),
        roles,
    )
        .prop_map(|(full_name, avatar_url, bio, timezone, locale, preferences, settings, roles)| {
            json!({
                "full_name": full_name, "avatar_url": avatar_url, "bio": bio, "timezone": timezone, "locale": locale,
                "preferences": preferences, "settings": settings, "roles": roles,
            })
        })
}

/// What Maisa can say beyond that.
fn extras() -> impl Strategy<Value = (Value, Value, &'static str)> {
    let department = prop_oneof![Just(Value::Null), text(40).prop_map(Value::String)];
    (department, free_object(), proptest::sample::select(vec!["active", "inactive", "suspended"]))
}

fn without_times(mut record: Value) -> String {
    record["mechamental"]["updated_at"] = Value::Null;
    record["maisa"]["data"]["updatedAt"] = Value::Null;
    record.to_string()
}

#[test]
fn a_round_trip_through_both_dialects_loses_nothing() {
    let place = town().workspace();
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let trip = |(profile, (department, metadata, status)): (Value, (Value, Value, &str))| {
        let mut body = place.application("trip");
        for (field, value) in profile.as_object().unwrap() {
            body[field] = value.clone();
        }
        body["username"] = json!(format!("{}\u{e9}", fresh("Trip")));
        let created = town().mm().create(&body).expect(201).json();
        let user = id(&created);
        for field in
            ["full_name", "avatar_url", "bio", "timezone", "locale", "preferences", "settings", "email", "username"]
        {
            assert_eq!(created[field].to_string(), body[field].to_string(), "{field} as sent");
        }

        let extra = json!({"department": department, "metadata": metadata, "status": status});
        let changed = town().maisa().update(&user, &extra).expect(200).at("/data");
        for field in ["department", "metadata", "status"] {
            assert_eq!(changed[field].to_string(), extra[field].to_string(), "{field} as sent");
        }
        let before = town().record(&user);
        assert_eq!(before["mechamental"]["is_active"], status == "active");

        town().maisa().update(&user, &before["maisa"]["data"]).expect(200);
        town().mm().update(&user, &before["mechamental"]).expect(200);
        assert_eq!(town().record(&user).to_string(), before.to_string(), "reading and writing back changes nothing");

        town().maisa().update(&user, json!({"department": "else", "metadata": {}})).expect(200);
        town().maisa().update(&user, &extra).expect(200);
        town()
            .mm()
            .update(&user, json!({"preferences": {}, "settings": {"x": 1}, "bio": "else", "full_name": "Else"}))
            .expect(200);
        town().mm().update(&user, &before["mechamental"]).expect(200);
        assert_eq!(without_times(town().record(&user)), without_times(before), "there and back again");
        town().mm().delete(&user).expect(204);
        Ok(())
    };
    runner.run(&(profile(), extras()), trip).unwrap();
}
