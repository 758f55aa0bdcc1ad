//! Other settings for a running server: `diglot reload`, SIGHUP, and brownouts by hand.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::hours_ago;
use crate::harness::{House, Request, Town, eventually, is_postgres, only_on_sqlite};

/// A town that is served by a file, with a socket that is found on every store.
fn town(settings: &str) -> (Town, PathBuf) {
    let mut house = House::vacant();
    let file = house.write_file("diglot.toml", settings);
    house.file(&file);
    if is_postgres() {
        let socket = house.path().join("control");
        house.set("server.control", &socket.display().to_string());
    }
    (Town::in_house(house), file)
}

#[test]
fn a_change_is_in_force_when_the_command_ends_and_is_told_by_operation() {
    let (town, file) = town("");
    let list = [("workspace_id", town.first_workspace.as_str())];
    town.mm().list(&list).expect(200);
    fs::write(&file, "[routes.\"mechamental.listUsers\"]\nserve = \"gone\"\n[plans]\ngold = \"9/s\"\n").unwrap();
    town.mm().list(&list).expect(200);
    let told = town.cli(&["reload", "--json"]).done().json();
    let server = &told["servers"][0];
    assert_eq!((&server["pid"], &server["reloaded"]), (&json!(town.server.pid()), &json!(true)));
    let changes = server["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{told}");
    assert_eq!(changes[0]["name"], "mechamental.listUsers");
    assert_eq!(changes[0]["changes"]["state"], json!({"from": "on", "to": "gone"}));
    assert_eq!((&server["others"], &server["needs_restart"]), (&json!(["plans"]), &json!([])));
    town.mm().list(&list).expect(410);
    town.mm().get(&town.root.id).expect(200);
    // Once more changes nothing, and says so.
    assert_eq!(town.cli(&["reload", "--json"]).done().json()["servers"][0]["changes"], json!([]));
    fs::write(&file, "").unwrap();
    let text = town.cli(&["reload"]).done().out;
    assert!(text.contains("mechamental.listUsers") && text.contains("state: gone → on"), "{text}");
    town.mm().list(&list).expect(200);
    // Addresses are told one by one, as `diglot plan` and `diglot routes` tell them.
    fs::write(&file, "[routes.\"maisa.listUsers\"]\nserve = \"off\"\n").unwrap();
    let text = town.cli(&["reload"]).done().out;
    let told =
        "maisa.listUsers\n    state: on → off\n    - urls /maisa/v1/users\n    - urls /v1/users with X-API-Key\n";
    assert!(text.ends_with(told), "{text}");
}

