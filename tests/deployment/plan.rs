//! `diglot plan`: what another file would change.

use std::time::Duration;

use serde_json::json;

use crate::harness::{House, Town, eventually};

#[test]
fn a_plan_names_what_would_change_of_each_operation() {
    let mut house = House::empty();
    let old = house
        .write_file("old.toml", "[dialects.maisa]\nprefix = \"/m\"\n[routes.\"maisa.listUsers\"]\ntimeout = \"5s\"\n");
    let new = house.write_file(
        "new.toml",
        "[dialects.maisa]\nprefix = \"/m\"\nhosts = [\"api.example.com\"]\n[routes.\"maisa.listUsers\"]\ntimeout = \"10s\"\n\
         [routes.\"mechamental.deleteUser\"]\nserve = \"gone\"\nsunset = \"2027-06-30\"\n",
    );
    house.file(&old);
    let said = house.cli(&["plan", new.to_str().unwrap(), "--json"]).refused();
    assert!(said.err.contains("6 operations would change"), "{}", said.story());
    let changes = said.json()["changes"].as_array().unwrap().clone();
    let names: Vec<&str> = changes.iter().map(|change| change["name"].as_str().unwrap()).collect();
    let maisa = ["listUsers", "createUser", "getUser", "updateUser", "deleteUser"].map(|name| format!("maisa.{name}"));
    assert_eq!(names[0], "mechamental.deleteUser");
    assert_eq!(names[1..], maisa);
    assert_eq!(
        changes[0]["changes"],
        json!({
            "state": {"from": "on", "to": "gone"},
            "sunset": {"from": null, "to": "2027-06-30T00:00:00Z"},
        })
    );
    let list = &changes[1]["changes"];
    assert_eq!(list["timeout"], json!({"from": "5s", "to": "10s"}));
    assert_eq!(list["urls"]["to"].as_array().unwrap().len(), list["urls"]["from"].as_array().unwrap().len() + 1);

    let text = house.cli(&["plan", new.to_str().unwrap()]).refused().out;
    for line in [
        "mechamental.deleteUser\n    state: on → gone\n    sunset: none → 2027-06-30T00:00:00Z\n",
        "maisa.listUsers\n    + urls http://api.example.com/v1/users\n    timeout: 5s → 10s\n",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!house.has_store(), "no store is made for it");
}

#[test]
fn what_changes_nothing_is_no_change() {
    let mut house = House::empty();
    let old = house.write_file("old.toml", "[dialects.maisa]\nserve = \"read_only\"\n");
    let same = "[dialects.maisa]\nserve = \"off\"\n[routes.maisa.listUsers]\nserve = \"on\"\n\
                [routes.\"maisa.getUser\"]\nserve = \"on\"\n";
    house.file(&old);
    let said = house.cli(&["plan", old.to_str().unwrap()]).done();
    assert_eq!((said.out.as_str(), said.err.as_str()), ("Nothing would change.\n", ""));
    let other = house.write_file("other.toml", same);
    let said = house.cli(&["plan", other.to_str().unwrap(), "--json"]).refused();
    let states: Vec<_> = said.json()["changes"].as_array().unwrap().iter().map(|it| it["changes"].clone()).collect();
    assert_eq!(states, vec![json!({"state": {"from": "read_only", "to": "off"}}); 3]);
    // A variable beats either file.
    for operation in ["CREATEUSER", "UPDATEUSER", "DELETEUSER"] {
        house.set(&format!("routes.maisa.{}.serve", operation.to_lowercase()), "gone");
    }
    house.cli(&["plan", other.to_str().unwrap()]).done();
}

#[test]
fn a_wrong_file_is_no_plan() {
    let house = House::empty();
    let wrong = house.write_file("wrong.toml", "[routes.\"maisa.listUsers\"]\nserve = \"maybe\"\n[server]\nbnid = 1\n");
    let said = house.cli(&["plan", wrong.to_str().unwrap()]).misused().naming("bnid");
    assert!(said.err.contains("wrong.toml, line 2)"), "{}", said.story());
    house.cli(&["plan"]).misused();
    house.cli(&["plan", "nowhere.toml"]).misused().naming("nowhere.toml");
}

#[test]
fn a_plan_names_the_keys_that_use_what_would_change() {
    let town = Town::new();
    let (often, elsewhere) = (town.steward(), town.steward());
    for _ in 0..3 {
        town.maisa_as(&often.secret).list(&[]).expect(200);
    }
    town.mm_as(&often.secret).get(&town.root.id).expect(200);
    town.mm_as(&elsewhere.secret).get(&town.root.id).expect(200);
    let text = "[routes.\"maisa.listUsers\"]\nserve = \"gone\"\n[routes.\"maisa.deleteUser\"]\nserve = \"off\"\n";
    let new = town.house.write_file("new.toml", text);
    let new = new.to_str().unwrap();
    // A server notes calls every few seconds.
    let keys = eventually(Duration::from_secs(15), "the calls are noted", || {
        let plan = town.cli(&["plan", new, "--json"]).refused().json();
        let changes = plan["changes"].as_array().unwrap();
        let keys = |name: &str| changes.iter().find(|change| change["name"] == name).unwrap()["keys"].clone();
        assert_eq!(keys("maisa.deleteUser"), json!([]));
        Some(keys("maisa.listUsers")).filter(|keys| !keys.as_array().unwrap().is_empty())
    });
    assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
    assert_eq!((&keys[0]["key_id"], &keys[0]["calls"]), (&json!(often.id), &json!(3)));
    assert!(keys[0]["last_seen"].is_string() && keys[0]["name"].is_string(), "{keys}");
    let text = town.cli(&["plan", new]).refused().out;
    assert!(text.contains(&format!("used by {} (", often.id)) && !text.contains(&elsewhere.id), "{text}");
    assert!(!text.contains(&often.secret), "{text}");

    let other = town.house.write_file("other.toml", "[routes.\"maisa.deleteUser\"]\nserve = \"off\"\n");
    let text = town.cli(&["plan", other.to_str().unwrap()]).refused().out;
    assert!(text.contains("No key has called any of these operations in the last 30 days."), "{text}");
    let text = House::empty().cli(&["plan", new]).refused().out;
    assert!(text.contains("Which keys have called them is not known: "), "{text}");
}

#[test]
fn what_is_no_matter_of_routes_is_told_by_section() {
    let mut house = House::empty();
    let old = house.write_file("old.toml", "");
    let new = house
        .write_file("new.toml", "[dialects]\ndefault = \"maisa\"\n[plans]\ngold = \"9/s\"\n[log]\nformat = \"json\"\n");
    house.file(&old);
    let said = house.cli(&["plan", new.to_str().unwrap()]).refused();
    for line in [
        "    - urls /v1/users with X-API-Key\n    + urls /v1/users with X-API-Key, or without\n",
        "Beside operations: plans\nNeeds a restart: log\n",
    ] {
        assert!(said.out.contains(line), "{line} is not in {}", said.out);
    }
    let new = house.write_file("new.toml", "[log]\nformat = \"json\"\n");
    let said = house.cli(&["plan", new.to_str().unwrap(), "--json"]).refused();
    assert_eq!((&said.json()["changes"], &said.json()["needs_restart"]), (&json!([]), &json!(["log"])));
    said.naming("no operation would change, but what is named above");
}
