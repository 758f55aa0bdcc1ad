//! Who calls what: `diglot clients`, and `diglot key pin`.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::desk::{PASSWORD, somebody, token};
use crate::harness::{Answer, House, Maisa, Mm, Request, Town, at_once, eventually, is_postgres, only_on_sqlite};

/// What is told of a key and an operation; `null` for nothing.
fn told(town: &Town, key: &str, operation: &str) -> Value {
    let report = town.cli(&["clients", "report", "--json"]).done().json();
    let mut lines = report["clients"].as_array().unwrap().iter();
    lines.find(|line| line["key_id"] == key && line["operation"] == operation).cloned().unwrap_or_default()
}

/// How often a key called an operation, as far as it is noted.
fn calls(town: &Town, key: &str, operation: &str) -> u64 {
    told(town, key, operation)["calls"].as_u64().unwrap_or_default()
}

/// A list through the dialect that needs a workspace for it.
fn list_by_mm(town: &Town, mm: &Mm<'_>) -> Answer {
    mm.list(&[("workspace_id", &town.first_workspace)])
}

/// Names with their numbers, in order.
fn names(line: &Value, kind: &str) -> Vec<(String, u64)> {
    let one = |one: &Value| (one["name"].as_str().unwrap().to_owned(), one["calls"].as_u64().unwrap());
    let mut names: Vec<_> =
        line[kind].as_array().unwrap_or_else(|| panic!("no {kind}: {line}")).iter().map(one).collect();
    names.sort();
    names
}

fn expected(names: &[(&str, u64)]) -> Vec<(String, u64)> {
    names.iter().map(|(name, calls)| ((*name).to_owned(), *calls)).collect()
}

/// Until a running server has noted so many calls.
fn noted(town: &Town, key: &str, operation: &str, count: u64) {
    eventually(Duration::from_secs(10), "the calls are noted", || (calls(town, key, operation) == count).then_some(()));
}

/// The town without its server, which has noted all that it counted.
fn stop(town: Town) -> Town {
    let Town { server, house, root, first_workspace } = town;
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let server = house.serve();
    Town { server, house, root, first_workspace }
}

#[test]
fn each_call_is_counted_with_what_it_was_made_with() {
    let town = Town::new();
    let key = town.steward();
    let (mm, maisa) = (town.mm_as(&key.secret), town.maisa_as(&key.secret));
    let mut body = json!({
        "email": "Values-Marker@example.com", "username": "values-marker", "password": "values-marker-1",
        "full_name": "Values Marker", "values_marker": 1, "metadata_marker": {"email": 1},
    });
    body["default_workspace_id"] = town.first_workspace.as_str().into();
    let created = mm.clone().with("user-agent", "old-client/1.0").create(&body).expect(201).json();
    mm.clone().with("user-agent", "old-client/1.0").create(&body).expect(409);
    mm.clone()
        .with("user-agent", "bot\u{e9}")
        .list_raw(&format!("limit=1&search=zz-search-marker&values-marker=1&workspace_id={}", town.first_workspace))
        .expect(200);
    list_by_mm(&town, &mm).expect(200);
    maisa.get(created["user_id"].as_str().unwrap()).expect(200);
    maisa.list_raw("limit=x").expect(400);
    town.server.http.send(&Request::get("/maisa/v1/users")).unwrap().expect(401);
    town.server.is_ready();
    let town = stop(town);

    let line = told(&town, &key.id, "mechamental.createUser");
    assert_eq!((&line["calls"], &line["errors"], &line["dialect"]), (&json!(2), &json!(1), &json!("mechamental")));
    assert_eq!(names(&line, "agents"), expected(&[("old-client/1.0", 2)]));
    let fields = ["default_workspace_id", "email", "full_name", "other", "password", "username"].map(|name| (name, 2));
    assert_eq!(names(&line, "fields"), expected(&fields));
    assert_eq!(names(&line, "parameters"), []);
    let line = told(&town, &key.id, "mechamental.listUsers");
    assert_eq!(names(&line, "parameters"), expected(&[("limit", 1), ("other", 1), ("search", 1), ("workspace_id", 2)]));
    assert_eq!((line["calls"].as_u64(), names(&line, "fields")), (Some(2), vec![]));
    assert!(names(&line, "agents").iter().any(|(name, calls)| name.starts_with("bot") && *calls == 1), "{line}");
    assert_eq!(calls(&town, &key.id, "maisa.getUser"), 1);
    let line = told(&town, &key.id, "maisa.listUsers");
    assert_eq!((line["calls"].as_u64(), line["errors"].as_u64()), (Some(1), Some(1)));

    // No value is told, and none is in the store, that does not stand in the user itself.
    let report = town.cli(&["clients", "report", "--json"]).done().out;
    assert!(!report.to_lowercase().contains("marker"), "{report}");
    if !is_postgres() {
        drop(town.server);
        for file in town.house.data_files() {
            let bytes = fs::read(&file).unwrap().to_ascii_lowercase();
            for sent in ["metadata_marker", "values_marker", "search-marker", "values-marker-1"] {
                let is_there = bytes.windows(sent.len()).any(|window| window == sent.as_bytes());
                assert!(!is_there, "{sent} is in {}", file.display());
            }
        }
    }
}

