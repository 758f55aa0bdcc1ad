//! `diglot routes`: what it shows is what is served.

use serde_json::{Value, json};

use crate::harness::{House, Http, Request, Town, eventually};

fn routes(house: &House, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["routes", "--json"], arguments].concat();
    house.cli(&arguments).done().json()["routes"].as_array().unwrap().clone()
}

fn named<'a>(routes: &'a [Value], name: &str) -> &'a Value {
    routes.iter().find(|route| route["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_address_leads_to_the_operation_that_it_is_shown_for() {
    let town = Town::with(&[
        ("dialects.maisa.hosts", "maisa.test,other.test:8443"),
        ("dialects.mechamental.prefix", "/left/hand"),
        ("routes.maisa.createUser.serve", "gone"),
    ]);
    let http = &town.server.http;
    let base = format!("http://{}", http.address());
    let all = routes(&town.house, &["--base", &base]);
    assert_eq!(all.len(), 16);
    let mut asked = 0;
    for route in &all {
        let text = |key: &str| route[key].as_str().unwrap();
        let key = if text("dialect") == "maisa" { "X-API-Key" } else { "Authorization" };
        for address in route["urls"].as_array().unwrap() {
            let url = address["url"].as_str().unwrap().replace("{userId}", "nobody").replace("{user_id}", "nobody");
            let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
            if address["by"] == "header" {
                assert_eq!(address["header"], key, "{address}");
            }
            let id = format!("asked-{asked}");
            let request = Request::new(text("method"), &format!("/{path}"))
                .header("Host", host)
                .header(key, "nonsense")
                .header("X-Request-Id", &id);
            let answer = Http::new(http.address()).send(&request).unwrap();
            let status = if text("state") == "gone" { 410 } else { 401 };
            // One of them asks for no key and no body.
            let expected = if text("name") == "mechamental.getAuthConfig" { [200; 4] } else { [status, 400, 415, 422] };
            assert!(expected.contains(&answer.status), "{}", answer.story());
            eventually(std::time::Duration::from_secs(5), "a line in the log", || {
                let log = town.server.log();
                log.lines().any(|line| line.contains(&id) && line.contains(text("name"))).then_some(())
            });
            asked += 1;
        }
    }
    // Eleven by prefix and on the shared mount, five by two hosts as well.
    assert_eq!(asked, 11 * 2 + 5 * 4);
}

#[test]
fn each_setting_is_shown_with_the_place_where_it_was_set() {
    let mut house = House::empty();
    let file = house.write_file(
        "own.toml",
        "[dialects.mechamental]\nserve = \"read_only\"\ntimeout = \"5s\"\n\n[routes.\"mechamental.deleteUser\"]\nserve = \"gone\"\n\
         sunset = 2027-06-30\nmax_body = \"2KiB\"\nrate_limit = \"100/min\"\nsuccessor = \"maisa.deleteUser\"\n\
         brownouts = [{ at = \"2027-05-01T09:00:00Z\", for = \"15m\" }]\n[dialects.maisa]\nenabled = true\n",
    );
    house.file(&file).set("routes.maisa.createUser.serve", "off").set("server.request_timeout", "20s");
    let all = routes(&house, &["--only", "*Users", "--only", "mechamental.*", "--only", "maisa.createUser"]);
    let path = file.display().to_string();
    let delete = named(&all, "mechamental.deleteUser");
    assert_eq!(
        (&delete["state"], &delete["method"], &delete["path"]),
        (&json!("gone"), &json!("DELETE"), &json!("/v1/users/{user_id}"))
    );
    assert_eq!(
        (&delete["max_body"], &delete["rate_limit"], &delete["timeout"]),
        (&json!(2048), &json!("100/min"), &json!("5s"))
    );
    assert_eq!((&delete["sunset"], &delete["successor"]), (&json!("2027-06-30T00:00:00Z"), &json!("maisa.deleteUser")));
    assert_eq!(delete["brownouts"], json!([{"from": "2027-05-01T09:00:00Z", "until": "2027-05-01T09:15:00Z"}]));
    let place = |line: u32, key: &str| json!({"from": "file", "file": path, "line": line, "key": key});
    assert_eq!(delete["set"]["state"], place(6, "routes.\"mechamental.deleteUser\".serve"));
    assert_eq!(delete["set"]["timeout"], place(3, "dialects.mechamental.timeout"));
    assert_eq!(delete["set"]["deprecated"], json!({"from": "built-in", "key": "dialects.mechamental.deprecated"}));
    let update = named(&all, "mechamental.updateUser");
    assert_eq!((&update["state"], &update["urls"]), (&json!("read_only"), &json!([])));
    assert_eq!(update["set"]["state"], place(2, "dialects.mechamental.serve"));
    let create = named(&all, "maisa.createUser");
    let variable = "DIGLOT_ROUTES__MAISA__CREATEUSER__SERVE";
    let from = json!({"from": "variable", "variable": variable, "key": "routes.\"maisa.createUser\".serve"});
    assert_eq!((&create["state"], &create["set"]["state"]), (&json!("off"), &from));
    assert_eq!(create["timeout"], "20s");
    let get = named(&all, "maisa.getUser");
    assert_eq!(
        (&get["state"], &get["set"]["state"]),
        (&json!("elsewhere"), &json!({"from": "option", "option": "--only", "key": "--only"}))
    );

    let text = house.cli(&["routes"]).done().out;
    let line = format!("gone  (routes.\"mechamental.deleteUser\".serve, file {path}, line 6)");
    assert!(text.contains(&line), "{text}");
    assert!(text.contains(&format!("off  (routes.\"maisa.createUser\".serve, variable {variable})")), "{text}");
    assert!(text.contains("http://127.0.0.1:8080/v1/users with Authorization, or without"), "{text}");
    assert!(text.contains("brownouts 2027-05-01T09:00:00Z to 2027-05-01T09:15:00Z ("), "{text}");
    assert!(!house.has_store(), "no store is needed");
    house.cli(&["routes", "--base", "nowhere"]).misused().naming("--base");
}

#[test]
fn a_dialect_that_is_not_served_has_no_address() {
    let mut house = House::empty();
    let all = routes(house.set("dialects.maisa.enabled", "false"), &[]);
    let get = named(&all, "maisa.getUser");
    assert_eq!((&get["state"], &get["urls"]), (&json!("disabled"), &json!([])));
    assert_eq!(get["set"]["state"]["key"], "dialects.maisa.enabled");
}
