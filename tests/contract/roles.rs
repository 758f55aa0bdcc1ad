//! Roles, what they permit, and who may give them (§1).

use serde_json::{Value, json};

use crate::harness::{Town, id, town};

#[test]
fn every_role_permits_what_the_default_settings_say_in_that_order() {
    let place = town().workspace();
    let table = [
        ("admin", json!(["users:read", "users:write", "users:delete", "projects:read", "projects:write"])),
        ("developer", json!(["users:read", "projects:read", "projects:write"])),
        ("operator", json!(["users:read", "projects:read"])),
        ("viewer", json!(["users:read", "projects:read"])),
        ("user", json!(["users:read", "projects:read", "projects:write"])),
    ];
    for (role, permissions) in table {
        let user = id(&place.user_with("ada", json!({"roles": [role]})));
        let seen = town().maisa().get(&user).expect(200).at("/data");
        assert_eq!((&seen["role"], &seen["permissions"]), (&json!(role), &permissions));
    }
    let both = id(&place.user_with("ada", json!({"roles": ["user", "operator"]})));
    let seen = town().maisa().get(&both).expect(200).at("/data");
    assert_eq!(seen["role"], "operator", "the highest-ranked role is shown");
    assert_eq!(seen["permissions"], json!(["users:read", "projects:read", "projects:write"]));
}

#[test]
fn roles_are_ordered_by_rank_and_stand_once() {
    let place = town().workspace();
    let user = place.user_with("ada", json!({"roles": ["user", "viewer", "user", "developer", "viewer"]}));
    assert_eq!(user["roles"], json!(["developer", "viewer", "user"]));
    let after = town().mm().update(&id(&user), json!({"roles": ["viewer", "operator"]})).expect(200);
    assert_eq!(after.at("/roles"), json!(["operator", "viewer"]));
}

#[test]
fn a_role_must_exist_and_one_is_needed() {
    let place = town().workspace();
    let user = place.user("ada");
    for wrong in ["Admin", "root", "", " user", "user\0"] {
        let item = town().mm().update(&user, json!({"roles": ["user", wrong]})).own_rule(json!(["body", "roles", 1]));
        assert_eq!(item["input"], wrong);
        assert_eq!(town().maisa().update(&user, json!({ "role": wrong })).fields(), ["role"]);
    }
    town().mm().update(&user, json!({"roles": []})).own_rule(json!(["body", "roles"]));
    let mut body = place.application("ada");
    body["roles"] = json!([]);
    town().mm().create(&body).own_rule(json!(["body", "roles"]));
}

#[test]
fn maisas_role_replaces_all_roles_unless_it_is_the_one_shown() {
    let place = town().workspace();
    let user = id(&place.user_with("ada", json!({"roles": ["developer", "viewer", "user"]})));
    let roles = || town().mm().get(&user).expect(200).at("/roles");

    town().maisa().update(&user, json!({"role": "developer"})).expect(200);
    assert_eq!(roles(), json!(["developer", "viewer", "user"]));
    assert_eq!(town().maisa().update(&user, json!({"role": "viewer"})).expect(200).at("/data/role"), "viewer");
    assert_eq!(roles(), json!(["viewer"]), "a demotion is a demotion");
    town().maisa().update(&user, json!({"role": "admin"})).expect(200);
    assert_eq!(roles(), json!(["admin"]));
}

#[test]
fn nobody_grants_more_than_they_hold() {
    let place = town().workspace();
    let clerk = place.key_with(&["users:read", "users:write", "projects:read"]);
    let user = id(&place.user_with("ada", json!({"roles": ["viewer"]})));
    let (mm, maisa) = (town().mm_as(&clerk.secret), town().maisa_as(&clerk.secret));
    let before = town().record(&user);

    for role in ["admin", "developer", "user"] {
        mm.update(&user, json!({"roles": ["viewer", role]})).mm_error(403, "FORBIDDEN");
        maisa.update(&user, json!({ "role": role })).maisa_error(403, "FORBIDDEN");
        let mut body = place.application("eve");
        body["roles"] = json!([role]);
        mm.create(&body).mm_error(403, "FORBIDDEN");
        maisa.create(json!({"email": body["email"], "name": "Eve", "role": role})).maisa_error(403, "FORBIDDEN");
    }
    assert_eq!(town().record(&user), before);
    mm.update(&user, json!({"roles": ["operator"]})).expect(200);
    maisa.update(&user, json!({"role": "viewer"})).expect(200);
}