/// Somebody has a session with each sign-in.
#[test]
fn all_sessions_of_somebody_are_told_together() {
    let town = Town::new();
    let (id, email) = somebody(&town.workspace());
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(token(&town, &email, PASSWORD));
        town.mm_as(&sessions[0]).me().expect(200);
        town.mm_as(sessions.last().unwrap()).me().expect(200);
    }
    let town = stop(town);
    let report = town.cli(&["clients", "report", "--json"]).done().json();
    let own: Vec<&Value> =
        report["clients"].as_array().unwrap().iter().filter(|line| line["user_id"] == id.as_str()).collect();
    let [line] = own[..] else { panic!("{report}") };
    assert_eq!(
        (&line["key_id"], &line["name"], &line["email"], &line["operation"], &line["calls"]),
        (&json!(null), &json!("sessions"), &json!(email), &json!("mechamental.getCurrentUser"), &json!(6))
    );
    let mm = report["totals"].as_array().unwrap().iter().find(|total| total["dialect"] == "mechamental").unwrap();
    assert_eq!(mm["keys"], 2, "the administrator's is the other one: {report}");
    let text = town.cli(&["clients", "report"]).done().out;
    assert!(text.contains(&format!("\n-\tsessions\t{email}\t-\tmechamental.getCurrentUser\t6\t")), "{text}");
    town.cli(&["clients", "show", &sessions[0]]).done();

    let listed = town.cli(&["key", "list", "--sessions", "--json"]).done().json();
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|key| key["key_id"].as_str().unwrap()).collect();
    let ids: Vec<&str> = sessions.iter().map(|session| session.split('_').nth(1).unwrap()).collect();
    assert_eq!(listed, ids, "by their end");
    town.house.write_file(
        "new.toml",
        "[dialects.mechamental]\nserve = \"read_only\"\n[routes.\"mechamental.getCurrentUser\"]\nserve = \"gone\"\n",
    );
    let plan = town.cli(&["plan", "new.toml"]).exits(1).out;
    assert!(plan.contains(&format!("used by sessions of {email}, calls in 30 days: 6")), "{plan}");
}

