//! What the command line promises of itself.

use crate::harness::{House, town};

#[test]
fn wrong_usage_exits_with_two() {
    let house = House::empty();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["serve", "--nonsense"],
        &["serve", "x"],
        &["key"],
        &["key", "nonsense"],
        &["key", "revoke"],
        &["member", "add", "x"],
        &["user", "show"],
        &["workspace", "create", "a", "b"],
        &["init", "--nonsense"],
        &["migrate", "--nonsense"],
        &["plan"],
        &["export"],
        &["export", "nginx"],
        &["check", "a.toml", "b.toml"],
    ] {
        let said = house.cli(arguments).misused();
        assert!(!said.err.is_empty());
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let house = House::empty();
    let help = house.cli(&["--help"]).done().out;
    for command in
        ["serve", "init", "migrate", "workspace", "member", "key", "user", "check", "routes", "plan", "export"]
    {
        assert!(help.contains(command), "{help}");
        house.cli(&[command, "--help"]).done();
    }
    house.cli(&["--version"]).done();
    assert!(!house.has_store(), "and make nothing");
}

#[test]
fn what_prints_a_result_prints_json_if_asked() {
    let place = town().workspace();
    let person = place.person("user");
    let key = place.steward();
    for arguments in [
        &["check", "--json"][..],
        &["routes", "--json"],
        &["migrate", "--status", "--json"],
        &["migrate", "--json"],
        &["workspace", "list", "--json"],
        &["member", "list", &place.id, "--json"],
        &["key", "list", "--json"],
        &["user", "list", "--json"],
        &["user", "show", &person.id, "--json"],
        &["member", "remove", &place.id, &person.id, "--json"],
        &["member", "add", &place.id, &person.id, "--json"],
        &["key", "revoke", &key.id, "--json"],
        &["user", "delete", &person.id, "--json"],
    ] {
        town().cli(arguments).done().json();
    }
}

#[test]
fn results_go_to_one_stream_and_complaints_to_the_other() {
    let said = town().cli(&["workspace", "list", "--json"]).done();
    assert_eq!(said.err, "");
    let said = town().cli(&["user", "show", "nobody@example.com", "--json"]).refused();
    assert!(said.out.is_empty() && said.err.contains("diglot"), "{}", said.story());
}
