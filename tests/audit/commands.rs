//! What the operator does at the command line is told as well, whether or not a server runs.

use serde_json::{Value, json};

use super::{Diary, by_operator, done, forget_own, key_id, told, with};
use crate::harness::{House, Town, fresh};

fn row(command: &str, action: &str) -> Value {
    let row = done(&by_operator(), command, None, action, "", "");
    with(row, json!({"user_id": null, "workspace_id": null}))
}

#[test]
fn a_store_begins_with_who_made_it() {
    let house = House::vacant();
    let made = house.init();
    let mut rows = told(&house, &[]);
    let ids: Vec<String> = rows.iter().map(|row| row["event_id"].to_string()).collect();
    assert!(ids.is_sorted() && rows.iter().all(|row| row["at"] == rows[0]["at"]), "{rows:?}");
    rows.iter_mut().for_each(forget_own);
    let (user, workspace) = (&made["user_id"], &made["workspace_id"]);
    assert_eq!(
        rows,
        [
            with(row("init", "workspace.created"), json!({"workspace_id": workspace})),
            with(row("init", "user.created"), json!({"user_id": user, "workspace_id": workspace})),
            with(
                row("init", "key.created"),
                json!({"user_id": user, "key_id": key_id(made["key"].as_str().unwrap()), "workspace_id": workspace})
            ),
        ]
    );
    house.cli(&["init"]).refused();
    assert_eq!(told(&house, &[]).len(), 3);
}

#[test]
fn each_command_that_changes_something_is_a_row() {
    let town = Town::with(&[]);
    let mut diary = Diary::of(&town);
    let place = town.workspace();
    diary.expect(&[with(row("workspace create", "workspace.created"), json!({"workspace_id": place.id}))]);

    let user = place.user("ada");
    let other = town.workspace();
    diary.read();
    let member = |command, action| done(&by_operator(), command, None, action, &user, &other.id);
    town.cli(&["member", "add", &other.id, &user]).done();
    diary.expect(&[member("member add", "member.added")]);
    town.cli(&["member", "add", &other.id, &user]).done();
    diary.expect(&[]);
    town.cli(&["member", "remove", &other.id, &user]).done();
    diary.expect(&[member("member remove", "member.removed")]);
    town.cli(&["member", "remove", &other.id, &user]).refused();
    diary.expect(&[]);
    town.cli(&["member", "remove", &place.id, &user]).done();
    let own = |action| done(&by_operator(), "member remove", None, action, &user, &place.id);
    diary.expect(&[own("member.removed"), with(own("user.changed"), json!({"fields": ["default_workspace"]}))]);
    town.cli(&["member", "add", &place.id, &user]).done();
    diary.read();

    let service = place.key_with(&["users:read"]);
    let made = |key: &str, user: Value, workspace: Value| {
        with(row("key create", "key.created"), json!({"key_id": key, "user_id": user, "workspace_id": workspace}))
    };
    diary.expect(&[made(&service.id, json!(null), json!(place.id))]);
    let owned = town.key(&["--user", &user]);
    diary.expect(&[made(&owned.id, json!(user), json!(null))]);
    town.cli(&["key", "create", "--user", "nobody@example.com"]).refused();
    diary.expect(&[]);

    let changed =
        |command: &str, action: &str| with(row(command, action), json!({"key_id": owned.id, "user_id": user}));
    town.cli(&["key", "pin", &owned.id, "maisa"]).done();
    town.cli(&["key", "pin", &owned.id, "maisa"]).done();
    diary.expect(&[changed("key pin", "key.pinned")]);
    town.cli(&["key", "pin", &owned.id, "mechamental"]).done();
    diary.expect(&[changed("key pin", "key.pinned")]);
    town.cli(&["key", "pin", &owned.id, "none"]).done();
    town.cli(&["key", "pin", &owned.id, "none"]).done();
    diary.expect(&[changed("key pin", "key.unpinned")]);
    town.cli(&["key", "revoke", &owned.secret]).done();
    town.cli(&["key", "revoke", &owned.secret]).done();
    town.cli(&["key", "revoke", "aaaaaaaaaaaaaaaa"]).refused();
    diary.expect(&[changed("key revoke", "key.revoked")]);

    town.house.cli_with_input(&["user", "set-password", &user], "a new horse\n").done();
    let person = |command, action| done(&by_operator(), command, None, action, &user, "");
    diary.expect(&[with(person("user set-password", "password.changed"), json!({"workspace_id": null}))]);
    town.cli(&["user", "delete", &user]).done();
    diary.expect(&[with(person("user delete", "user.deleted"), json!({"workspace_id": null}))]);
    town.cli(&["user", "delete", &user]).refused();
    town.cli(&["user", "delete", &town.root.id]).refused();
    for reading in [&["user", "list"][..], &["key", "list"], &["member", "list", &place.id], &["audit"]] {
        town.cli(reading).done();
    }
    diary.expect(&[]);
}

