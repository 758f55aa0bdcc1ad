//! `diglot init` and the first start.

use std::time::Duration;

use serde_json::json;

use crate::harness::{House, Maisa, Mm, Request, eventually};

#[test]
fn init_prints_the_administrators_key_once() {
    let house = House::empty();
    let first = house.init();
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["workspace_id", "user_id", "key"]);
    let key = first["key"].as_str().unwrap();

    let server = house.serve();
    let me = Mm::new(&server.http, key).me().expect(200).json();
    assert_eq!((&me["user_id"], &me["roles"], &me["is_active"]), (&first["user_id"], &json!(["admin"]), &json!(true)));
    assert_eq!(me["default_workspace_id"], first["workspace_id"]);
    Maisa::new(&server.http, key).list(&[]).expect(200);
    for command in [&["key", "list", "--json"][..], &["user", "list", "--json"], &["key", "list"]] {
        assert!(!house.cli(command).done().out.contains(key.rsplit('_').next().unwrap()));
    }
}

#[test]
fn without_json_init_shows_how_to_call_it() {
    let house = House::empty();
    let said = house.cli(&["init"]).done().out;
    assert!(said.contains("dgl_") && said.contains("Authorization: Bearer") && said.contains("X-API-Key"), "{said}");
    assert_eq!(said.matches("/v1/users").count(), said.matches("curl").count(), "{said}");
}

#[test]
fn init_takes_an_address_a_username_and_a_name_for_the_workspace() {
    let house = House::empty();
    let said = house
        .cli(&[
            "init",
            "--json",
            "--email",
            "Boss@EXAMPLE.org",
            "--username",
            "boss",
            "--workspace-name",
            "Head Office",
        ])
        .done();
    let server = house.serve();
    let me = Mm::new(&server.http, &said.str("key")).me().expect(200);
    assert_eq!((me.str("/email").as_str(), me.str("/username").as_str()), ("Boss@example.org", "boss"));
    let workspaces = house.cli(&["workspace", "list", "--json"]).done().json();
    assert!(workspaces.to_string().contains("Head Office"), "{workspaces}");
}

#[test]
fn a_second_init_is_refused_and_changes_nothing() {
    let house = House::empty();
    let first = house.init();
    let users = house.cli(&["user", "list", "--json"]).done().json();
    for again in [&["init", "--json"][..], &["init", "--email", "other@example.com", "--username", "other"]] {
        let said = house.cli(again).refused();
        assert!(!said.out.contains("dgl_") && !said.err.contains("dgl_"), "{}", said.story());
    }
    assert_eq!(house.cli(&["user", "list", "--json"]).done().json(), users);
    assert_eq!(house.cli(&["key", "list", "--json"]).done().json().as_array().unwrap().len(), 1);
    assert!(first["key"].is_string());
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let house = House::empty();
    house.cli(&["init", "--email", "x"]).misused();
    house.cli(&["init", "--username", ""]).misused();
    house.init();
}

#[test]
fn without_an_administrator_the_server_waits_for_one() {
    let house = House::empty();
    let server = house.serve();
    let log = server.log();
    assert_eq!(log.lines().filter(|line| line.contains("diglot init")).count(), 1, "{log}");
    assert_eq!(server.http.send(&Request::get("/readyz")).unwrap().status, 503);
    assert_eq!(server.http.send(&Request::get("/healthz")).unwrap().status, 200);
    Mm::anonymous(&server.http).me().mm_error(401, "AUTHENTICATION_FAILED");

    let key = house.init()["key"].as_str().unwrap().to_owned();
    eventually(Duration::from_secs(5), "it is ready", || server.is_ready().then_some(()));
    Mm::new(&server.http, &key).me().expect(200);
    assert!(!server.log().contains("dgl_"));
}
