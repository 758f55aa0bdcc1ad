//! Keys: what they look like, how far they reach, and when they stop to hold (§3).

use serde_json::json;

use crate::harness::{Mm, Person, Town, eventually, id, soon, town};
use std::time::Duration;

/// Both doors turn this key away.
fn turned_away(town: &Town, key: &str) {
    let mm = town.mm_as(key).list(&[("workspace_id", &town.first_workspace)]).mm_error(401, "AUTHENTICATION_FAILED");
    assert_eq!(mm.header("www-authenticate"), Some("Bearer"));
    assert_eq!((mm.at("/message"), mm.at("/details")), (json!("Authentication required"), json!({})));
    let maisa = town.maisa_as(key).list(&[]).maisa_error(401, "UNAUTHORIZED");
    assert_eq!(maisa.header("www-authenticate"), Some("ApiKey"));
}

#[test]
fn a_key_has_a_public_part_and_enough_secret() {
    let key = town().workspace().steward();
    let (prefix, rest) = key.secret.split_at(4);
    assert_eq!(prefix, "dgl_");
    let (public, secret) = rest.split_once('_').unwrap();
    assert!(!public.is_empty() && key.id.contains(public), "{public} is not how {} is known", key.id);
    assert!(secret.len() * 6 >= 160, "{} characters are no 160 bits and a checksum", secret.len());
    assert!(rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "a double click takes the whole key");
}

#[test]
fn the_same_key_works_in_both_dialects() {
    let key = town().workspace().steward();
    town().maisa_as(&key.secret).list(&[]).expect(200);
    town().mm_as(&key.secret).get(&town().root.id).expect(404);
}

#[test]
fn what_is_no_living_key_is_turned_away() {
    let key = town().workspace().steward().secret;
    let mut other = key.clone();
    let last = if other.pop() == Some('a') { 'b' } else { 'a' };
    for wrong in [
        "",
        "x",
        "dgl_",
        "dgl__",
        "dgl_a_b",
        &format!("{other}{last}"),
        &other,
        &format!("{key}x"),
        &key.to_uppercase(),
        &key[1..],
    ] {
        turned_away(town(), wrong);
    }
    for wrong in [
        key.clone(),
        format!("Basic {key}"),
        format!("Bearer{key}"),
        "Bearer".to_owned(),
        format!("Bearer {key} x"),
        format!("Token {key}"),
    ] {
        Mm::presenting(&town().server.http, &wrong).me().mm_error(401, "AUTHENTICATION_FAILED");
    }
    Mm::presenting(&town().server.http, &format!("bearer {}", town().root.key)).me().expect(200);
    Mm::anonymous(&town().server.http).me().mm_error(401, "AUTHENTICATION_FAILED");
}

#[test]
fn a_revoked_key_stops() {
    let key = town().workspace().steward();
    town().maisa_as(&key.secret).list(&[]).expect(200);
    town().cli(&["key", "revoke", &key.id]).done();
    soon("the key stops", || town().maisa_as(&key.secret).list(&[]).status == 401);
    turned_away(town(), &key.secret);
}

#[test]
fn an_expired_key_stops() {
    let key = town().workspace().key(&["--permission", "users:read", "--expires-in", "1s"]);
    eventually(Duration::from_secs(4), "the key expires", || {
        (town().maisa_as(&key.secret).list(&[]).status == 401).then_some(())
    });
    turned_away(town(), &key.secret);
}

#[test]
fn a_key_stops_with_its_owner_and_comes_back_with_them() {
    let person = town().workspace().person("developer");
    let works = || {
        town().mm_as(&person.key).me().expect(200);
        town().maisa_as(&person.key).list(&[]).expect(200);
    };
    works();
    for status in ["inactive", "suspended"] {
        town().maisa().update(&person.id, json!({ "status": status })).expect(200);
        turned_away(town(), &person.key);
        town().mm().update(&person.id, json!({"is_active": true})).expect(200);
        works();
    }
    town().mm().update(&person.id, json!({"is_active": false})).expect(200);
    turned_away(town(), &person.key);
    town().maisa().update(&person.id, json!({"status": "active"})).expect(200);
    works();
    town().maisa().delete(&person.id).expect(204);
    turned_away(town(), &person.key);
}

#[test]
fn a_pending_owner_is_turned_away() {
    let place = town().workspace();
    let body = place.application("ada");
    let created = town().maisa().create(json!({"email": body["email"], "name": "Ada", "role": "user"})).expect(201);
    assert_eq!(created.at("/data/status"), "pending");
    let key = town().key(&["--user", &created.str("/data/id")]);
    turned_away(town(), &key.secret);
}

