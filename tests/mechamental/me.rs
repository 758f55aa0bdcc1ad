//! `GET /v1/users/me` and `PATCH /v1/users/me/preferences`.

use serde_json::{Value, json};

use crate::harness::town;

#[test]
fn preferences_are_patched_by_merging() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    let patch = |patch: Value| mm.patch_preferences(json!({ "preferences": patch })).expect(200).at("/preferences");

    assert_eq!(
        patch(json!({"a": 1, "b": {"c": 2, "d": 3}, "list": [1, {"x": null}]})),
        json!({"a": 1, "b": {"c": 2, "d": 3}, "list": [1, {"x": null}]})
    );
    assert_eq!(
        patch(json!({"b": {"c": null, "e": 4}, "a": null})),
        json!({"b": {"d": 3, "e": 4}, "list": [1, {"x": null}]})
    );
    assert_eq!(patch(json!({"list": [2], "none": null})), json!({"b": {"d": 3, "e": 4}, "list": [2]}));
    assert_eq!(patch(json!({"b": "text"})), json!({"b": "text", "list": [2]}));
    assert_eq!(patch(json!({"b": {"f": {"g": null, "h": 5}}})), json!({"b": {"f": {"h": 5}}, "list": [2]}));
    assert_eq!(patch(json!({})), json!({"b": {"f": {"h": 5}}, "list": [2]}));
    assert_eq!(patch(json!({"b": null, "list": null})), json!({}));
}

/// The test cases of RFC 7396, Appendix A, that start from an object and patch with one, below one member.
#[test]
fn the_examples_of_the_merge_patch_standard_hold() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    for (original, patch, result) in [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
    ] {
        mm.update(&person.id, format!(r#"{{"preferences":{original}}}"#)).expect(200);
        let answer = mm.patch_preferences(format!(r#"{{"preferences":{patch}}}"#)).expect(200);
        assert_eq!(answer.at("/preferences"), serde_json::from_str::<Value>(result).unwrap(), "{original} + {patch}");
    }
}

#[test]
fn patching_preferences_touches_nothing_else() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    town().maisa().update(&person.id, json!({"department": "D", "metadata": {"m": 1}})).expect(200);
    mm.update(&person.id, json!({"settings": {"s": 1}, "bio": "b"})).expect(200);
    let before = town().record(&person.id);
    let body = json!({"preferences": {"p": 1}, "roles": ["admin"], "bio": "x", "settings": {}, "is_verified": true});
    let answered = mm.patch_preferences(body).expect(200).json();

    let mut after = town().record(&person.id);
    assert_eq!(after["mechamental"], answered, "it answers the user");
    after["mechamental"]["preferences"] = json!({});
    after["mechamental"]["updated_at"] = before["mechamental"]["updated_at"].clone();
    after["maisa"]["data"]["updatedAt"] = before["maisa"]["data"]["updatedAt"].clone();
    assert_eq!(after, before);
}

#[test]
fn a_patch_that_changes_nothing_leaves_the_time_of_the_last_change() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    let before = mm.patch_preferences(json!({"preferences": {"a": {"b": 1}}})).expect(200).json();
    for same in [json!({}), json!({"a": {"b": 1}}), json!({"x": null}), json!({"a": {}})] {
        assert_eq!(mm.patch_preferences(json!({ "preferences": same })).expect(200).json(), before);
    }
}

#[test]
fn only_get_knows_me() {
    town().mm().me().expect(200);
    town().mm().update("me", json!({"bio": "x"})).mm_error(404, "RESOURCE_NOT_FOUND");
    let absent = town().mm().delete("me").mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(absent.at("/details"), json!({"resource_type": "user", "resource_id": "me"}));
    town().maisa().get("me").maisa_error(404, "NOT_FOUND");
}
