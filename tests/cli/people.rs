//! `diglot user …`

use serde_json::json;

use crate::harness::{NOBODY, Town, town};

#[test]
fn users_are_listed_and_shown() {
    let town = Town::new();
    let place = town.workspace();
    let user = place.user_with("ada", json!({"full_name": "Ada"}));
    let (id, email) = (user["user_id"].as_str().unwrap(), user["email"].as_str().unwrap());
    let listed = town.cli(&["user", "list", "--json"]).done().json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(town.cli(&["user", "list"]).done().out.contains(email));
    for name in [id.to_owned(), email.to_owned(), email.to_uppercase()] {
        let shown = town.cli(&["user", "show", &name, "--json"]).done().json();
        assert_eq!(
            (&shown["user_id"], &shown["email"], &shown["full_name"]),
            (&json!(id), &json!(email), &json!("Ada"))
        );
    }
    for nobody in [NOBODY, "nobody@example.com", "x"] {
        town.cli(&["user", "show", nobody]).refused();
    }
}

#[test]
fn a_deleted_user_is_gone_at_once_with_all_keys() {
    let place = town().workspace();
    let person = place.person("user");
    town().mm_as(&person.key).me().expect(200);
    town().cli(&["user", "delete", &person.email, "--json"]).done().json();
    town().mm_as(&person.key).me().mm_error(401, "AUTHENTICATION_FAILED");
    town().maisa().get(&person.id).maisa_error(404, "NOT_FOUND");
    town().cli(&["user", "delete", &person.id]).refused();
    let keys = town().cli(&["key", "list", "--json"]).done().out;
    assert!(!keys.contains(&person.id), "its keys are gone with it");
}

#[test]
fn the_last_administrator_cannot_be_deleted_here_either() {
    let town = Town::new();
    town.cli(&["user", "delete", &town.root.id]).refused();
    town.mm().me().expect(200);
}

#[test]
fn a_password_is_read_from_the_input_and_never_shown() {
    let user = town().workspace().user("ada");
    let before = town().mm().get(&user).expect(200).str("/updated_at");
    let said = town().house.cli_with_input(&["user", "set-password", &user], "canary horse staple\n").done();
    assert!(!said.out.contains("canary") && !said.err.contains("canary"));
    assert!(town().mm().get(&user).expect(200).str("/updated_at") > before);
    for wrong in ["short\n", "", "\n", &format!("{}\n", "x".repeat(72))] {
        let said = town().house.cli_with_input(&["user", "set-password", &user], wrong);
        assert_ne!(said.code, 0, "{}", said.story());
    }
    town().house.cli_with_input(&["user", "set-password", NOBODY], "correct horse\n").refused();
}
