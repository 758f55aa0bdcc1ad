//! `/.well-known/diglot`: what a server tells of itself.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{House, Request, Town, town};

const PATH: &str = "/.well-known/diglot";

fn told(town: &Town) -> Value {
    let answer = town.server.http.send(&Request::get(PATH)).unwrap().expect(200);
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn it_is_a_page_like_the_others() {
    let answer = town().server.http.send(&Request::get(PATH)).unwrap().expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("x-request-id").is_some());
    let head = town().server.http.send(&Request::new("HEAD", PATH)).unwrap().expect(200);
    assert!(head.body.is_empty() && head.header("content-length") == answer.header("content-length"));
    let posted = town().server.http.send(&Request::new("POST", PATH)).unwrap().expect(405);
    assert_eq!(posted.header("allow"), Some("GET, HEAD"));
    for secret in [town().root.key.as_str(), town().root.email.as_str(), "sqlite", "postgres", "dgl_"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
}

#[test]
fn every_operation_stands_there_with_its_addresses() {
    let told = told(town());
    assert_eq!(told["default"], "mechamental");
    let dialects = told["dialects"].as_array().unwrap();
    assert_eq!(dialects.iter().map(|dialect| &dialect["name"]).collect::<Vec<_>>(), ["mechamental", "maisa"]);
    for dialect in dialects {
        let name = dialect["name"].as_str().unwrap();
        let document = dialect["document"].as_str().unwrap();
        let document = town().server.http.send(&Request::get(document)).unwrap().expect(200);
        let document: Value = serde_json::from_slice(&document.body).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
        let routes = dialect["routes"].as_array().unwrap();
        assert_eq!(routes.len(), operations);
        for route in routes {
            let address = route["addresses"][0].as_str().unwrap();
            let path = address.strip_prefix(&format!("/{name}")).unwrap();
            assert_eq!(route["addresses"][1], path, "on the shared mount");
            let method = route["method"].as_str().unwrap();
            let described = &paths[path][method.to_lowercase()];
            let operation = described["operationId"].as_str().unwrap();
            assert_eq!(route["operation"], format!("{name}.{operation}"));
            // Whoever goes there without a key is asked for one, where one is needed.
            let asked = address.replace("{user_id}", "7").replace("{userId}", "7");
            let answer = town().server.http.send(&Request::new(method, &asked).json("{}")).unwrap();
            assert_eq!(answer.status == 401, described["security"] != json!([]), "{}", answer.story());
        }
    }
    assert_eq!(dialects[0]["credential"], "Authorization");
    assert_eq!(dialects[1]["credential"], "X-API-Key");
}

#[test]
fn it_follows_the_settings() {
    let elsewhere = Town::with(&[
        ("dialects.maisa.hosts", "api.maisa.example:8443"),
        ("dialects.maisa.prefix", ""),
        ("dialects.shared", "false"),
    ]);
    let told = told(&elsewhere);
    let maisa = &told["dialects"][1];
    assert_eq!((&maisa["prefix"], &maisa["shared"]), (&json!(""), &json!(false)));
    assert_eq!(maisa["routes"][0]["addresses"], json!(["//api.maisa.example:8443/v1/users"]));
    let alone = Town::with(&[("dialects.maisa.enabled", "false")]);
    assert_eq!(self::told(&alone)["dialects"].as_array().unwrap().len(), 1);
}

#[test]
fn states_and_dates_are_those_of_the_settings() {
    let mut house = House::vacant();
    let file = house.write_file(
        "calendar.toml",
        "[dialects.mechamental]\ndeprecated = \"2026-01-31\"\nsunset = \"2099-12-31T12:00:00Z\"\n\
         [routes.\"mechamental.deleteUser\"]\nserve = \"gone\"\n\
         [routes.\"mechamental.listUsers\"]\nsuccessor = \"maisa.listUsers\"\n\
         brownouts = [{ at = \"2099-01-01T00:00:00Z\", for = \"15m\" }]\nexempt = [\"aaaaaaaaaaaaaaaa\"]\n\
         [dialects.maisa]\nserve = \"read_only\"\n",
    );
    house.file(&file);
    let town = Town::in_house(house);
    let answer = town.server.http.send(&Request::get(PATH)).unwrap().expect(200);
    assert!(!answer.text().contains("aaaaaaaaaaaaaaaa"), "exempt keys are nobody's business");
    let told = told(&town);
    let route = |name: &str| {
        let mut routes = told["dialects"].as_array().unwrap().iter().flat_map(|it| it["routes"].as_array().unwrap());
        routes.find(|route| route["operation"] == name).unwrap().clone()
    };
    let list = route("mechamental.listUsers");
    assert_eq!(
        list,
        json!({
            "operation": "mechamental.listUsers", "method": "GET", "addresses": ["/mechamental/v1/users", "/v1/users"], "state": "on",
            "deprecated": "2026-01-31T00:00:00Z", "sunset": "2099-12-31T12:00:00Z", "successor": "maisa.listUsers",
            "brownouts": [{"from": "2099-01-01T00:00:00Z", "until": "2099-01-01T00:15:00Z"}],
        })
    );
    assert_eq!(route("mechamental.deleteUser")["state"], "gone");
    for (name, state) in [("maisa.getUser", "on"), ("maisa.updateUser", "off"), ("maisa.deleteUser", "off")] {
        let route = route(name);
        assert_eq!((&route["state"], &route["deprecated"]), (&json!(state), &Value::Null), "{name}");
        assert_eq!(route["addresses"].as_array().unwrap().is_empty(), state == "off", "{name}");
    }
}

#[test]
fn a_reload_is_told_at_once() {
    let mut house = House::vacant();
    let file = house.write_file("diglot.toml", "");
    house.file(&file);
    let socket = house.path().join("control");
    house.set("server.control", &socket.display().to_string());
    let town = Town::in_house(house);
    let state = |town: &Town| told(town)["dialects"][1]["routes"][0]["state"].clone();
    assert_eq!(state(&town), "on");
    fs::write(&file, "[routes.\"maisa.listUsers\"]\nserve = \"gone\"\n").unwrap();
    town.cli(&["reload"]).done();
    assert_eq!(state(&town), "gone");
}

#[test]
fn it_can_be_switched_off_with_the_documents() {
    let quiet = Town::with(&[("docs.enabled", "false")]);
    quiet.server.http.send(&Request::get(PATH)).unwrap().expect(404);
}
