//! Who may do what to whom: decided once, told alike by both doors (§2 order of checks, §3).

use serde_json::json;

use crate::harness::{Answer, NOBODY, Workspace, id, town};

const ALL: [&str; 5] = ["users:read", "users:write", "users:delete", "projects:read", "projects:write"];

/// A key of this workspace with everything but one permission.
fn all_but(place: &Workspace, missing: &str) -> String {
    let rest: Vec<&str> = ALL.into_iter().filter(|permission| *permission != missing).collect();
    place.key_with(&rest).secret
}

#[track_caller]
fn forbidden(answer: Answer, permission: &str) {
    let answer = answer.mm_error(403, "FORBIDDEN");
    assert_eq!(answer.at("/message"), "You don't have permission to perform this action");
    assert_eq!(answer.at("/details"), json!({"required_permission": permission}), "{}", answer.story());
}

#[test]
fn each_operation_needs_its_permission_whether_the_user_exists_or_not() {
    let (here, elsewhere) = (town().workspace(), town().workspace());
    let ids = [here.user("ada"), elsewhere.user("eve"), NOBODY.to_owned(), "no uuid".to_owned()];
    let key = all_but(&here, "users:read");
    forbidden(town().mm_as(&key).list(&[("workspace_id", &here.id)]), "users:read");
    town().maisa_as(&key).list(&[]).maisa_error(403, "FORBIDDEN");
    for user in &ids {
        forbidden(town().mm_as(&key).get(user), "users:read");
        town().maisa_as(&key).get(user).maisa_error(403, "FORBIDDEN");
    }
    let key = all_but(&here, "users:write");
    let body = here.application("bob");
    forbidden(town().mm_as(&key).create(&body), "users:write");
    let body = json!({"email": body["email"], "name": "Bob", "role": "user"});
    town().maisa_as(&key).create(body).maisa_error(403, "FORBIDDEN");
    for user in &ids {
        forbidden(town().mm_as(&key).update(user, json!({"bio": "x"})), "users:write");
        town().maisa_as(&key).update(user, json!({"name": "x"})).maisa_error(403, "FORBIDDEN");
    }
    let key = all_but(&here, "users:delete");
    for user in &ids {
        forbidden(town().mm_as(&key).delete(user), "users:delete");
        town().maisa_as(&key).delete(user).maisa_error(403, "FORBIDDEN");
    }
}

/// An answer without what differs from one request to the next.
fn timeless(answer: &Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    let mut body = answer.text().replace(id, "<id>");
    if answer.header("content-type").is_some() && body.contains("timestamp") {
        body = body.replace(&answer.str("/timestamp"), "<time>");
    }
    let changes = |name: &str| ["date", "x-request-id"].contains(&name.to_lowercase().as_str());
    let mut headers: Vec<_> = answer.headers.iter().filter(|(name, _)| !changes(name)).cloned().collect();
    // Their order means nothing.
    headers.sort();
    (answer.status, headers, body)
}

#[test]
fn somebody_elses_tenant_looks_exactly_like_nothing_there() {
    let (here, elsewhere) = (town().workspace(), town().workspace());
    let key = here.steward().secret;
    let foreign = elsewhere.user("eve");
    let before = town().record(&foreign);
    let (mm, maisa) = (town().mm_as(&key), town().maisa_as(&key));
    let taken = before["mechamental"]["email"].clone();

    let mm_asks: [&dyn Fn(&str) -> Answer; 5] = [
        &|user| mm.get(user),
        &|user| mm.get_in(user, &here.id),
        &|user| mm.update(user, json!({"bio": "stolen"})),
        &|user| mm.update(user, json!({"email": taken, "roles": ["admin"], "is_active": false})),
        &|user| mm.delete(user),
    ];
    for ask in mm_asks {
        let (foreign, absent) = (timeless(&ask(&foreign), &foreign), timeless(&ask(NOBODY), NOBODY));
        assert_eq!((foreign.0, &foreign), (404, &absent));
    }
    let maisa_asks: [&dyn Fn(&str) -> Answer; 3] = [
        &|user| maisa.get(user),
        &|user| maisa.update(user, json!({"name": "stolen", "role": "admin", "status": "inactive"})),
        &|user| maisa.delete(user),
    ];
    for ask in maisa_asks {
        let (foreign, absent) = (timeless(&ask(&foreign), &foreign), timeless(&ask(NOBODY), NOBODY));
        assert_eq!((foreign.0, &foreign), (404, &absent));
    }
    let lists = [mm.list(&[("workspace_id", &elsewhere.id)]), mm.list(&[("workspace_id", NOBODY)])];
    assert_eq!(timeless(&lists[0], &elsewhere.id), timeless(&lists[1], NOBODY));
    assert_eq!(lists[0].at("/details"), json!({"resource_type": "workspace", "resource_id": elsewhere.id}));
    assert_eq!(town().record(&foreign), before);
}

#[test]
fn everyone_may_read_themself_and_nobody_else_without_the_permission() {
    let place = town().workspace();
    let person = place.person("user");
    let key = place.key(&["--user", &person.id, "--permission", "projects:read"]).secret;
    town().mm_as(&key).me().expect(200);
    town().mm_as(&key).get(&person.id).expect(200);
    town().maisa_as(&key).get(&person.id).expect(200);
    forbidden(town().mm_as(&key).get(NOBODY), "users:read");
    forbidden(town().mm_as(&key).list(&[("workspace_id", &place.id)]), "users:read");
}

