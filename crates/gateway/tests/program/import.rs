//! `diglot import`: whole files and wrong lines, killed and started again, beside a server, and at length.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use storage::testing::Cluster;
use storage::{AnyStore, Settings};
use users::page::{Filter, Scope};
use users::ports::Store;

use super::harness::{self, Ended, Program, request};

const NOWHERE: &str = "01a2004b-4dc5-76a5-a6a4-5a1e08c55b0b";
const HASH: &str = "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234";

fn line(n: u32, workspace: &str) -> String {
    format!(
        r#"{{"email":"user{n}@example.com","full_name":"User {n}","workspaces":["{workspace}"],"password_hash":"{HASH}"}}"#
    )
}

/// So many lines; of a hundred each one is wrong, one collides with the line before, and one is empty. How many of them do.
fn file(lines: u32, workspace: &str) -> (String, u64, u64) {
    let (mut text, mut refused, mut empty) = (String::new(), 0, 0);
    for n in 0..lines {
        match n % 100 {
            17 => (text.push_str(r#"{"email":"nobody"}"#), refused += 1).0,
            50 => (text.push_str(&line(n - 1, workspace)), refused += 1).0,
            99 => empty += 1,
            _ => text.push_str(&line(n, workspace)),
        }
        text.push('\n');
    }
    (text, u64::from(lines) - refused - empty, refused)
}

fn counts(ended: &Ended) -> (u64, u64, u64) {
    let object = ended.json();
    let number = |name: &str| object[name].as_u64().unwrap_or_else(|| panic!("{name}: {ended:?}"));
    (number("lines"), number("applied"), number("refused"))
}

fn emails(program: &Program) -> BTreeSet<String> {
    let list = program.run(&["user", "list", "--json"]).json();
    let users = list.as_array().expect("a list");
    let emails: BTreeSet<String> =
        users.iter().map(|user| user["email"].as_str().expect("a text").to_owned()).collect();
    assert_eq!(emails.len(), users.len());
    emails
}

#[test]
fn a_file_becomes_users() {
    let (program, workspace, _) = Program::initialised();
    let all = format!(
        "\u{feff}{{\"user_id\":\"0190AAAA-0000-7000-8000-000000000001\",\"email\":\"Ada@Example.com\",\"username\":\"ada\",\
         \"roles\":[\"admin\"],\"status\":\"suspended\",\"department\":\"Engines\",\"metadata\":{{\"a\":1.50}},\
         \"created_at\":\"2025-01-02T03:04:05.678901Z\",\"workspaces\":[\"{workspace}\"]}}\r\n\r\n{}",
        line(1, &workspace)
    );
    program.write("users.jsonl", &all);
    let told = program.run(&["import", "users.jsonl"]);
    assert_eq!((told.code, told.error.as_str()), (0, ""), "{told:?}");
    assert_eq!(told.output, "3 lines: 2 users were added, 0 lines were refused.\n");
    let ada = program.run(&["user", "show", "--json", "ada@example.com"]).json();
    assert_eq!(ada["user_id"], "0190aaaa-0000-7000-8000-000000000001");
    assert_eq!((ada["status"].as_str(), ada["department"].as_str()), (Some("suspended"), Some("Engines")));
    assert_eq!((&ada["roles"][0], &ada["workspaces"][0]), (&Value::from("admin"), &Value::from(workspace.as_str())));
    assert_eq!(ada["created_at"], "2025-01-02T03:04:05.678901Z");
    let user = program.run(&["user", "show", "--json", "user1@example.com"]).json();
    assert_eq!((user["username"].as_str(), user["default_workspace_id"].as_str()), (Some("user1"), Some(&*workspace)));

    let again = program.run(&["import", "--json", "users.jsonl"]);
    assert_eq!((again.code, counts(&again)), (1, (3, 0, 2)), "a file that is done begins anew: {again:?}");
    let expected = ["1: user_id: is taken", "1: email: is taken", "1: username: is taken", "3: email: is taken"];
    let expected: String = expected.iter().map(|line| format!("users.jsonl:{line}\n")).collect();
    assert_eq!(again.error, expected + "diglot: 2 lines were refused\n");
}

#[test]
fn a_wrong_line_is_told_by_its_number_and_nothing_of_it_is_done() {
    let (program, workspace, _) = Program::initialised();
    let too_long = format!(r#"{{"email":"long@example.com","bio":"{}"}}"#, "x".repeat(3 << 20));
    let lines = [
        line(1, &workspace),
        "nonsense".to_owned(),
        r#"{"email":"secret@example.com","roles":["king"],"colour":"secret"}"#.to_owned(),
        too_long,
        String::new(),
        line(1, &workspace),
        line(7, NOWHERE),
        line(8, &workspace),
    ];
    program.write("users.jsonl", &(lines.join("\n")));
    let expected = [
        (2, Value::Null, "is no JSON: Expecting value at character 0".to_owned()),
        (3, "roles[0]".into(), "must be one of admin, developer, operator, viewer, user".to_owned()),
        (3, "colour".into(), "is not known".to_owned()),
        (4, Value::Null, "is longer than 2097152 bytes".to_owned()),
        (6, "email".into(), "is taken".to_owned()),
        (7, "workspaces".into(), format!("there is no workspace {NOWHERE}")),
    ];
    let text = |(line, field, message): &(i32, Value, String)| match field.as_str() {
        None => format!("users.jsonl:{line}: {message}\n"),
        Some(field) => format!("users.jsonl:{line}: {field}: {message}\n"),
    };
    let texts: String = expected.iter().map(text).collect();

    let before = emails(&program);
    let dry = program.run(&["import", "--json", "--dry-run", "users.jsonl"]);
    assert_eq!((dry.code, counts(&dry)), (1, (8, 2, 5)), "{dry:?}");
    assert_eq!(dry.error, format!("{texts}diglot: 5 lines would be refused\n"));
    assert_eq!(emails(&program), before);

    let done = program.run(&["import", "--json", "users.jsonl"]);
    assert_eq!((done.code, counts(&done)), (1, (8, 2, 5)), "{done:?}");
    assert_eq!(done.error, format!("{texts}diglot: 5 lines were refused\n"));
    assert!(!done.text().contains("secret"), "{done:?}");
    let added: Vec<String> = emails(&program).difference(&before).cloned().collect();
    assert_eq!(added, ["user1@example.com", "user8@example.com"]);
}

#[test]
fn what_is_wrong_goes_to_a_file_as_json() {
    let (program, workspace, _) = Program::initialised();
    program.write("users.jsonl", &format!("{}\n[]\n{{}}\n", line(1, &workspace)));
    program.write("errors.jsonl", "of an earlier import\n");
    let done = program.run(&["import", "--errors", "errors.jsonl", "users.jsonl"]);
    assert_eq!((done.code, done.error.as_str()), (1, "diglot: 2 lines were refused\n"), "{done:?}");
    assert_eq!(
        program.read("errors.jsonl"),
        "{\"line\":2,\"field\":null,\"message\":\"is no JSON object\"}\n\
         {\"line\":3,\"field\":\"email\",\"message\":\"is missing\"}\n"
    );
}

#[test]
fn standard_input_is_a_file_too() {
    let (program, workspace, _) = Program::initialised();
    let done =
        program.run_with(&["import", "--json", "--workspace", &workspace, "-"], "{\"email\":\"a@example.com\"}\n{}");
    assert_eq!((done.code, counts(&done)), (1, (2, 1, 1)), "{done:?}");
    assert!(done.error.starts_with("-:2: email: is missing\n"), "{done:?}");
    let user = program.run(&["user", "show", "--json", "a@example.com"]).json();
    assert_eq!(
        (&user["workspaces"][0], &user["default_workspace_id"]),
        (&workspace.as_str().into(), &workspace.as_str().into())
    );
    let nothing = program.run_with(&["import", "--json", "-"], "");
    assert_eq!((nothing.code, counts(&nothing)), (0, (0, 0, 0)), "{nothing:?}");
}

#[test]
fn what_cannot_be_imported_is_said_in_a_line() {
    let (program, _, _) = Program::initialised();
    program.write("users.jsonl", "{\"email\":\"a@example.com\"}\n");
    for (code, arguments) in [
        (2, &["import", "none.jsonl"][..]),
        (2, &["import", "data"]),
        (2, &["import", "users.jsonl", "--errors", "./users.jsonl"]),
        (2, &["import", "users.jsonl", "--errors", "none/errors.jsonl"]),
        (1, &["import", "users.jsonl", "--workspace", NOWHERE]),
    ] {
        let refused = program.run(arguments);
        assert_eq!((refused.code, refused.error.lines().count()), (code, 1), "{arguments:?}: {refused:?}");
    }
    assert_eq!(program.run(&["import"]).code, 2);
    assert_eq!(program.read("users.jsonl"), "{\"email\":\"a@example.com\"}\n");
    let no_store = Program::new();
    no_store.write("users.jsonl", "{}\n");
    assert_eq!(no_store.run(&["import", "users.jsonl"]).code, 1);
    assert!(!no_store.has_store());
}

fn users(store: &AnyStore) -> u64 {
    store.read(|reads| reads.count_users(&Scope::Installation, &Filter::default())).expect("a count")
}

/// Starts an import and kills it some time after it has added users. Says whether it was cut off.
fn kill_under_way(program: &Program, store: &AnyStore, arguments: &[&str], delay: Duration) -> (bool, String) {
    let before = users(store);
    let mut import = program.start(arguments);
    while users(store) == before && import.try_wait().expect("a look").is_none() {
        sleep(Duration::from_millis(2));
    }
    sleep(delay);
    let _ = import.kill();
    let ended = import.wait_with_output().expect("it ends");
    (ended.status.code().is_none(), String::from_utf8(ended.stderr).expect("UTF-8"))
}

/// An import that is killed again and again comes to the same as one that is not, and tells of every line that it refuses.
fn killed_and_finished(program: &Program, settings: &Settings, workspace: &str) {
    let (text, applied, refused) = file(6_000, workspace);
    program.write("users.jsonl", &text);
    program.write("other.jsonl", "{\"email\":\"other@example.com\"}\n");
    let store = storage::open_existing(settings).expect("a store");
    let before = users(&store);
    let (mut cut_off, mut told) = (0, String::new());
    for millis in [0, 30, 150] {
        let (was_cut, said) =
            kill_under_way(program, &store, &["import", "users.jsonl"], Duration::from_millis(millis));
        cut_off += u32::from(was_cut);
        told += &said;
    }
    assert!(cut_off >= 2, "{cut_off}");
    let other = program.run(&["import", "--json", "other.jsonl"]);
    assert_eq!((other.code, counts(&other)), (0, (1, 1, 0)), "another file is another matter: {other:?}");
    let renamed = program.read("users.jsonl");
    program.remove("users.jsonl");
    program.write("renamed.jsonl", &renamed);
    let done = program.run(&["import", "--json", "renamed.jsonl"]);
    assert_eq!((done.code, counts(&done)), (1, (6_000, applied, refused)), "{done:?}");
    assert!(done.json()["lines_found"].as_u64().is_some_and(|lines| lines > 0), "{done:?}");
    assert_eq!(users(&store), before + applied + 1);
    told += &done.error;
    let lines: BTreeSet<u64> = told.lines().filter_map(|line| line.split(':').nth(1)?.parse().ok()).collect();
    let expected = |n: u64| (n % 100 == 17 || n % 100 == 50).then_some(n + 1);
    assert_eq!(lines, (0..6_000).filter_map(expected).collect());
    let facts = program.run(&["import", "--json", "renamed.jsonl"]);
    assert_eq!(counts(&facts), (6_000, 0, applied + refused), "it was done");
}

#[test]
fn an_import_that_is_killed_goes_on_behind_what_is_done() {
    let (program, workspace, _) = Program::initialised();
    let settings = program.at("data/diglot.db");
    killed_and_finished(&program, &settings, &workspace);
}

#[test]
fn an_import_into_a_server_goes_on_too() {
    let cluster = Cluster::shared();
    let url = cluster.url(&cluster.empty_database());
    let program = Program::new().with("DIGLOT_DATABASE__URL", &url);
    let made = program.run(&["init", "--json"]).json();
    let workspace = made["workspace_id"].as_str().expect("an id");
    killed_and_finished(&program, &Settings::new(url.parse().expect("a URL")), workspace);
}

#[test]
fn a_server_goes_on_writing_meanwhile() {
    let (program, workspace, _) = Program::initialised();
    let permissions = ["users:read", "users:write", "projects:read", "projects:write"];
    let mut arguments = vec!["key", "create", "--json", "--workspace", &workspace];
    arguments.extend(permissions.iter().flat_map(|permission| ["--permission", permission]));
    let made = program.run(&arguments).json();
    let key = made["key"].as_str().expect("a key");
    let server = program.serve();
    let (text, applied, refused) = file(5_000, &workspace);
    program.write("users.jsonl", &text);
    let mut import = program.start(&["import", "--json", "users.jsonl"]);
    let mut waits = Vec::new();
    while import.try_wait().expect("a look").is_none() {
        let n = waits.len();
        let body = format!(r#"{{"email":"guest{n}@example.com","name":"guest{n}","role":"user"}}"#);
        let (status, answer, took) = request(&server.address, "POST", "/maisa/v1/users", key, &body);
        assert!(status == 201, "{answer}");
        waits.push(took);
    }
    let ended = import.wait_with_output().expect("it ends");
    let output = String::from_utf8(ended.stdout).expect("UTF-8");
    let done = Ended { code: ended.status.code().unwrap_or(-1), output, error: String::new() };
    assert_eq!((done.code, counts(&done)), (1, (5_000, applied, refused)));
    let (_, answer, _) = request(&server.address, "GET", "/maisa/v1/users?limit=1", key, "");
    assert!(answer.contains(&format!("\"total\":{}", applied + waits.len() as u64 + 1)), "{answer}");
    waits.sort();
    println!(
        "{} writes beside it: median {:?}, longest {:?}",
        waits.len(),
        waits[waits.len() / 2],
        waits[waits.len() - 1]
    );
    // For a batch as a rule, since the import leaves a gap behind each; for a few on a busy machine.
    assert!(waits.len() > 20 && waits[waits.len() * 99 / 100] < Duration::from_secs(1), "{waits:?}");
    assert!(waits[waits.len() - 1] < Duration::from_secs(5), "{waits:?}");
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "takes minutes"]
fn ten_times_the_lines_take_no_more_memory() {
    let measure = |lines: u32| {
        let (program, workspace, _) = Program::initialised();
        let (text, ..) = file(lines, &workspace);
        program.write("users.jsonl", &text);
        drop(text);
        let mut import = program.start(&["import", "--errors", "errors.jsonl", "users.jsonl"]);
        let peak = harness::peak_memory(&mut import);
        assert_eq!(import.wait().expect("it has ended").code(), Some(1));
        println!("{lines} lines: {peak} KiB");
        peak
    };
    let (few, many) = (measure(20_000), measure(200_000));
    assert!(many < few + few / 4 && many < 100 * 1_024, "{few} KiB, then {many} KiB");
}
