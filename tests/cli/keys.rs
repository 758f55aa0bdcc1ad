//! `diglot key …` and `diglot workspace …`

use serde_json::{Value, json};

use crate::harness::{NOBODY, Town, fresh, town};

#[test]
fn a_key_needs_an_owner_or_a_workspace() {
    town().cli(&["key", "create", "--json"]).misused();
    town().cli(&["key", "create", "--json", "--permission", "users:read"]).misused();
}

#[test]
fn a_key_without_an_owner_needs_a_permission() {
    let place = town().workspace();
    town().cli(&["key", "create", "--workspace", &place.id]).misused();
    town().cli(&["key", "create", "--workspace", "*"]).misused();
    let key = place.key(&["--permission", "users:read", "--permission", "users:write"]);
    town().maisa_as(&key.secret).list(&[]).expect(200);
}

#[test]
fn an_owner_may_be_named_by_address_in_any_case() {
    let place = town().workspace();
    let person = place.person("user");
    let key = town().key(&["--user", &person.email.to_uppercase()]);
    assert_eq!(town().mm_as(&key.secret).me().expect(200).at("/user_id"), person.id.as_str());
}

#[test]
fn who_or_what_is_not_there_is_refused() {
    for arguments in [
        &["key", "create", "--user", NOBODY][..],
        &["key", "create", "--user", "nobody@example.com"],
        &["key", "create", "--workspace", NOBODY, "--permission", "users:read"],
        &["key", "revoke", "nokey"],
    ] {
        town().cli(arguments).refused();
    }
}

#[test]
fn a_lifetime_is_a_number_of_seconds_minutes_hours_or_days() {
    let place = town().workspace();
    let create = |time: &str| {
        town().cli(&[
            "key",
            "create",
            "--workspace",
            &place.id,
            "--permission",
            "users:read",
            "--expires-in",
            time,
            "--json",
        ])
    };
    for right in ["90d", "12h", "30m", "45s", "1d"] {
        create(right).done();
    }
    for wrong in ["", "90", "d", "1w", "-1d", "1.5h", "0x1d", "1d1h", "99999999999999999999d"] {
        create(wrong).misused();
    }
}

#[test]
fn the_list_shows_every_key_and_no_secret() {
    let place = town().workspace();
    let key = place.key(&["--permission", "users:read", "--name", "for the list", "--expires-in", "90d"]);
    let listed = |id: &str| {
        let all = town().cli(&["key", "list", "--json"]).done();
        assert!(!all.out.contains(key.secret.rsplit('_').next().unwrap()));
        all.json().as_array().unwrap().iter().find(|listed| listed["key_id"] == id).cloned().unwrap()
    };
    let before = listed(&key.id);
    assert_eq!(before["name"], "for the list");
    town().cli(&["key", "revoke", &key.id, "--json"]).done().json();
    assert_ne!(listed(&key.id), before, "a revoked key is told from a living one");
    assert!(town().cli(&["key", "list"]).done().out.contains("for the list"));
}

#[test]
fn a_key_for_one_workspace_can_be_given_to_a_user_who_is_in_others() {
    let (one, two) = (town().workspace(), town().workspace());
    let person = one.person("admin");
    two.add(&person.id);
    let key = two.key(&["--user", &person.id, "--permission", "users:read"]);
    assert_eq!(town().maisa_as(&key.secret).list(&[]).expect(200).at("/pagination/total"), 1);
    town()
        .maisa_as(&key.secret)
        .create(json!({"email": "x@example.com", "name": "X", "role": "user"}))
        .maisa_error(403, "FORBIDDEN");
}

#[test]
fn workspaces_are_made_and_listed() {
    let town = Town::new();
    let names = |list: &Value| {
        list.as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = names(&town.cli(&["workspace", "list", "--json"]).done().json());
    let made = town.cli(&["workspace", "create", "Füchse & Co", "--json"]).done().str("workspace_id");
    let after = town.cli(&["workspace", "list", "--json"]).done().json();
    assert_eq!(names(&after)[..before.len()], before);
    assert_eq!(names(&after).last().unwrap(), "Füchse & Co");
    assert!(after.to_string().contains(&made));
    assert!(town.cli(&["workspace", "list"]).done().out.contains("Füchse & Co"));
    town.cli(&["workspace", "create", ""]).misused();
    town.cli(&["workspace", "create"]).misused();
}

#[test]
fn members_come_and_go() {
    let (one, two) = (town().workspace(), town().workspace());
    let user = one.user("ada");
    let members = || town().cli(&["member", "list", &two.id, "--json"]).done().json();
    assert_eq!(members(), json!([]));
    town().cli(&["member", "add", &two.id, &user, "--json"]).done().json();
    town().cli(&["member", "add", &two.id, &user]).done();
    assert_eq!(members().as_array().unwrap().len(), 1);
    assert!(members().to_string().contains(&user));
    town().cli(&["member", "remove", &two.id, &user, "--json"]).done().json();
    assert_eq!(members(), json!([]));
    for arguments in [
        ["member", "add", NOBODY, user.as_str()],
        ["member", "add", &two.id, NOBODY],
        ["member", "add", &two.id, "nobody@example.com"],
        ["member", "remove", NOBODY, &user],
        ["member", "remove", &two.id, &user],
    ] {
        town().cli(&arguments).refused();
    }
    town().cli(&["member", "list", NOBODY]).refused();
    let address = town().mm().get(&user).str("/email");
    town().cli(&["member", "add", &two.id, &address]).done();
    assert_eq!(members().as_array().unwrap().len(), 1, "a member may be named by address: {}", fresh(""));
}