#[test]
fn everyone_may_update_themself_with_a_key_that_covers_what_they_are() {
    let place = town().workspace();
    let person = place.person("user");
    let (mm, maisa) = (town().mm_as(&person.key), town().maisa_as(&person.key));
    let new = crate::harness::fresh("renamed");
    mm.update(&person.id, json!({"bio": "me", "timezone": "Europe/Paris", "password": "another horse"})).expect(200);
    mm.update(&person.id, json!({"email": format!("{new}@example.com"), "username": new})).expect(200);
    mm.patch_preferences(json!({"preferences": {"a": 1}})).expect(200);
    maisa.update(&person.id, json!({"name": "Me", "department": "Mine", "metadata": {"b": 2}})).expect(200);

    let other = place.user("other");
    forbidden(mm.update(&other, json!({"bio": "x"})), "users:write");
    forbidden(mm.delete(&person.id), "users:delete");
    maisa.delete(&person.id).maisa_error(403, "FORBIDDEN");
    mm.update(&person.id, json!({"roles": ["viewer"]})).mm_error(403, "FORBIDDEN");
    mm.update(&person.id, json!({"is_active": false})).mm_error(403, "FORBIDDEN");

    let weak = place.key(&["--user", &person.id, "--permission", "users:read"]).secret;
    town().mm_as(&weak).update(&person.id, json!({"bio": "x"})).mm_error(403, "FORBIDDEN");
    town().maisa_as(&weak).update(&person.id, json!({"name": "x"})).maisa_error(403, "FORBIDDEN");
    let seen = mm.me().expect(200);
    assert_eq!((seen.at("/bio"), seen.at("/full_name")), (json!("me"), json!("Me")));
}

#[test]
fn deleting_oneself_needs_the_permission_like_deleting_anybody() {
    let place = town().workspace();
    let boss = place.person("admin");
    town().maisa_as(&boss.key).delete(&boss.id).expect(204);
    town().mm_as(&boss.key).me().mm_error(401, "AUTHENTICATION_FAILED");
    town().mm().get(&boss.id).mm_error(404, "RESOURCE_NOT_FOUND");
}

#[test]
fn what_touches_all_of_a_user_needs_reach_over_all_their_workspaces() {
    let (one, two) = (town().workspace(), town().workspace());
    let user = one.user("ada");
    two.add(&user);
    let key = one.steward().secret;
    let (mm, maisa) = (town().mm_as(&key), town().maisa_as(&key));
    let before = town().record(&user);

    for change in [
        json!({"email": format!("{}@example.com", crate::harness::fresh("x"))}),
        json!({"username": crate::harness::fresh("x")}),
        json!({"password": "another horse"}),
        json!({"is_active": false}),
        json!({"roles": ["viewer"]}),
    ] {
        mm.update(&user, change).mm_error(403, "FORBIDDEN");
    }
    maisa.update(&user, json!({"status": "suspended"})).maisa_error(403, "FORBIDDEN");
    maisa.update(&user, json!({"role": "viewer"})).maisa_error(403, "FORBIDDEN");
    mm.delete(&user).mm_error(403, "FORBIDDEN");
    maisa.delete(&user).maisa_error(403, "FORBIDDEN");
    assert_eq!(town().record(&user), before);

    mm.update(&user, json!({"bio": "seen from one"})).expect(200);
    maisa.update(&user, json!({"name": "Ada"})).expect(200);
    town().mm().update(&user, json!({"roles": ["viewer"]})).expect(200);
    town().maisa().delete(&user).expect(204);
}

#[test]
fn taking_over_somebody_needs_everything_that_they_may_do() {
    let place = town().workspace();
    let boss = id(&place.user_with("boss", json!({"roles": ["admin"]})));
    let viewer = id(&place.user_with("viewer", json!({"roles": ["viewer"]})));
    let key = place.key_with(&["users:read", "users:write", "projects:read"]).secret;
    let (mm, maisa) = (town().mm_as(&key), town().maisa_as(&key));

    for change in [
        json!({"email": "taken.over@example.com"}),
        json!({"password": "another horse"}),
        json!({"username": "taken.over"}),
        json!({"is_active": false}),
        json!({"roles": ["viewer"]}),
    ] {
        mm.update(&boss, &change).mm_error(403, "FORBIDDEN");
    }
    maisa.update(&boss, json!({"role": "viewer"})).maisa_error(403, "FORBIDDEN");
    maisa.update(&boss, json!({"status": "inactive"})).maisa_error(403, "FORBIDDEN");
    mm.update(&boss, json!({"bio": "harmless"})).expect(200);
    mm.update(&viewer, json!({"password": "another horse", "is_active": false})).expect(200);
    maisa.update(&viewer, json!({"status": "active"})).expect(200);
}

#[test]
fn deleting_needs_no_more_than_its_permission_and_its_reach() {
    let place = town().workspace();
    let boss = id(&place.user_with("boss", json!({"roles": ["admin"]})));
    let key = place.key_with(&["users:delete"]).secret;
    forbidden(town().mm_as(&key).get(&boss), "users:read");
    town().mm_as(&key).delete(&boss).expect(204);
    let user = place.user("ada");
    town().maisa_as(&key).delete(&user).expect(204);
    town().maisa_as(&key).delete(&user).maisa_error(404, "NOT_FOUND");
}
