//! A user is one record (§1).

use serde_json::{Value, json};

use crate::harness::{NOBODY, id, shaped, town};

const MM_KEYS: [&str; 18] = [
    "user_id",
    "email",
    "username",
    "full_name",
    "auth_provider",
    "is_active",
    "is_verified",
    "roles",
    "avatar_url",
    "bio",
    "timezone",
    "locale",
    "preferences",
    "settings",
    "created_at",
    "updated_at",
    "last_login",
    "default_workspace_id",
];
const MAISA_KEYS: [&str; 11] = [
    "id",
    "email",
    "name",
    "role",
    "status",
    "createdAt",
    "department",
    "lastLoginAt",
    "permissions",
    "updatedAt",
    "metadata",
];

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_key_is_always_there_in_the_order_of_the_reference() {
    let place = town().workspace();
    let created = place.user_with("bare", json!({}));
    let user = id(&created);

    assert_eq!(keys(&created), MM_KEYS);
    assert_eq!(keys(&town().mm().get(&user).expect(200).json()), MM_KEYS);
    assert_eq!(keys(&town().mm().list(&[("workspace_id", &place.id)]).expect(200).json()["users"][0]), MM_KEYS);
    assert_eq!(keys(&town().maisa().get(&user).expect(200).at("/data")), MAISA_KEYS);
    let steward = place.steward();
    let list = town().maisa_as(&steward.secret).list(&[]).expect(200).json();
    assert_eq!(keys(&list), ["data", "pagination"]);
    assert_eq!(keys(&list["data"][0]), MAISA_KEYS[..6]);
    assert_eq!(keys(&list["pagination"]), ["total", "limit", "offset", "hasMore"]);
}

#[test]
fn what_nobody_said_is_empty_and_nothing_is_invented() {
    let place = town().workspace();
    let body = place.application("bare");
    let created = town().mm().create(&body).expect(201).json();
    let expected = json!({
        "user_id": created["user_id"], "email": body["email"], "username": body["username"], "full_name": null,
        "auth_provider": "local", "is_active": true, "is_verified": false, "roles": ["user"], "avatar_url": null, "bio": null,
        "timezone": null, "locale": null, "preferences": {}, "settings": {}, "created_at": created["created_at"],
        "updated_at": created["created_at"], "last_login": null, "default_workspace_id": place.id,
    });
    assert_eq!(created, expected);
    let seen = town().maisa().get(&id(&created)).expect(200).at("/data");
    assert_eq!(seen["name"], body["username"]);
    assert_eq!(seen["department"], Value::Null);
    assert_eq!(seen["lastLoginAt"], Value::Null);
    assert_eq!(seen["metadata"], json!({}));
    assert_eq!(seen["status"], "active");
    assert_eq!(seen["permissions"], json!(["users:read", "projects:read", "projects:write"]));
}

#[test]
fn an_id_is_a_uuid_of_version_7_and_any_other_text_is_not_found() {
    let user = town().workspace().user("ada");
    assert!(user.len() == 36 && user.as_bytes()[14] == b'7', "{user}");
    for stranger in
        [NOBODY, "me", "0", "a b", "é", "%00", "..", "'", &user.replace('-', ""), &format!("{user}0"), &"x".repeat(300)]
    {
        if stranger != "me" {
            let answer = town().mm().get(stranger).mm_error(404, "RESOURCE_NOT_FOUND");
            assert_eq!(answer.at("/details"), json!({"resource_type": "user", "resource_id": stranger}));
        }
        town().mm().update(stranger, "{}").mm_error(404, "RESOURCE_NOT_FOUND");
        town().mm().delete(stranger).mm_error(404, "RESOURCE_NOT_FOUND");
        town().maisa().get(stranger).maisa_error(404, "NOT_FOUND");
        town().maisa().update(stranger, "{}").maisa_error(404, "NOT_FOUND");
        town().maisa().delete(stranger).maisa_error(404, "NOT_FOUND");
    }
}

/// Every optional field that MechaMental can say, filled.
fn filled() -> Value {
    json!({
        "full_name": "Ada Lovelace", "avatar_url": "https://example.com/a.png", "bio": "Engines\nand poems", "timezone": "Europe/London",
        "locale": "en-GB", "preferences": {"theme": "dark"}, "settings": {"beta": true},
    })
}

