//! Settings: three layers, and no word that nobody knows.

use serde_json::json;

use crate::harness::{House, Mm, fresh};

#[test]
fn a_key_that_nobody_knows_is_named_with_its_place_in_the_file() {
    let mut house = House::empty();
    for (text, named) in [
        ("[server]\nbnid = \"127.0.0.1:1\"\n", "bnid"),
        ("[sevrer]\nbind = \"127.0.0.1:1\"\n", "sevrer"),
        ("nonsense = 1\n", "nonsense"),
        ("[dialects.klingon]\nprefix = \"/k\"\n", "klingon"),
        ("[[roles]]\nname = \"a\"\npermissions = []\nrank = 1\n", "rank"),
        ("[dialects.maisa]\nhost = []\n", "host"),
    ] {
        let file = house.write_file("wrong.toml", text);
        house.file(&file).cli(&["check"]).misused().naming(named).naming("wrong.toml");
        house.cli(&["serve"]).misused().naming(named);
    }
}

#[test]
fn a_wrong_type_or_value_is_named_with_its_place() {
    let mut house = House::empty();
    for (text, named) in [
        ("[passwords]\nbcrypt_cost = \"many\"\n", "bcrypt_cost"),
        ("[server]\nbind = 8080\n", "bind"),
        ("[server]\nbind = \"nowhere\"\n", "bind"),
        ("[server]\nhead_timeout = \"soon\"\n", "head_timeout"),
        ("[dialects]\nshared = \"perhaps\"\n", "shared"),
        ("[dialects]\ndefault = \"klingon\"\n", "default"),
        ("[log]\nformat = \"xml\"\n", "format"),
        ("[database]\nurl = \"mysql://x\"\n", "url"),
        ("[server\n", "wrong.toml"),
    ] {
        let name = named.to_owned();
        if ["bcrypt_cost", "url"].contains(&named) {
            house.unset(if named == "url" { "database.url" } else { "passwords.bcrypt_cost" });
        }
        let file = house.write_file("wrong.toml", text);
        house.file(&file).cli(&["check"]).misused().naming(&name).naming("wrong.toml");
    }
}

#[test]
fn a_variable_that_nobody_knows_is_named() {
    for (setting, value, named) in [
        ("server.bnid", "127.0.0.1:1", "DIGLOT_SERVER__BNID"),
        ("nonsense", "1", "DIGLOT_NONSENSE"),
        ("dialects.klingon.prefix", "/k", "DIGLOT_DIALECTS__KLINGON__PREFIX"),
        ("passwords.bcrypt_cost", "many", "DIGLOT_PASSWORDS__BCRYPT_COST"),
        ("server.bind", "nowhere", "DIGLOT_SERVER__BIND"),
        ("dialects.shared", "perhaps", "DIGLOT_DIALECTS__SHARED"),
    ] {
        let mut house = House::empty();
        house.set(setting, value).cli(&["check"]).misused().naming(named);
    }
}

#[test]
fn a_hash_must_cost_what_is_safe() {
    for cost in ["3", "15", "0", "-1", "12.5"] {
        House::empty()
            .set("passwords.bcrypt_cost", cost)
            .cli(&["check"])
            .misused()
            .naming("bcrypt_cost".to_uppercase().as_str());
    }
    for cost in ["10", "14"] {
        let mut house = House::empty();
        house.init();
        house.set("passwords.bcrypt_cost", cost).cli(&["check"]).done();
    }
}

#[test]
fn a_variable_beats_the_file_and_the_file_beats_what_is_built_in() {
    let mut house = House::empty();
    let file = house.write_file(
        "own.toml",
        "[dialects.maisa]\nprefix = \"/from-file\"\n[dialects.mechamental]\nprefix = \"/file-too\"\n",
    );
    house.file(&file).set("dialects.maisa.prefix", "/from-variable");
    let first = house.init();
    let server = house.serve();
    let mm = Mm::new(&server.http, first["key"].as_str().unwrap());
    mm.clone().at("/file-too").me().expect(200);
    mm.clone().at("/mechamental").me().expect(404);
    for (prefix, status) in [("/from-variable", 200), ("/from-file", 404), ("/maisa", 404)] {
        crate::harness::Maisa::new(&server.http, first["key"].as_str().unwrap()).at(prefix).list(&[]).expect(status);
    }
}

#[test]
fn the_file_may_be_named_on_the_command_line() {
    let house = House::empty();
    house.init();
    let good = house.write_file("good.toml", "[log]\nformat = \"json\"\n");
    house.cli(&["check", "--config", good.to_str().unwrap()]).done();
    house.cli(&["check", "--config", "nowhere.toml"]).misused().naming("nowhere.toml");
    let wrong = house.write_file("bad.toml", "nope = 1\n");
    house.cli(&["check", "--config", wrong.to_str().unwrap()]).misused().naming("nope");
}

#[test]
fn an_address_in_the_settings_shows_no_password() {
    let mut house = House::empty();
    let said = house.set("database.url", "postgres://diglot:canary-secret@127.0.0.1:1/x").cli(&["check"]);
    assert_ne!(said.code, 0);
    assert!(!said.out.contains("canary-secret") && !said.err.contains("canary-secret"), "{}", said.story());
    let log = house.try_serve().err().unwrap_or_default();
    assert!(!log.contains("canary-secret"), "{log}");
}

#[test]
fn a_store_may_lie_where_a_relative_path_says() {
    let mut house = House::empty();
    let name = fresh("here");
    house.set("database.url", &format!("sqlite://{name}/deep/own.db"));
    house.init();
    assert!(house.has(&format!("{name}/deep/own.db")));
    house.unset("database.url").init();
    assert!(house.has("data/diglot.db"), "the default");
    assert_eq!(house.cli(&["check", "--json"]).done().json()["administrator"], json!(true));
}
