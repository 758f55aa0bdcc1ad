//! `diglot user invite`, and what the command line thinks of passwords.

use serde_json::json;
use users::token::Purpose;

use super::links::{guest, link, open};
use crate::harness::{NOBODY, town};

#[test]
fn the_operator_invites_whom_it_names_by_id_or_address() {
    let (town, guest) = (town(), guest(town()));
    let before = link(&town.house, &guest.id, Purpose::Activation);
    let said = town.cli(&["user", "invite", &guest.email, "--json"]).done().json();
    assert_eq!(said, json!({"user_id": guest.id, "status": "pending", "mail": "off"}));
    open(&town.server.http, &before).expect(404);
    let said = town.cli(&["user", "invite", &guest.id]).done();
    assert!(
        said.out.contains(&guest.id) && said.out.contains("by the settings of this command mail is off"),
        "{}",
        said.story()
    );
    let queue = town.cli(&["mail", "queue", "--json"]).done().json();
    let waiting = queue.as_array().unwrap().iter().filter(|message| message["user_id"] == json!(guest.id));
    assert_eq!(waiting.count(), 1, "one invitation, in place of those before: {queue}");
    town.cli(&["user", "invite", NOBODY]).refused();
    town.cli(&["user", "invite", "nobody@example.com"]).refused().naming("nobody@example.com");
    for status in ["suspended", "inactive"] {
        town.maisa().update(&guest.id, json!({"status": status})).expect(200);
        town.cli(&["user", "invite", &guest.id, "--json"]).refused().naming(status);
    }
}

#[test]
fn common_passwords_are_refused_here_with_advice() {
    let user = town().workspace().user("florence");
    let set = |password: &str| town().house.cli_with_input(&["user", "set-password", &user], &format!("{password}\n"));
    for common in ["password1", "12345678", "QWERTYUIOP", "florence"] {
        let said = set(common).exits(2).naming("too easy to guess").naming("Add another word or two");
        assert!(!said.err.contains(common), "{}", said.story());
    }
    set("password").exits(2).naming("This is a top-10 common password.");
    set("canary horse staple").done();
    // The API takes what its own rules allow.
    town().mm().update(&user, json!({"password": "password"})).expect(200);
}
