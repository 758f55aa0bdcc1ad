//! `diglot map`: the registry of fields knows every name on the wire, and every test that it names is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::House;
use crate::harness::snapshot::is_written;

fn map() -> Value {
    House::empty().cli(&["map", "--json"]).done().json()
}

/// The names of a dialect as the map has them: where they stand, in words, and what they are.
fn registered(map: &Value, dialect: &str) -> BTreeSet<(String, String)> {
    let names = map["fields"].as_array().unwrap().iter().flat_map(|row| row["names"].as_array().unwrap());
    let mut found = BTreeSet::new();
    for name in names.filter(|name| name["dialect"] == dialect) {
        for place in name["places"].as_array().unwrap() {
            for of in place["of"].as_array().unwrap() {
                let (kind, of) = (place["in"].as_str().unwrap(), of.as_str().unwrap());
                assert!(found.insert((format!("{kind} of {of}"), name["name"].as_str().unwrap().to_owned())), "{name}");
            }
        }
    }
    found
}

/// The names of a dialect as its document has them.
fn described(document: &Value) -> BTreeSet<(String, String)> {
    let (mut found, mut bodies) = (BTreeSet::new(), BTreeMap::new());
    for operation in document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let id = operation["operationId"].as_str().unwrap();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (kind, name) = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
            found.insert((format!("{kind} of {id}"), name.to_owned()));
        }
        if let Some(reference) = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str() {
            bodies.insert(reference.rsplit('/').next().unwrap().to_owned(), id.to_owned());
        }
        if operation["security"] == json!([]) {
            continue;
        }
        // The key stands in the security scheme, and in one document also among the parameters.
        let scheme = document["components"]["securitySchemes"].as_object().unwrap().values().next().unwrap();
        let header = scheme["name"].as_str().unwrap_or("authorization");
        found.insert((format!("header of {id}"), header.to_owned()));
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let place = match bodies.get(name) {
            Some(operation) => format!("body of {operation}"),
            None => format!("answer of {name}"),
        };
        members(schema, "", &mut |member| _ = found.insert((place.clone(), member)));
    }
    found
}

/// The members of an object, those of objects in it behind a dot.
fn members(schema: &Value, within: &str, found: &mut dyn FnMut(String)) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{within}{name}");
        found(name.clone());
        members(inner, &format!("{name}."), found);
        inner["anyOf"].as_array().into_iter().flatten().for_each(|one| members(one, &format!("{name}."), found));
    }
}

/// What one has and the other has not, both ways.
fn difference(map: &Value, dialect: &str, document: &Value) -> Vec<String> {
    let (registered, described) = (registered(map, dialect), described(document));
    let missing = described.difference(&registered).map(|(place, name)| format!("{name} ({place}) is not registered"));
    let dead = registered.difference(&described).map(|(place, name)| format!("{name} ({place}) is not described"));
    missing.chain(dead).collect()
}

fn document(dialect: &str) -> Value {
    House::empty().cli(&["openapi", dialect]).done().json()
}

#[test]
fn every_name_on_the_wire_is_registered_and_no_other() {
    let map = map();
    for dialect in map["dialects"].as_array().unwrap() {
        let dialect = dialect.as_str().unwrap();
        assert_eq!(difference(&map, dialect, &document(dialect)), [""; 0], "{dialect}");
    }
}

#[test]
fn a_name_that_is_forgotten_is_found() {
    let (map, document) = (map(), document("maisa"));
    let mut grown = document.clone();
    grown["components"]["schemas"]["UserCreate"]["properties"]["nickname"] = json!({"type": "string"});
    assert_eq!(difference(&map, "maisa", &grown), ["nickname (body of createUser) is not registered"]);
    let mut grown = document.clone();
    grown["components"]["schemas"]["UserList"]["properties"]["pagination"]["properties"]["page"] = json!({});
    assert_eq!(difference(&map, "maisa", &grown), ["pagination.page (answer of UserList) is not registered"]);
    let mut shrunk = document;
    shrunk["components"]["schemas"]["User"]["properties"].as_object_mut().unwrap().remove("email").unwrap();
    assert_eq!(difference(&map, "maisa", &shrunk), ["email (answer of User) is not described"]);
}