#[test]
fn a_bad_file_changes_nothing_and_everybody_is_told() {
    let (town, file) = town("");
    fs::write(&file, "[routes.\"maisa.listUser\"]\nserve = \"off\"\n[dialects.maisa]\nprefix = \"no\"\n").unwrap();
    let refused = town.cli(&["reload"]).refused();
    let told = format!("{}{}", refused.out, refused.err);
    assert!(
        told.contains("maisa.listUser") && told.contains("line 1") && told.contains("dialects.maisa.prefix"),
        "{told}"
    );
    town.maisa().list(&[]).expect(200);
    town.maisa().get(&town.root.id).expect(200);
    let ready = town.server.http.send(&Request::get("/readyz")).unwrap().expect(200);
    assert!(ready.str("/detail").contains("are wrong; those before are in force"), "{}", ready.story());
    assert_eq!(town.server.http.send(&Request::get("/healthz")).unwrap().text(), r#"{"status":"ok"}"#);
    assert!(town.server.log().contains("the new settings are wrong"));
    fs::write(&file, "[server]\nbody_timeout = \"1s\"\n[cache\n").unwrap();
    let refused = town.cli(&["reload"]).refused();
    assert!(format!("{}{}", refused.out, refused.err).contains("line 3"), "{}", refused.story());
    fs::write(&file, "").unwrap();
    town.cli(&["reload"]).done();
    assert_eq!(town.server.http.send(&Request::get("/readyz")).unwrap().text(), r#"{"status":"ok"}"#);
}

#[test]
fn a_hangup_does_the_same() {
    let (town, file) = town("");
    fs::write(&file, "[routes.\"maisa.listUsers\"]\nserve = \"gone\"\n").unwrap();
    town.server.signal("HUP");
    let is_gone = || (town.maisa().list(&[]).status == 410).then_some(());
    eventually(Duration::from_secs(10), "it is read again", is_gone);
    fs::write(&file, "nonsense").unwrap();
    town.server.signal("HUP");
    let is_told = || town.server.log().contains("the new settings are wrong").then_some(());
    eventually(Duration::from_secs(10), "it is told", is_told);
    town.maisa().list(&[]).expect(410);
}

#[test]
fn what_needs_a_restart_is_named_and_the_rest_is_done() {
    let (town, file) = town("");
    fs::write(
        &file,
        "[server]\nworkers = 3\nbody_timeout = \"7s\"\n[cache]\ncallers = 7\n[docs]\nenabled = false\n\
         [log]\nformat = \"json\"\n[[roles]]\nname = \"chief\"\npermissions = [\"users:read\"]\n",
    )
    .unwrap();
    for _ in 0..2 {
        let told = town.cli(&["reload", "--json"]).done().json();
        assert_eq!(told["servers"][0]["needs_restart"], json!(["server.workers", "cache", "roles", "log"]), "{told}");
    }
    town.server.http.send(&Request::get("/docs")).unwrap().expect(404);
    let text = town.cli(&["reload"]).done().out;
    assert!(text.contains("Needs a restart: server.workers, cache, roles, log"), "{text}");
}

#[test]
fn a_brownout_by_hand_begins_and_ends_at_once_and_outlives_a_reload() {
    let (town, _) = town("");
    let begun = town.cli(&["brownout", "start", "maisa.getUser", "--for", "15m", "--json"]).done().json();
    assert_eq!(begun["servers"][0]["operations"][0]["name"], "maisa.getUser");
    assert!(begun["servers"][0]["operations"][0]["until"].as_str().unwrap().ends_with('Z'));
    for _ in 0..2 {
        let away = town.maisa().get(&town.root.id).maisa_error(410, "ROUTE_BROWNOUT");
        let seconds: u64 = away.header("retry-after").unwrap().parse().unwrap();
        assert!((880..=900).contains(&seconds), "{}", away.story());
        town.cli(&["reload"]).done();
    }
    town.maisa().list(&[]).expect(200);
    town.mm().get(&town.root.id).expect(200);
    town.cli(&["brownout", "stop", "maisa.getUser"]).done();
    town.maisa().get(&town.root.id).expect(200);
    town.cli(&["brownout", "start", "mechamental.*", "--for", "1s"]).done();
    assert_eq!(town.mm().me().expect(410).str("/error"), "ROUTE_BROWNOUT");
    eventually(Duration::from_secs(5), "it ends by itself", || (town.mm().me().status == 200).then_some(()));
    town.cli(&["brownout", "start", "maisa.getUsers", "--for", "1m"])
        .misused()
        .naming("perhaps maisa.getUser is meant");
    town.cli(&["brownout", "start", "maisa.getUser", "--for", "0s"]).misused();
    town.cli(&["brownout", "start", "maisa.getUser"]).misused();
}

#[test]
fn a_planned_brownout_can_be_ended_by_hand() {
    let (begun, again) = (hours_ago(1), hours_ago(0));
    let brownouts =
        format!("brownouts = [{{ at = \"{begun}\", for = \"65m\" }}, {{ at = \"{again}\", for = \"1h\" }}]");
    let (town, _) = town(&format!("[routes.\"maisa.getUser\"]\n{brownouts}\n"));
    town.maisa().get(&town.root.id).maisa_error(410, "ROUTE_BROWNOUT");
    town.cli(&["brownout", "stop", "maisa.getUser"]).done();
    town.maisa().get(&town.root.id).expect(200);
}

#[test]
fn the_socket_lies_beside_the_data_and_is_its_owners_alone() {
    if !only_on_sqlite("a database that is a server has no place beside it") {
        return;
    }
    let (town, _) = town("");
    let socket = town.house.path().join("data-diglot.db.control");
    let found = fs::symlink_metadata(&socket).unwrap();
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    // A second server on the same store has one of its own, and the command finds both.
    let second = town.house.serve();
    let told = town.cli(&["reload", "--json"]).done().json();
    let mut pids: Vec<u64> =
        told["servers"].as_array().unwrap().iter().map(|server| server["pid"].as_u64().unwrap()).collect();
    pids.sort_unstable();
    let mut expected = [town.server.pid(), second.pid()].map(u64::from);
    expected.sort_unstable();
    assert_eq!(pids, expected);
    // One that was killed leaves its socket behind, which disturbs nobody.
    second.kill();
    assert_eq!(town.cli(&["reload", "--json"]).done().json()["servers"].as_array().unwrap().len(), 1);
    let Town { server, house, .. } = town;
    server.kill();
    assert!(socket.exists());
    house.cli(&["reload"]).refused().naming("nobody listens");
    let server = house.serve();
    house.cli(&["reload"]).done();
    server.stop();
    assert!(!socket.exists(), "a server that stops takes it along");
}

#[test]
fn a_socket_that_another_server_has_is_not_taken_from_it() {
    let mut house = House::vacant();
    let socket = house.path().join("control");
    house.set("server.control", &socket.display().to_string());
    house.init();
    let server = house.serve();
    let refused = house.try_serve().err().expect("two servers at one socket");
    assert!(refused.contains(&format!("process {}", server.pid())) && refused.contains("server.control"), "{refused}");
    house.cli(&["reload"]).done();
    server.stop();
    fs::write(&socket, "precious").unwrap();
    assert!(house.try_serve().err().expect("something else stands there").contains("something else than a socket"));
    assert_eq!(fs::read_to_string(&socket).unwrap(), "precious");
    fs::remove_file(&socket).unwrap();
    house.set("server.control", "");
    let server = house.serve();
    house.cli(&["reload"]).refused().naming("SIGHUP");
    assert!(!socket.exists());
    drop(server);
}

#[test]
fn nothing_fails_while_the_settings_change() {
    under_load(4_000, 10);
}

#[test]
#[ignore = "takes a minute: make test-slow"]
fn nothing_fails_in_100_000_requests_while_the_settings_change_50_times() {
    under_load(100_000, 50);
}

/// So many requests on connections that are kept, and so many reloads meanwhile. What all of the settings serve is served by each
/// answer; what only some of them serve, as one of them says. No connection is dropped.
fn under_load(requests: usize, reloads: usize) {
    const CLIENTS: usize = 8;
    let (town, file) = town("");
    let (done, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let render = |path: &str| {
        let request = Request::get(path).header("X-API-Key", &town.root.key);
        request.render(&town.server.http.address().to_string())
    };
    let steady = render(&format!("/maisa/v1/users/{}", town.root.id));
    let unsteady = render("/v1/users?limit=1");
    let client = || {
        let mut connection = town.server.http.connect().unwrap();
        let mut seen = [0, 0];
        for turn in 0.. {
            // As many as were asked for, and until the last reload is over.
            if done.fetch_add(1, Ordering::Relaxed) >= requests && over.load(Ordering::Relaxed) {
                return seen;
            }
            let is_steady = turn % 4 != 0;
            connection.write(if is_steady { &steady } else { &unsteady }).unwrap();
            let answer = connection.read_answer("GET").unwrap();
            match (is_steady, answer.status) {
                (_, 200) => seen[0] += 1,
                (false, 410) => {
                    assert!(answer.text().contains("\"GONE\""), "{}", answer.story());
                    seen[1] += 1;
                }
                _ => panic!("{}", answer.story()),
            }
            assert!(!answer.closes());
        }
        seen
    };
    let seen = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        for n in 0..reloads {
            // Spread over the whole run.
            let due = requests * n / reloads;
            eventually(Duration::from_secs(300), "requests are answered", || {
                (done.load(Ordering::Relaxed) >= due).then_some(())
            });
            let (settings, is_good) = match n % 3 {
                0 => ("[routes.\"maisa.listUsers\"]\nserve = \"gone\"\n[docs]\nenabled = false\n", true),
                1 => ("[dialects.mechamental]\nprefix = \"/old\"\n", true),
                _ => ("[dialects.mechamental]\nprefix = \"old\"\n", false),
            };
            fs::write(&file, settings).unwrap();
            town.cli(&["reload"]).exits(if is_good { 0 } else { 1 });
        }
        over.store(true, Ordering::Relaxed);
        let seen = clients.into_iter().map(|client| client.join().unwrap());
        seen.fold([0, 0], |sum, seen| [sum[0] + seen[0], sum[1] + seen[1]])
    });
    assert!(seen[0] + seen[1] >= requests, "{seen:?}");
    assert!(seen[0] > 0 && seen[1] > 0, "both kinds of settings were in force: {seen:?}");
}