/// What a server does by itself when it starts, since its settings say so.
#[test]
fn a_new_ranking_of_roles_is_told_with_the_command() {
    let mut house = House::vacant();
    house.init();
    house.serve().stop();
    let before = told(&house, &[]).len();
    let permissions = "[\"users:read\", \"users:write\", \"users:delete\", \"projects:read\", \"projects:write\"]";
    let role = |name: &&str| format!("[[roles]]\nname = \"{name}\"\npermissions = {permissions}\n");
    let roles: String = ["admin", "user", "viewer", "operator", "developer"].iter().map(role).collect();
    let file = house.write_file("diglot.toml", &roles);
    house.file(&file);
    house.serve().stop();
    house.serve().stop();
    let mut rows = told(&house, &[]).split_off(before);
    rows.iter_mut().for_each(forget_own);
    assert_eq!(rows, [row("serve", "roles.ranked")], "once");
}

#[test]
fn a_plan_is_given_and_taken_away() {
    let mut house = House::vacant();
    let file = house.write_file("diglot.toml", "[plans]\nsmall = \"10/min\"\n");
    house.file(&file);
    house.init();
    let mut diary = Diary::at(&house);
    let key =
        house.cli(&["key", "create", "--workspace", "*", "--permission", "users:read", "--json"]).done().str("key_id");
    diary.read();
    for (plan, action) in
        [("small", Some("key.planned")), ("small", None), ("none", Some("key.unplanned")), ("none", None)]
    {
        house.cli(&["key", "plan", &key, plan]).done();
        let rows: Vec<Value> =
            action.map(|action| with(row("key plan", action), json!({"key_id": key}))).into_iter().collect();
        diary.expect(&rows);
    }
}

/// Each user that comes from a file is one, and who is refused is none.
#[test]
fn an_import_tells_of_each_user() {
    let town = Town::new();
    let place = town.workspace();
    let mut diary = Diary::of(&town);
    let names: Vec<String> = (0..30).map(|_| fresh("imported")).collect();
    let line = |name: &String| json!({"email": format!("{name}@example.com"), "username": name}).to_string();
    let mut text: String = names.iter().map(|name| line(name) + "\n").collect();
    text += &(line(&names[0]) + "\n{\"email\":5}\n");
    let file = town.house.write_file("users.jsonl", &text);
    let import = ["import", file.to_str().unwrap(), "--workspace", &place.id];
    town.cli(&import).exits(1);
    let rows = diary.read();
    assert_eq!(rows.len(), names.len());
    let mut users: Vec<&str> = rows.iter().map(|row| row["user_id"].as_str().unwrap()).collect();
    users.sort_unstable();
    let there = town.mm().walk(&place.id, 100);
    assert_eq!(users, there.iter().map(|user| user["user_id"].as_str().unwrap()).collect::<Vec<_>>());
    for (row, user) in rows.iter().zip(rows.iter().map(|row| row["user_id"].as_str().unwrap())) {
        assert_eq!(*row, done(&by_operator(), "import", None, "user.created", user, &place.id));
    }
    let mut looking = import.to_vec();
    looking.push("--dry-run");
    town.cli(&looking).exits(1);
    town.cli(&import).exits(1);
    diary.expect(&[]);
}
