//! Creating, changing and deleting users (§1, §2).

use serde_json::{Value, json};

use crate::harness::{Maisa, NOBODY, fresh, town};

/// A client for a workspace of its own.
fn door() -> Maisa<'static> {
    let key = town().workspace().steward().secret;
    town().maisa_as(&key)
}

fn newcomer(more: Value) -> Value {
    let mut body = json!({"email": format!("{}@example.com", fresh("new")), "name": "New Comer", "role": "user"});
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

#[test]
fn a_new_user_waits_for_activation_unless_told_not_to() {
    let maisa = door();
    for (more, status) in [
        (json!({}), "pending"),
        (json!({"sendActivationEmail": true}), "pending"),
        (json!({"sendActivationEmail": null}), "pending"),
        (json!({"sendActivationEmail": false}), "active"),
    ] {
        let created = maisa.create(newcomer(more.clone())).expect(201);
        assert_eq!(created.at("/data/status"), status, "{more}");
        assert_eq!(maisa.get(&created.str("/data/id")).expect(200).json(), created.json());
    }
}

#[test]
fn a_new_user_has_what_was_said_and_nothing_else() {
    let maisa = door();
    let body = newcomer(
        json!({"role": "viewer", "department": "Engineering", "metadata": {"theme": "dark"}, "sendActivationEmail": false}),
    );
    let created = maisa.create(&body).expect(201).json();
    let data = &created["data"];
    let expected = json!({"data": {
        "id": data["id"], "email": body["email"], "name": "New Comer", "role": "viewer", "status": "active", "createdAt": data["createdAt"],
        "department": "Engineering", "lastLoginAt": null, "permissions": ["users:read", "projects:read"], "updatedAt": data["createdAt"],
        "metadata": {"theme": "dark"},
    }});
    assert_eq!(created.to_string(), expected.to_string());
    assert_eq!(town().mm().get(data["id"].as_str().unwrap()).expect(200).at("/full_name"), "New Comer");
}

#[test]
fn an_absent_field_stays_in_a_put() {
    let maisa = door();
    let body = newcomer(json!({"department": "Engines", "metadata": {"a": 1}, "sendActivationEmail": false}));
    let created = maisa.create(&body).expect(201).json();
    let user = created["data"]["id"].as_str().unwrap();
    for (field, value) in [
        ("name", json!("Else")),
        ("role", json!("viewer")),
        ("department", json!("Other")),
        ("status", json!("inactive")),
        ("metadata", json!({"b": 2})),
    ] {
        let before = maisa.get(user).expect(200).at("/data");
        let after = maisa.update(user, json!({ field: value })).expect(200).at("/data");
        for (key, kept) in before.as_object().unwrap() {
            let expected = if key == field { &value } else { kept };
            assert!(
                &after[key] == expected || matches!(key.as_str(), "updatedAt" | "permissions"),
                "{key} after {field}: {after}"
            );
        }
    }
}

#[test]
fn an_empty_department_is_null() {
    let maisa = door();
    let created = maisa.create(newcomer(json!({"department": null}))).expect(201);
    assert_eq!(created.at("/data/department"), Value::Null);
    let user = created.str("/data/id");
    maisa.update(&user, json!({"department": "Engines"})).expect(200);
    assert_eq!(maisa.update(&user, json!({"department": null})).expect(200).at("/data/department"), Value::Null);
}

#[test]
fn a_status_is_one_of_three_and_pending_only_where_it_is() {
    let maisa = door();
    let user = maisa.create(newcomer(json!({}))).expect(201).str("/data/id");
    let set = |status: &str| maisa.update(&user, json!({ "status": status }));
    assert_eq!(set("pending").expect(200).at("/data/status"), "pending");
    for status in ["active", "inactive", "suspended", "active", "suspended", "inactive"] {
        assert_eq!(set(status).expect(200).at("/data/status"), status);
        assert_eq!(set("pending").fields(), ["status"]);
    }
    for wrong in ["", "Active", "deleted", "active "] {
        assert_eq!(set(wrong).fields(), ["status"]);
    }
}

#[test]
fn a_taken_address_is_a_conflict_that_need_not_be_tried_again() {
    let maisa = door();
    let body = newcomer(json!({}));
    maisa.create(&body).expect(201);
    for _ in 0..3 {
        let conflict = maisa.create(&body).maisa_error(409, "CONFLICT");
        assert_eq!(conflict.header("x-should-retry"), Some("false"));
    }
    assert_eq!(maisa.list(&[]).expect(200).at("/pagination/total"), 1, "a conflict leaves nothing behind");
}

#[test]
fn delete_leaves_nothing() {
    let maisa = door();
    let user = maisa.create(newcomer(json!({}))).expect(201).str("/data/id");
    maisa.delete(&user).expect(204);
    for answer in [maisa.get(&user), maisa.delete(&user), maisa.update(&user, "{}"), maisa.get(NOBODY)] {
        answer.maisa_error(404, "NOT_FOUND");
    }
    town().mm().get(&user).mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(maisa.list(&[]).expect(200).at("/pagination/total"), 0);
}