#[test]
fn in_a_put_an_absent_field_stays_and_a_null_clears() {
    let user = id(&town().workspace().user_with("ada", filled()));
    for (field, value) in filled().as_object().unwrap() {
        let before = town().mm().get(&user).expect(200).json();
        assert_eq!(&before[field], value, "{field}");
        let after = town().mm().update(&user, json!({ field: null })).expect(200).json();
        let empty = if matches!(field.as_str(), "preferences" | "settings") { json!({}) } else { Value::Null };
        for key in MM_KEYS.iter().filter(|key| **key != "updated_at") {
            assert_eq!(
                &after[*key],
                if key == field { &empty } else { &before[*key] },
                "{key} after {field} was cleared"
            );
        }
    }
}

#[test]
fn null_for_what_cannot_be_empty_means_not_given() {
    let user = id(&town().workspace().user_with("ada", filled()));
    let before = town().mm().get(&user).expect(200).json();
    let nothing = json!({"email": null, "username": null, "password": null, "roles": null, "is_active": null});
    assert_eq!(town().mm().update(&user, nothing).expect(200).json(), before);
    assert_eq!(
        town().mm().update(&user, json!({"default_workspace_id": before["default_workspace_id"]})).expect(200).json(),
        before
    );
}

#[test]
fn free_objects_are_replaced_as_one_value() {
    let user = id(&town().workspace().user_with("ada", filled()));
    let after = town().mm().update(&user, json!({"preferences": {"lang": "en"}, "settings": {}})).expect(200).json();
    assert_eq!((&after["preferences"], &after["settings"]), (&json!({"lang": "en"}), &json!({})));
    town().maisa().update(&user, json!({"metadata": {"a": 1, "b": 2}})).expect(200);
    let metadata = town().maisa().update(&user, json!({"metadata": {"c": 3}})).expect(200).at("/data/metadata");
    assert_eq!(metadata, json!({"c": 3}));
}

#[test]
fn a_write_that_changes_nothing_leaves_the_time_of_the_last_change() {
    let user = id(&town().workspace().user_with("ada", filled()));
    town().maisa().update(&user, json!({"department": "Engines", "metadata": {"a": 1}})).expect(200);
    let before = town().record(&user);

    town().mm().update(&user, "{}").expect(200);
    town().mm().update(&user, filled()).expect(200);
    town()
        .mm()
        .update(&user, json!({"is_active": true, "roles": ["user"], "email": before["mechamental"]["email"]}))
        .expect(200);
    town().maisa().update(&user, "{}").expect(200);
    let same = json!({"name": "Ada Lovelace", "role": "user", "status": "active", "department": "Engines", "metadata": {"a": 1}});
    town().maisa().update(&user, same).expect(200);
    assert_eq!(town().record(&user), before);

    let changed = town().mm().update(&user, json!({"bio": "else"})).expect(200);
    assert!(changed.str("/updated_at").as_str() > before["mechamental"]["updated_at"].as_str().unwrap());
}

#[test]
fn times_are_utc_to_the_microsecond_in_one_dialect_and_to_the_second_in_the_other() {
    let user = town().workspace().user("ada");
    let record = town().record(&user);
    for (mm, maisa) in [("created_at", "createdAt"), ("updated_at", "updatedAt")] {
        let mm = record["mechamental"][mm].as_str().unwrap();
        let maisa = record["maisa"]["data"][maisa].as_str().unwrap();
        assert!(shaped(mm, "0000-00-00T00:00:00.000000Z") || shaped(mm, "0000-00-00T00:00:00Z"), "{mm}");
        assert!(shaped(maisa, "0000-00-00T00:00:00Z"), "{maisa}");
        assert_eq!(mm[..19], maisa[..19], "the second is cut, not rounded");
    }
}