#[test]
fn a_create_without_roles_grants_the_least_role_and_needs_what_it_permits() {
    let place = town().workspace();
    let clerk = place.key_with(&["users:write"]);
    town().mm_as(&clerk.secret).create(place.application("ada")).mm_error(403, "FORBIDDEN");
}

#[test]
fn nobody_changes_their_own_roles_or_status() {
    let place = town().workspace();
    let boss = place.person("admin");
    let (mm, maisa) = (town().mm_as(&boss.key), town().maisa_as(&boss.key));
    let before = town().record(&boss.id);

    mm.update(&boss.id, json!({"roles": ["user"]})).mm_error(403, "FORBIDDEN");
    mm.update(&boss.id, json!({"roles": ["admin", "user"]})).mm_error(403, "FORBIDDEN");
    mm.update(&boss.id, json!({"is_active": false})).mm_error(403, "FORBIDDEN");
    maisa.update(&boss.id, json!({"role": "user"})).maisa_error(403, "FORBIDDEN");
    maisa.update(&boss.id, json!({"status": "suspended"})).maisa_error(403, "FORBIDDEN");
    assert_eq!(town().record(&boss.id), before);

    mm.update(&boss.id, json!({"roles": ["admin"], "is_active": true})).expect(200);
    maisa.update(&boss.id, json!({"role": "admin", "status": "active"})).expect(200);
    assert_eq!(town().record(&boss.id), before);
}

#[test]
fn the_last_active_administrator_stays() {
    let town = Town::new();
    let place = town.workspace();
    let other = place.person("admin");
    let (mm, maisa) = (town.mm_as(&other.key), town.maisa_as(&other.key));
    let steward = town.steward();
    let (mm_steward, maisa_steward) = (town.mm_as(&steward.secret), town.maisa_as(&steward.secret));

    mm_steward.update(&other.id, json!({"is_active": false})).expect(200);
    mm.me().mm_error(401, "AUTHENTICATION_FAILED");
    maisa.get(&other.id).maisa_error(401, "UNAUTHORIZED");
    let before = town.record(&town.root.id);
    let refused = [
        mm_steward.update(&town.root.id, json!({"roles": ["user"]})),
        mm_steward.update(&town.root.id, json!({"is_active": false})),
        mm_steward.delete(&town.root.id),
    ];
    for answer in refused {
        assert_eq!(answer.mm_error(409, "CONFLICT").at("/message"), "The last administrator must stay");
    }
    let refused = [
        maisa_steward.update(&town.root.id, json!({"role": "developer"})),
        maisa_steward.update(&town.root.id, json!({"status": "inactive"})),
        maisa_steward.update(&town.root.id, json!({"status": "suspended"})),
        maisa_steward.delete(&town.root.id),
    ];
    for answer in refused {
        assert_eq!(answer.maisa_error(409, "CONFLICT").header("x-should-retry"), Some("false"));
    }
    assert_eq!(town.record(&town.root.id), before);

    mm_steward.update(&other.id, json!({"is_active": true})).expect(200);
    maisa_steward.delete(&town.root.id).expect(204);
    mm_steward.delete(&other.id).mm_error(409, "CONFLICT");
}

#[test]
fn the_settings_say_which_roles_there_are_and_what_they_permit() {
    let mut house = crate::harness::House::empty();
    let file = house.write_file(
        "roles.toml",
        r#"
            [[roles]]
            name = "chief"
            permissions = ["users:read", "users:write", "users:delete", "boats:sink", "boats:sail"]
            [[roles]]
            name = "Sailor"
            permissions = ["boats:sail", "users:read"]
        "#,
    );
    house.file(&file);
    let town = Town::in_house(house);
    assert_eq!(town.mm().me().expect(200).at("/roles"), json!(["chief"]));
    let sailor = town.workspace().user_with("ada", json!({}));
    assert_eq!(sailor["roles"], json!(["Sailor"]), "the least role is what a user gets who is given none");
    let seen = town.maisa().get(&id(&sailor)).expect(200).at("/data");
    assert_eq!((&seen["role"], &seen["permissions"]), (&json!("Sailor"), &json!(["boats:sail", "users:read"])));
    assert_eq!(town.maisa().list(&[("role", "admin")]).fields(), ["role"]);
    let listed = town.maisa().list(&[("role", "Sailor")]).expect(200).at("/pagination/total");
    assert_eq!(listed, Value::from(1));
}
