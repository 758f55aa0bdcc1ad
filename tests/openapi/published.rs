//! Where the documents are found, and that they are the same everywhere.

use std::fs;
use std::path::PathBuf;

use crate::harness::snapshot::is_written;
use crate::harness::{House, Request, Town, town};

use super::{DIALECTS, examples};

const FORMS: [(&str, &str); 2] = [("json", "application/json"), ("yaml", "application/yaml")];

fn printed(house: &House, dialect: &str, form: &str) -> String {
    let arguments: &[&str] = if form == "yaml" { &["openapi", dialect, "--yaml"] } else { &["openapi", dialect] };
    house.cli(arguments).done().out
}

fn served(town: &Town, dialect: &str, form: &str) -> String {
    town.server.http.send(&Request::get(&format!("/openapi/{dialect}.{form}"))).unwrap().expect(200).text()
}

#[test]
fn the_documents_are_the_ones_that_are_kept() {
    let house = House::empty();
    for dialect in DIALECTS {
        for (form, _) in FORMS {
            let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "openapi", &format!("{dialect}.{form}")].iter().collect();
            let printed = printed(&house, dialect, form);
            if is_written() {
                fs::write(&file, &printed).unwrap();
            }
            assert!(fs::read_to_string(&file).unwrap() == printed, "{} differs: make golden", file.display());
        }
    }
    assert!(!house.has_store(), "a document needs no store");
}

#[test]
fn what_is_served_is_what_the_command_prints() {
    let settings = [
        ("dialects.maisa.hosts", "api.maisa.example,api.maisa.example:8443"),
        ("dialects.maisa.prefix", "/people/v3"),
        ("dialects.shared", "false"),
    ];
    let elsewhere = Town::with(&settings);
    for town in [town(), &elsewhere] {
        for (dialect, (form, kind)) in DIALECTS.into_iter().flat_map(|dialect| FORMS.map(|form| (dialect, form))) {
            let path = format!("/openapi/{dialect}.{form}");
            let answer = town.server.http.send(&Request::get(&path)).unwrap().expect(200);
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.text() == printed(&town.house, dialect, form), "{path}");
            let head = town.server.http.send(&Request::new("HEAD", &path)).unwrap().expect(200);
            assert!(head.body.is_empty() && head.header("content-length") == answer.header("content-length"));
            let posted = town.server.http.send(&Request::new("POST", &path)).unwrap().expect(405);
            assert_eq!(posted.header("allow"), Some("GET, HEAD"));
        }
    }
}

#[test]
fn servers_are_where_the_dialect_is_found() {
    let servers = |town: &Town, dialect: &str| {
        let document: serde_json::Value = serde_json::from_str(&served(town, dialect, "json")).unwrap();
        let servers = document["servers"].as_array().unwrap().iter();
        servers.map(|server| server["url"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(servers(town(), "mechamental"), ["/mechamental", "/"]);
    assert_eq!(servers(town(), "maisa"), ["/maisa", "/"]);
    let settings = [
        ("dialects.maisa.hosts", "api.maisa.example:8443"),
        ("dialects.maisa.prefix", ""),
        ("dialects.shared", "false"),
    ];
    let elsewhere = Town::with(&settings);
    assert_eq!(servers(&elsewhere, "maisa"), ["//api.maisa.example:8443"]);
    assert_eq!(servers(&elsewhere, "mechamental"), ["/mechamental"]);
}

#[test]
fn roles_are_those_of_the_installation() {
    let mut house = House::vacant();
    let file = house.write_file(
        "roles.toml",
        "[[roles]]\nname = \"chief\"\npermissions = [\"users:read\", \"users:write\", \"users:delete\"]\n\
         [[roles]]\nname = \"guest\"\npermissions = []\n",
    );
    house.file(&file);
    let town = Town::in_house(house);
    for dialect in DIALECTS {
        let document = served(&town, dialect, "json");
        assert!(document.contains("\"chief\"") && document.contains("\"guest\""));
        assert!(!document.contains("\"developer\""));
        examples::check(&serde_json::from_str(&document).unwrap());
    }
}

#[test]
fn a_dialect_that_is_not_served_has_no_document() {
    let town = Town::with(&[("dialects.maisa.enabled", "false")]);
    town.server.http.send(&Request::get("/openapi/maisa.json")).unwrap().expect(404);
    let refused = town.cli(&["openapi", "maisa"]).misused().naming("mechamental");
    assert_eq!(refused.out, "");
    town.cli(&["openapi"]).misused();
    town.cli(&["openapi", "MechaMental"]).misused().naming("mechamental");
}

#[test]
fn documents_can_be_switched_off() {
    let town = Town::with(&[("docs.enabled", "false")]);
    for path in ["/openapi/maisa.json", "/openapi/mechamental.yaml", "/docs", "/docs/docs.js"] {
        town.server.http.send(&Request::get(path)).unwrap().expect(404);
    }
    assert_eq!(printed(&town.house, "maisa", "json"), printed(&House::empty(), "maisa", "json"));
}