/// The file of a module of the suite, or, behind `crates::`, of a crate, without its ending.
fn file_of(modules: &str) -> PathBuf {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR"));
    let within = |root: PathBuf, modules: &str| modules.split("::").fold(root, |path, module| path.join(module));
    match modules.strip_prefix("crates::").and_then(|rest| rest.split_once("::")) {
        Some((name, rest)) => within(suite.join("../crates").join(name).join("src"), rest),
        None => within(suite.to_owned(), modules),
    }
}

/// Whether there is a test of this path: a file for its modules, and in it a function that is marked as a test.
fn is_test(path: &str) -> bool {
    let Some((modules, name)) = path.rsplit_once("::") else { return false };
    let file = file_of(modules);
    let sources = [file.with_extension("rs"), file.join("mod.rs")];
    let Some(source) = sources.iter().find_map(|source| fs::read_to_string(source).ok()) else { return false };
    let lines: Vec<&str> = source.lines().collect();
    lines.windows(2).any(|pair| pair[0] == "#[test]" && pair[1].starts_with(&format!("fn {name}(")))
}

#[test]
fn every_rule_is_proved_by_a_test_that_is_there() {
    let map = map();
    let names = map["fields"].as_array().unwrap().iter().flat_map(|row| row["names"].as_array().unwrap());
    for name in names {
        let test = name["test"].as_str().unwrap();
        assert!(is_test(test), "{}.{}: there is no test {test}", name["dialect"], name["name"]);
        assert!(!name["rule"].as_str().unwrap().is_empty());
    }
    assert!(is_test("deployment::map::every_rule_is_proved_by_a_test_that_is_there"));
    assert!(is_test("crates::gateway::map::tests::no_name_stands_twice_in_one_place"));
    for none in [
        "crates::gateway::map::no_name_stands_twice_in_one_place",
        "crates::map",
        "deployment::map::is_test",
        "deployment::map::every_rule",
        "deployment::nope::map",
        "map",
        "",
    ] {
        assert!(!is_test(none), "{none}");
    }
}

#[test]
fn classes_say_what_becomes_of_a_field() {
    let map = map();
    let row = |core: &str| map["fields"].as_array().unwrap().iter().find(|row| row["core"] == core).unwrap().clone();
    for (core, class) in [
        ("email", "exact"),
        ("id", "exact"),
        ("full_name", "derived"),
        ("roles", "derived"),
        ("status", "derived"),
        ("created_at", "derived"),
        ("username", "only-here"),
        ("permissions", "only-here"),
        ("metadata", "only-here"),
        ("list.search", "only-here"),
    ] {
        assert_eq!(row(core)["class"], class, "{core}");
    }
    for row in map["fields"].as_array().unwrap() {
        let dialects: BTreeSet<&str> =
            row["names"].as_array().unwrap().iter().map(|name| name["dialect"].as_str().unwrap()).collect();
        assert_eq!(row["class"] == "only-here", dialects.len() == 1, "{row}");
    }
}

#[test]
fn people_get_a_line_for_each() {
    let (map, lines) = (map(), House::empty().cli(&["map"]).done().out);
    assert_eq!(lines.lines().count(), map["fields"].as_array().unwrap().len() + 1);
    let line = lines.lines().find(|line| line.starts_with("roles ")).unwrap();
    for word in ["roles (both)", "role (both)", "derived", "The highest of the roles"] {
        assert!(line.contains(word), "{line}");
    }
    House::empty().cli(&["map", "--json", "--markdown"]).misused();
}

#[test]
fn the_manual_explains_each_class() {
    let help = House::empty().cli(&["map", "--help"]).done().out;
    for word in ["exact ", "derived ", "only-here ", "(in)", "(out)", "--markdown"] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(House::empty().cli(&["--help"]).done().out.contains("Print what each dialect calls what"));
}

#[test]
fn the_page_is_the_one_that_is_kept() {
    let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "docs", "map.md"].iter().collect();
    let house = House::empty();
    let printed = house.cli(&["map", "--markdown"]).done().out;
    if is_written() {
        fs::write(&file, &printed).unwrap();
    }
    assert!(fs::read_to_string(&file).unwrap() == printed, "{} differs: make golden", file.display());
    assert!(!house.has_store(), "a map needs no store");
}
