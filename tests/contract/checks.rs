//! The order of checks: malformed body → 401 → other validation → 403 → 404 → conflict (§2).

use serde_json::json;

use crate::harness::{Maisa, Mm, NOBODY, id, town};

#[test]
fn a_malformed_body_is_told_even_to_strangers() {
    let (mm, maisa) = (Mm::anonymous(&town().server.http), Maisa::anonymous(&town().server.http));
    assert_eq!(mm.create("{").items()[0].0, "json_invalid");
    assert_eq!(mm.update(NOBODY, "{\"a\":1,\"a\":2}").items()[0].0, "json_invalid");
    assert_eq!(mm.patch_preferences("[").items()[0].0, "json_invalid");
    mm.create(vec![b'"', 0xff, b'"']).expect(400);
    maisa.create("{").maisa_error(400, "VALIDATION_ERROR");
    maisa.update(NOBODY, "{\"a\":1,\"a\":2}").maisa_error(400, "VALIDATION_ERROR");
}

#[test]
fn who_one_is_comes_before_what_one_says() {
    let (mm, maisa) = (Mm::anonymous(&town().server.http), Maisa::anonymous(&town().server.http));
    for answer in [
        mm.create("{}"),
        mm.create("[]"),
        mm.list(&[]),
        mm.list(&[("limit", "x")]),
        mm.update("me", "{\"email\":1}"),
        mm.patch_preferences("{}"),
        mm.me(),
        mm.delete("x"),
    ] {
        answer.mm_error(401, "AUTHENTICATION_FAILED");
    }
    for answer in [
        maisa.create("{}"),
        maisa.create("[]"),
        maisa.list(&[("limit", "x")]),
        maisa.update("x", "{\"name\":1}"),
        maisa.delete("x"),
    ] {
        answer.maisa_error(401, "UNAUTHORIZED");
    }
}

#[test]
fn what_one_says_comes_before_what_one_may() {
    let place = town().workspace();
    let nothing = place.key_with(&["projects:read"]).secret;
    let (mm, maisa) = (town().mm_as(&nothing), town().maisa_as(&nothing));
    mm.create("{}").expect(422);
    mm.list(&[]).item("missing", json!(["query", "workspace_id"]));
    mm.list(&[("workspace_id", &place.id), ("cursor", "x")]).own_rule(json!(["query", "cursor"]));
    mm.update(NOBODY, json!({"timezone": "Mars/Base"})).own_rule(json!(["body", "timezone"]));
    mm.update(NOBODY, json!({"roles": ["nobody"]})).own_rule(json!(["body", "roles", 0]));
    mm.update(NOBODY, json!({"email": "x"})).expect(422);
    assert_eq!(maisa.create("{}").fields(), ["email", "name", "role"]);
    assert_eq!(maisa.list(&[("limit", "0")]).fields(), ["limit"]);
    assert_eq!(maisa.update(NOBODY, json!({"role": "nobody"})).fields(), ["role"]);
}

#[test]
fn what_one_may_comes_before_what_is_there_and_that_before_conflicts() {
    let place = town().workspace();
    let taken = place.user_with("ada", json!({}));
    let reader = place.key_with(&["users:read"]).secret;
    town().mm_as(&reader).update(NOBODY, json!({"email": taken["email"]})).mm_error(403, "FORBIDDEN");
    town().mm_as(&reader).list(&[("workspace_id", NOBODY)]).mm_error(404, "RESOURCE_NOT_FOUND");
    town()
        .mm_as(&reader)
        .create(json!({"email": taken["email"], "username": "x", "password": "correct horse"}))
        .mm_error(403, "FORBIDDEN");
    town()
        .maisa_as(&reader)
        .create(json!({"email": taken["email"], "name": "x", "role": "user"}))
        .maisa_error(403, "FORBIDDEN");
    town().mm().update(NOBODY, json!({"email": taken["email"]})).mm_error(404, "RESOURCE_NOT_FOUND");

    let mut body = place.application("eve");
    body["email"] = taken["email"].clone();
    body["default_workspace_id"] = json!(NOBODY);
    town().mm().create(&body).mm_error(404, "RESOURCE_NOT_FOUND");
    let other = place.user("eve");
    town().mm().update(&other, json!({"email": taken["email"]})).mm_error(409, "CONFLICT");
    let both = json!({"email": taken["email"], "username": taken["username"]});
    let conflict = town().mm().update(&other, both).mm_error(409, "CONFLICT");
    assert!(["email", "username"].contains(&conflict.str("/details/field").as_str()));
    assert_eq!(town().mm().get(&id(&taken)).expect(200).json(), taken);
}

#[test]
fn every_failing_field_is_told_at_once_in_the_order_of_the_contract() {
    let body = json!({
        "default_workspace_id": 1, "roles": ["user", "nobody", 3], "settings": [], "preferences": "x", "locale": "!", "timezone": "Mars/Base",
        "bio": 1, "avatar_url": "ftp://example.com", "full_name": "a\nb", "password": "short", "username": "", "email": "x",
    });
    let places: Vec<String> = town().mm().create(&body).items().into_iter().map(|(_, loc)| loc).collect();
    let named = |field: &str| json!(["body", field]).to_string();
    let mut expected: Vec<String> = [
        "email",
        "username",
        "password",
        "full_name",
        "avatar_url",
        "bio",
        "timezone",
        "locale",
        "preferences",
        "settings",
    ]
    .map(named)
    .into();
    expected.push(json!(["body", "roles", 2]).to_string());
    expected.push(named("default_workspace_id"));
    let without_unknown_role: Vec<String> =
        places.iter().filter(|loc| *loc != r#"["body","roles",1]"#).cloned().collect();
    assert_eq!(without_unknown_role, expected);

    let fields = town().maisa().create(json!({
        "metadata": [], "sendActivationEmail": "yes", "department": 5, "role": "nobody", "name": "", "email": "x",
    }));
    let mut fields = fields.fields();
    fields.sort();
    assert_eq!(fields, ["department", "email", "metadata", "name", "role", "sendActivationEmail"]);
}