#[test]
fn the_report_is_for_people_for_programs_and_for_spreadsheets() {
    let town = Town::new();
    let named = town.workspace().key(&["--permission", "users:read", "--name", "=the, \"old\" one"]);
    let owned = town.key(&["--user", &town.root.id]);
    town.key(&["--user", &town.root.id, "--name", "silent"]);
    town.maisa_as(&named.secret).with("user-agent", "=cmd()").list(&[]).expect(200);
    town.mm_as(&owned.secret).with("user-agent", "a, \"b\"").me().expect(200);
    town.mm_as(&owned.secret).me().expect(200);
    let town = stop(town);

    let lines = town.cli(&["clients", "report"]).done().out;
    let row =
        |id: &str| lines.lines().find(|line| line.starts_with(id)).map(|line| line.split('\t').collect::<Vec<_>>());
    let mine = row(&owned.id).unwrap_or_else(|| panic!("{lines}"));
    assert_eq!(
        (mine[2], mine[4], mine[5], mine[6]),
        (town.root.email.as_str(), "mechamental.getCurrentUser", "2", "0")
    );
    assert!(lines.lines().next().unwrap().starts_with("key\tname\towner"), "{lines}");
    assert!(!lines.contains("silent"), "a key that called nothing is not there");
    assert!(lines.contains("\nmaisa: 1 calls, 0 of them errors, by 1 keys since "), "{lines}");

    let only = town.cli(&["clients", "report", "--dialect", "maisa"]).done().out;
    assert!(only.contains(&named.id) && !only.contains(&owned.id) && !only.contains("\nmechamental"), "{only}");
    let table = town.cli(&["clients", "report", "--csv", "--dialect", "maisa"]).done().out;
    let line = table.lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("{},\"'=the, \"\"old\"\" one\",-,-,maisa.listUsers,1,0,", named.id)), "{line}");
    assert!(table.ends_with("\r\n") && line.contains(",'=cmd() (1),"), "{table}");
    let totals = town.cli(&["clients", "report", "--json"]).done().json()["totals"].clone();
    let maisa = totals.as_array().unwrap().iter().find(|total| total["dialect"] == "maisa").cloned();
    assert_eq!(maisa, Some(json!({"dialect": "maisa", "keys": 1, "calls": 1, "errors": 0})));

    let days = town.cli(&["clients", "show", &owned.secret, "--json"]).done().json();
    assert_eq!((days.as_array().unwrap().len(), &days[0]["calls"]), (1, &json!(2)));
    assert_eq!(days[0]["day"].as_str().map(str::len), Some(10));
    assert!(town.cli(&["clients", "show", &named.id]).done().out.contains("maisa.listUsers"));
    town.cli(&["clients", "show", "aaaaaaaaaaaaaaaa"]).refused().naming("aaaaaaaaaaaaaaaa");
    town.cli(&["clients", "report", "--dialect", "latin"]).misused().naming("maisa");
    town.cli(&["clients", "report", "--json", "--csv"]).misused();
    town.cli(&["clients", "report", "--since", "soon"]).misused().naming("30d");
}

#[test]
fn so_many_clients_of_a_key_are_told_apart() {
    let town = Town::new();
    let key = town.steward();
    for n in 0..25 {
        town.maisa_as(&key.secret).with("user-agent", &format!("agent/{n:02}")).list(&[]).expect(200);
        if n == 12 {
            noted(&town, &key.id, "maisa.listUsers", 13);
        }
    }
    list_by_mm(&town, &town.mm_as(&key.secret).with("user-agent", "agent/99")).expect(200);
    town.maisa_as(&key.secret).with("user-agent", &"x".repeat(300)).list(&[]).expect(200);
    let town = stop(town);
    let line = told(&town, &key.id, "maisa.listUsers");
    let agents = names(&line, "agents");
    assert_eq!((agents.len(), line["calls"].as_u64()), (21, Some(26)), "{line}");
    assert_eq!(agents.iter().find(|(name, _)| name == "other").map(|(_, calls)| *calls), Some(6));
    let mm = told(&town, &key.id, "mechamental.listUsers");
    assert_eq!(names(&mm, "agents"), expected(&[("other", 1)]), "the clients of a key are counted together");
}

/// Whichever process answers, and however many clients call at once.
#[test]
fn what_was_called_is_what_is_counted() {
    const CLIENTS: usize = 32;
    const CALLS: usize = 40;
    let town = Town::new();
    let second = town.house.serve();
    let keys = [town.steward(), town.steward(), town.steward()];
    let work = (0..CLIENTS).map(|n| -> Box<dyn FnOnce() + Send + '_> {
        let (key, http) = (&keys[n % 3], if n % 2 == 0 { &town.server.http } else { &second.http });
        Box::new(move || {
            let agent = format!("client/{}", n % 5);
            for _ in 0..CALLS {
                Maisa::new(http, &key.secret).with("user-agent", &agent).list_raw("limit=1").expect(200);
                Mm::new(http, &key.secret).with("user-agent", &agent).get("nobody").expect(404);
            }
        })
    });
    at_once(work.collect());
    second.stop();
    let town = stop(town);
    for (n, key) in keys.iter().enumerate() {
        let sent = ((0..CLIENTS).filter(|client| client % 3 == n).count() * CALLS) as u64;
        let list = told(&town, &key.id, "maisa.listUsers");
        assert_eq!((list["calls"].as_u64(), list["errors"].as_u64()), (Some(sent), Some(0)));
        assert_eq!(names(&list, "parameters"), expected(&[("limit", sent)]));
        assert_eq!(names(&list, "agents").iter().map(|(_, calls)| calls).sum::<u64>(), sent);
        let get = told(&town, &key.id, "mechamental.getUser");
        assert_eq!((get["calls"].as_u64(), get["errors"].as_u64()), (Some(sent), Some(sent)));
    }
}

