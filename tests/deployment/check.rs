//! `diglot check FILE`: a mistake is found before it is served.

use serde_json::{Value, json};

use crate::harness::House;

const WRONG: &str = r#"# A file with one mistake of each kind.
[server]
bnid = "127.0.0.1:1"
head_timeout = "soon"

[dialects]
shared = false

[dialects.mechamental]
hosts = ["api.example.com"]
prefix = "/api"
serve = "sometimes"

[dialects.maisa]
hosts = ["api.example.com"]
prefix = "/api"
deprecated = "2027-06-01"
sunset = "2027-01-01"

[routes."maisa.deletUser"]
serve = "off"

[routes."maisa.getUser"]
serve = "read_only"
timeout = 5
rate_limit = "100 a minute"
successor = "maisa.fetchUser"
brownouts = [
    { at = "2027-05-01", for = "15m" },
    { at = "soon", for = "15m" },
]

[routes."klingon.getUser"]
serve = "on"
"#;

#[test]
fn all_that_is_wrong_is_told_at_once_with_file_line_and_key() {
    let house = House::empty();
    let file = house.write_file("wrong.toml", WRONG);
    let said = house.cli(&["check", "--json", file.to_str().unwrap()]).misused();
    let verdict: Value = said.json();
    assert_eq!(verdict["settings"], "wrong");
    let expected = [
        (3, "server.bnid", "is not known"),
        (4, "server.head_timeout", "must be a time"),
        (12, "dialects.mechamental.serve", "must be \"on\""),
        (15, "dialects.maisa.hosts", "has a host of dialects.mechamental.hosts"),
        (16, "dialects.maisa.prefix", "is the same as dialects.mechamental.prefix"),
        (18, "dialects.maisa.sunset", "is before the deprecation in dialects.maisa.deprecated"),
        (20, "routes.\"maisa.deletUser\"", "is not known"),
        (24, "routes.\"maisa.getUser\".serve", "must be \"on\", \"off\" or \"gone\""),
        (25, "routes.\"maisa.getUser\".timeout", "must be text"),
        (26, "routes.\"maisa.getUser\".rate_limit", "must be empty for none, or a rate"),
        (27, "routes.\"maisa.getUser\".successor", "must be empty for none, an operation"),
        (30, "routes.\"maisa.getUser\".brownouts[1].at", "must be a day"),
        (33, "routes.klingon", "is not known"),
    ];
    let found: Vec<(u64, &str, &str)> = verdict["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            assert_eq!((&problem["from"], &problem["file"]), (&json!("file"), &json!(file.to_str().unwrap())));
            let text = |key: &str| problem[key].as_str().unwrap();
            (problem["line"].as_u64().unwrap(), text("key"), text("message"))
        })
        .collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((line, key, message), (place, named, start)) in found.iter().zip(expected) {
        assert_eq!((*line, *key), (place, named), "{message}");
        assert!(message.starts_with(start), "{key}: {message}");
    }
    // For people, the same.
    for (line, key, message) in expected {
        let start = format!("{key} (file {}, line {line}): {message}", file.display());
        assert!(said.err.contains(&start), "{start} is not in {}", said.err);
    }
    assert!(said.err.contains("perhaps deleteUser is meant"), "{}", said.err);
    assert!(!house.has_store());
}

#[test]
fn what_nobody_can_reach_is_told() {
    let house = House::empty();
    for (text, line, message) in [
        ("[dialects.maisa]\nprefix = \"\"\nshared = false\n", 1, "dialects.maisa (file"),
        ("[dialects]\nshared = false\n[dialects.maisa]\nprefix = \"\"\n", 3, "cannot be reached"),
        (
            "[dialects.mechamental]\nprefix = \"/api\"\n[dialects.maisa]\nprefix = \"/api/v1\"\n",
            4,
            "lies within dialects.mechamental.prefix and hides paths of its listUsers, ",
        ),
        ("[dialects.maisa]\nprefix = \"/v1\"\n", 2, "must not begin with /v1"),
        (
            "[dialects.maisa]\nenabled = false\n[routes.\"maisa.getUser\"]\nserve = \"on\"\n",
            4,
            "cannot be reached: dialects.maisa.enabled is false (file",
        ),
        (
            "[dialects.maisa]\nserve = \"gone\"\n[dialects.mechamental]\nsuccessor = \"maisa.listUsers\"\n",
            4,
            "is not served (mechamental.listUsers)",
        ),
        (
            "[dialects.mechamental]\nprefix = \"/maisa\"\n",
            2,
            "is the same as dialects.maisa.prefix (the built-in settings)",
        ),
        ("[dialects.mechamental]\nshared = false\n", 0, "must take part in the shared mount"),
    ] {
        let file = house.write_file("unreachable.toml", text);
        let said = house.cli(&["check", file.to_str().unwrap()]).misused().naming(message);
        assert!(line == 0 || said.err.contains(&format!(", line {line})")), "{}", said.story());
    }
}

#[test]
fn a_file_is_looked_at_alone() {
    let mut house = House::empty();
    let good = house.write_file("good.toml", "[routes.\"maisa.deleteUser\"]\nserve = \"off\"\n");
    house.set("server.workers", "many");
    let path = good.to_str().unwrap();
    let said = house.cli(&["check", path]).done();
    assert!(said.out.contains("alone") && said.out.contains("without the store"), "{}", said.story());
    let verdict = house.cli(&["check", path, "--json"]).done().json();
    assert_eq!(verdict, json!({"file": path, "settings": "ok", "problems": []}));
    house.cli(&["check"]).misused().naming("DIGLOT_SERVER__WORKERS");
    house.cli(&["check", "nowhere.toml"]).misused().naming("nowhere.toml: cannot be read");
    house.cli(&["check", "--deep", path]).misused();
    assert!(!house.has_store());
}

#[test]
fn every_line_that_is_no_toml_is_told() {
    let house = House::empty();
    let text = "[server]\nbind = 127.0.0.1:8080\n[database]\nurl = canary-secret\n[log\nformat = \"text\"\n";
    let file = house.write_file("broken.toml", text);
    let said = house.cli(&["check", file.to_str().unwrap()]).misused();
    for line in [2, 4, 5] {
        assert!(said.err.contains(&format!("broken.toml, line {line}: is no TOML")), "{}", said.story());
    }
    assert!(!said.err.contains("canary-secret"), "{}", said.story());
}

#[test]
fn a_wrong_dialect_hides_nothing_of_its_operations() {
    let house = House::empty();
    let text = "[dialects.maisa]\nmax_body = \"1GiB\"\n[routes.\"maisa.deleteUser\"]\nserve = \"read_only\"\n";
    let file = house.write_file("wrong.toml", text);
    let said = house.cli(&["check", file.to_str().unwrap()]).misused();
    said.naming("line 2): must be a size").naming("line 4): must be \"on\", \"off\" or \"gone\"\n");
}

#[test]
fn an_exempt_key_that_is_none_is_told() {
    let mut house = House::empty();
    house.init();
    let file = house.write_file("exempt.toml", "[routes.\"maisa.getUser\"]\nexempt = [\"zzzzzzzzzzzzzzzz\"]\n");
    house.file(&file);
    house.cli(&["check"]).refused().naming("routes.\"maisa.getUser\".exempt names zzzzzzzzzzzzzzzz");
}