#[test]
fn control_characters_are_refused_in_names_and_addresses() {
    let place = town().workspace();
    for control in ["\0", "\n", "\t", "\u{1f}", "\u{7f}", "\u{85}"] {
        for field in ["username", "full_name"] {
            let mut body = place.application("ada");
            body[field] = json!(format!("a{control}b"));
            town().mm().create(&body).own_rule(json!(["body", field]));
        }
        let mut body = place.application("ada");
        body["email"] = json!(format!("a{control}b@example.com"));
        town().mm().create(&body).item("value_error", json!(["body", "email"]));
        let named = json!({"email": body["email"], "name": format!("a{control}b"), "role": "user"});
        assert_eq!(town().maisa().create(named).fields(), ["email", "name"]);
    }
}

#[test]
fn the_null_character_is_refused_in_every_stored_text_but_not_in_free_objects() {
    let place = town().workspace();
    let user = place.user("ada");
    for field in ["bio", "timezone", "locale", "avatar_url"] {
        town().mm().update(&user, json!({field: "a\0b"})).own_rule(json!(["body", field]));
    }
    assert_eq!(town().maisa().update(&user, json!({"department": "a\0b"})).fields(), ["department"]);
    let free = json!({"a\0": "b\0", "list": ["\0", "\u{7f}", "\n"]});
    let after = town()
        .mm()
        .update(&user, json!({"preferences": free, "settings": free, "bio": "two\nlines\t"}))
        .expect(200)
        .json();
    assert_eq!((&after["preferences"], &after["settings"]), (&free, &free));
    assert_eq!(town().maisa().update(&user, json!({"metadata": free})).expect(200).at("/data/metadata"), free);
}

#[test]
fn texts_are_measured_in_code_points() {
    let user = town().workspace().user("ada");
    for (field, most) in [("full_name", 255), ("bio", 10_000)] {
        let full = "😀".repeat(most);
        assert_eq!(town().mm().update(&user, json!({ field: full })).expect(200).str(&format!("/{field}")), full);
        let item = town()
            .mm()
            .update(&user, json!({field: format!("{full}x")}))
            .item("string_too_long", json!(["body", field]));
        assert_eq!(item["ctx"], json!({ "max_length": most }));
        assert_eq!(item["msg"], format!("String should have at most {most} characters"));
    }
    let url = |length: usize| format!("https://example.com/{}", "x".repeat(length - 20));
    town().mm().update(&user, json!({"avatar_url": url(2_048)})).expect(200);
    town().mm().update(&user, json!({"avatar_url": url(2_049)})).item("string_too_long", json!(["body", "avatar_url"]));
    let name = |length: usize| {
        crate::harness::fresh("").chars().chain("ö".repeat(300).chars()).take(length).collect::<String>()
    };
    town().mm().update(&user, json!({"username": name(255)})).expect(200);
    town().mm().update(&user, json!({"username": name(256)})).item("string_too_long", json!(["body", "username"]));
    for field in ["name", "department"] {
        town().maisa().update(&user, json!({field: "é".repeat(255)})).expect(200);
        assert_eq!(town().maisa().update(&user, json!({field: "é".repeat(256)})).fields(), [field]);
    }
}

#[test]
fn unknown_fields_change_nothing() {
    let place = town().workspace();
    let more = json!({
        "user_id": NOBODY, "id": NOBODY, "is_verified": true, "is_active": false, "auth_provider": "evil", "permissions": ["users:delete"],
        "created_at": "2000-01-01T00:00:00Z", "last_login": "2000-01-01T00:00:00Z", "tenant": "x", "is_admin": true, "status": "suspended",
    });
    let user = place.user_with("ada", more.clone());
    assert_ne!(user["user_id"], NOBODY);
    let before = town().record(&id(&user));
    assert_eq!(
        (&before["mechamental"]["is_verified"], &before["mechamental"]["auth_provider"]),
        (&json!(false), &json!("local"))
    );
    assert_eq!(
        (&before["mechamental"]["is_active"], &before["maisa"]["data"]["status"]),
        (&json!(true), &json!("active"))
    );

    let mut update = more.clone();
    update.as_object_mut().unwrap().remove("is_active");
    town().mm().update(&id(&user), update).expect(200);
    town()
        .maisa()
        .update(&id(&user), json!({"id": 1, "email": [], "permissions": {}, "createdAt": 5, "roles": ["admin"]}))
        .expect(200);
    assert_eq!(town().record(&id(&user)), before);
}