#[test]
fn a_process_that_is_killed_loses_only_the_last_seconds() {
    let town = Town::new();
    let key = town.steward();
    for _ in 0..7 {
        town.maisa_as(&key.secret).list(&[]).expect(200);
    }
    // Twice what it takes to note them, and half of what may be lost.
    eventually(Duration::from_secs(5), "the calls are noted", || {
        (calls(&town, &key.id, "maisa.listUsers") == 7).then_some(())
    });
    let Town { server, house, root, first_workspace } = town;
    server.kill();
    let town = Town { server: house.serve(), house, root, first_workspace };
    assert_eq!(calls(&town, &key.id, "maisa.listUsers"), 7);
}

#[test]
fn nobody_is_counted_where_that_is_switched_off() {
    let town = Town::with(&[("usage.enabled", "false")]);
    let key = town.steward();
    town.maisa_as(&key.secret).list(&[]).expect(200);
    let town = stop(town);
    assert_eq!(told(&town, &key.id, "maisa.listUsers"), Value::Null);
    let mut house = House::empty();
    house.set("usage.retention", "1h");
    house.cli(&["check"]).misused().naming("usage.retention");
}

/// What is noted changes neither users nor keys, so what is known of them holds: a key is not looked up again.
#[test]
fn noting_calls_disturbs_nothing() {
    if !only_on_sqlite("nothing is kept on PostgreSQL") {
        return;
    }
    let town = Town::new();
    let key = town.steward();
    town.maisa_as(&key.secret).list(&[]).expect(200);
    noted(&town, &key.id, "maisa.listUsers", 1);
    town.maisa_as(&key.secret).list(&[]).expect(200);
    noted(&town, &key.id, "maisa.listUsers", 2);
    assert_eq!(town.server.metric("diglot_usage_calls_dropped"), 0);
    assert_eq!(town.server.metric("diglot_usage_waiting"), 0);
}

#[test]
fn a_key_is_pinned_once_it_is_clean() {
    let town = Town::new();
    let key = town.steward();
    let pinned = |town: &Town| {
        let keys = town.cli(&["key", "list", "--json"]).done().json();
        keys.as_array().unwrap().iter().find(|listed| listed["key_id"] == key.id.as_str()).unwrap()["pinned"].clone()
    };
    list_by_mm(&town, &town.mm_as(&key.secret)).expect(200);
    town.maisa_as(&key.secret).list(&[]).expect(200);
    let town = stop(town);
    let refused = town.cli(&["key", "pin", &key.id, "maisa", "--if-clean", "14d"]).refused();
    refused.naming("mechamental.listUsers, last at 2");
    assert_eq!(pinned(&town), Value::Null);
    town.cli(&["key", "pin", &key.secret, "maisa", "--if-clean", "1ms"]).done();
    assert_eq!(pinned(&town), "maisa");
    let done = town.cli(&["key", "pin", &key.id, "none", "--json"]).done().json();
    assert_eq!(done, json!({"key_id": key.id, "pinned": null}));
    town.maisa_as(&key.secret).list(&[]).expect(200);
    town.cli(&["key", "pin", &key.id, "mechamental"]).done();
    assert_eq!(pinned(&town), "mechamental");
    list_by_mm(&town, &town.mm_as(&key.secret)).expect(200);
    let refused = town.maisa_as(&key.secret).list(&[]).expect(403).text();
    assert!(refused.contains("mechamental"), "{refused}");
    assert!(town.cli(&["key", "list"]).done().out.contains("\tmechamental\t-\n"));
    town.cli(&["key", "pin", "aaaaaaaaaaaaaaaa", "maisa"]).refused().naming("aaaaaaaaaaaaaaaa");
    town.cli(&["key", "pin", &key.id, "latin"]).misused().naming("mechamental, maisa");
    town.cli(&["key", "pin", &key.id, "none", "--if-clean", "1d"]).misused();
}

#[test]
fn nobody_is_clean_for_a_time_of_which_nothing_is_known() {
    let mut house = House::empty();
    house.init();
    house.set("usage.retention", "2d");
    house.cli(&["key", "pin", "aaaaaaaaaaaaaaaa", "maisa", "--if-clean", "14d"]).refused().naming("usage.retention");
    house.set("usage.enabled", "false");
    house.cli(&["key", "pin", "aaaaaaaaaaaaaaaa", "maisa", "--if-clean", "1d"]).refused().naming("usage.enabled");
}