#[test]
fn a_key_holds_at_most_what_its_owner_holds_at_each_request() {
    let place = town().workspace();
    let boss = place.person("admin");
    let user = place.user("ada");
    town().mm_as(&boss.key).update(&user, json!({"bio": "1"})).expect(200);

    town().mm().update(&boss.id, json!({"roles": ["viewer"]})).expect(200);
    town().mm_as(&boss.key).get(&user).expect(200);
    let denied = town().mm_as(&boss.key).update(&user, json!({"bio": "2"})).mm_error(403, "FORBIDDEN");
    assert_eq!(denied.at("/details"), json!({"required_permission": "users:write"}));
    assert_eq!(denied.at("/message"), "You don't have permission to perform this action");
    town().maisa_as(&boss.key).delete(&user).maisa_error(403, "FORBIDDEN");

    town().maisa().update(&boss.id, json!({"role": "admin"})).expect(200);
    town().maisa_as(&boss.key).delete(&user).expect(204);
}

#[test]
fn a_key_may_hold_less_than_its_owner() {
    let place = town().workspace();
    let boss = place.person("admin");
    let reader = place.key(&["--user", &boss.id, "--permission", "users:read"]);
    let user = place.user("ada");
    town().mm_as(&reader.secret).get(&user).expect(200);
    town().mm_as(&reader.secret).update(&user, "{}").mm_error(403, "FORBIDDEN");
    town().maisa_as(&reader.secret).update(&user, "{}").maisa_error(403, "FORBIDDEN");
    town().maisa_as(&reader.secret).update(&boss.id, json!({"department": "x"})).maisa_error(403, "FORBIDDEN");
    town().mm_as(&reader.secret).patch_preferences(json!({"preferences": {}})).mm_error(403, "FORBIDDEN");
    town().mm_as(&reader.secret).me().expect(200);
}

#[test]
fn the_reach_of_a_key_is_one_workspace_its_owners_workspaces_or_the_installation() {
    let (one, two, three) = (town().workspace(), town().workspace(), town().workspace());
    let boss = one.person("admin");
    two.add(&boss.id);
    let users = [one.user("ada"), two.user("bob"), three.user("eve")];
    let sees = |key: &str| users.iter().map(|user| town().mm_as(key).get(user).status).collect::<Vec<_>>();

    assert_eq!(sees(&boss.key), [200, 404, 404], "--workspace names one");
    let everywhere = town().key(&["--user", &boss.id]);
    assert_eq!(sees(&everywhere.secret), [200, 200, 404], "all workspaces of its owner");
    let installation = town().key(&["--workspace", "*", "--user", &boss.id]);
    assert_eq!(sees(&installation.secret), [200, 200, 200], "the installation");

    let listed = |key: &str| town().maisa_as(key).walk(100).len();
    assert_eq!(listed(&boss.key), 2);
    assert_eq!(listed(&everywhere.secret), 3);
    three.add(&boss.id);
    soon("it reaches where its owner has joined", || sees(&everywhere.secret) == [200, 200, 200]);
    for (place, status) in [(&one, 200), (&two, 404)] {
        town().mm_as(&boss.key).list(&[("workspace_id", &place.id)]).expect(status);
    }
}

#[test]
fn me_is_the_owner_of_the_key_and_nobody_without_one() {
    let place = town().workspace();
    let Person { id: me, key, .. } = place.person("user");
    assert_eq!(town().mm_as(&key).me().expect(200).at("/user_id"), me);
    let ownerless = place.steward();
    town().mm_as(&ownerless.secret).me().mm_error(404, "RESOURCE_NOT_FOUND");
    town().mm_as(&ownerless.secret).patch_preferences(json!({"preferences": {}})).mm_error(404, "RESOURCE_NOT_FOUND");
}

#[test]
fn a_credential_header_that_occurs_twice_lets_nobody_in() {
    let key = town().root.key.clone();
    let user = id(&town().mm().me().json());
    let twice = town().mm().with("Authorization", &format!("Bearer {key}")).get(&user);
    assert!([400, 401].contains(&twice.status), "{}", twice.story());
    let twice = town().maisa().with("x-api-key", &key).get(&user);
    assert!([400, 401].contains(&twice.status), "{}", twice.story());
    let other = town().mm().at("/mechamental").with("Authorization", "Bearer x").get(&user);
    assert!([400, 401].contains(&other.status), "{}", other.story());
}
