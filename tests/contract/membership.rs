//! Workspaces: where a new user belongs, who is seen from where (§3).

use serde_json::{Value, json};

use crate::harness::{NOBODY, Workspace, id, town};

fn lists(place: &Workspace, user: &str) -> bool {
    town().mm().walk(&place.id, 200).iter().any(|seen| seen["user_id"] == user)
}

#[test]
fn a_new_user_joins_the_workspace_that_is_named() {
    let (here, there) = (town().workspace(), town().workspace());
    let user = here.user("ada");
    assert!(lists(&here, &user) && !lists(&there, &user));

    let mut body = there.application("eve");
    let refused = town().mm_as(&here.steward().secret).create(&body).mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(refused.at("/details"), json!({"resource_type": "workspace", "resource_id": there.id}));
    body["default_workspace_id"] = json!(NOBODY);
    town().mm().create(&body).mm_error(404, "RESOURCE_NOT_FOUND");
}

#[test]
fn or_else_the_workspace_of_the_key_or_else_its_owners_default() {
    let (one, two) = (town().workspace(), town().workspace());
    let nameless = |place: &Workspace| {
        let mut body = place.application("ada");
        body.as_object_mut().unwrap().remove("default_workspace_id");
        body
    };
    let boss = one.person("admin");
    two.add(&boss.id);
    let keys =
        [(two.key(&["--user", &boss.id]), &two), (town().key(&["--user", &boss.id]), &one), (two.steward(), &two)];
    for (key, place) in keys {
        let user = town().mm_as(&key.secret).create(nameless(&one)).expect(201).json();
        assert_eq!(user["default_workspace_id"], place.id);
        assert!(lists(place, &id(&user)));
        let body = json!({"email": nameless(&one)["email"], "name": "Ada", "role": "user"});
        let user = town().maisa_as(&key.secret).create(body).expect(201).str("/data/id");
        assert_eq!(town().mm().get(&user).expect(200).at("/default_workspace_id"), place.id);
        assert!(lists(place, &user));
    }
}

#[test]
fn or_else_there_is_none_and_the_request_lacks_it() {
    let permissions = ["users:read", "users:write", "projects:read", "projects:write"];
    let arguments: Vec<&str> = permissions.iter().flat_map(|permission| ["--permission", permission]).collect();
    let key = town().key(&[&["--workspace", "*"], &arguments[..]].concat());
    let mut body = town().workspace().application("ada");
    body.as_object_mut().unwrap().remove("default_workspace_id");
    let item = town().mm_as(&key.secret).create(&body).item("missing", json!(["body", "default_workspace_id"]));
    body["password"] = json!("**********");
    assert_eq!((&item["msg"], &item["input"]), (&json!("Field required"), &body));
    let refused = town().maisa_as(&key.secret).create(json!({"email": body["email"], "name": "Ada", "role": "user"}));
    refused.maisa_error(400, "VALIDATION_ERROR");
}

#[test]
fn a_put_of_a_default_workspace_makes_a_member() {
    let (one, two, three) = (town().workspace(), town().workspace(), town().workspace());
    let user = one.user("ada");
    let after = town().mm().update(&user, json!({"default_workspace_id": two.id})).expect(200);
    assert_eq!(after.at("/default_workspace_id"), two.id);
    assert!(lists(&one, &user) && lists(&two, &user));

    let key = one.steward().secret;
    let refused =
        town().mm_as(&key).update(&user, json!({"default_workspace_id": three.id})).mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(refused.at("/details"), json!({"resource_type": "workspace", "resource_id": three.id}));
    assert!(!lists(&three, &user));
    town().mm_as(&key).update(&user, json!({"default_workspace_id": one.id})).expect(200);

    let cleared = town().mm().update(&user, json!({"default_workspace_id": null})).expect(200);
    assert_eq!(cleared.at("/default_workspace_id"), Value::Null);
    assert!(lists(&one, &user) && lists(&two, &user), "the membership stays");
}

#[test]
fn get_user_may_name_the_workspace_in_which_it_looks() {
    let (here, there) = (town().workspace(), town().workspace());
    let (user, other) = (here.user("ada"), there.user("eve"));
    town().mm().get_in(&user, &here.id).expect(200);
    town().mm().get_in(&user, "").expect(200);
    let absent = town().mm().get_in(&user, &there.id).mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(absent.at("/details"), json!({"resource_type": "user", "resource_id": user}));
    let key = here.steward().secret;
    for workspace in [there.id.as_str(), NOBODY, "x"] {
        let absent = town().mm_as(&key).get_in(&other, workspace).mm_error(404, "RESOURCE_NOT_FOUND");
        assert_eq!(absent.at("/details"), json!({"resource_type": "workspace", "resource_id": workspace}));
    }
}

#[test]
fn whoever_is_taken_out_of_their_default_workspace_has_none() {
    let (one, two) = (town().workspace(), town().workspace());
    let user = one.user("ada");
    two.add(&user);
    town().cli(&["member", "remove", &one.id, &user]).done();
    assert_eq!(town().mm().get(&user).expect(200).at("/default_workspace_id"), Value::Null);
    assert!(!lists(&one, &user) && lists(&two, &user));
}

#[test]
fn a_user_without_a_workspace_is_seen_by_installation_keys_and_by_itself_only() {
    let place = town().workspace();
    let person = place.person("user");
    let own = town().key(&["--user", &person.id]);
    let steward = place.steward().secret;
    town().cli(&["member", "remove", &place.id, &person.id]).done();

    town().mm_as(&steward).get(&person.id).mm_error(404, "RESOURCE_NOT_FOUND");
    town().maisa_as(&steward).get(&person.id).maisa_error(404, "NOT_FOUND");
    town().mm_as(&own.secret).me().expect(200);
    town().maisa_as(&own.secret).get(&person.id).expect(200);
    town().mm().get(&person.id).expect(200);
    assert!(town().maisa().walk(100).iter().any(|user| user["id"] == person.id));
}
