//! `diglot copy`, killed and started again, beside a server, and at length.

use std::io::{BufRead, BufReader, Read};
use std::time::{Duration, Instant};

use serde_json::Value;
use storage::testing::Cluster;
use users::json::FreeObject;
use users::password::PasswordHash;
use users::ports::Store;
use users::profile::{Bio, Username};
use users::{Email, RoleName, Roles, Status, Timestamp, User, UserId, WorkspaceId};

use super::harness::{self, Ended, Program};

const COPY: [&str; 6] = ["copy", "--json", "--from", "sqlite://from.db", "--to", "sqlite://to.db"];

fn user(n: u32, bio: Option<Bio>) -> User {
    let time = Timestamp::from_micros(i64::from(n)).expect("a time");
    User {
        id: UserId::parse(&format!("{n:08x}-0000-7000-8000-000000000000")).expect("an id"),
        revision: 1,
        email: Email::parse(&format!("user{n}@example.com")).expect("an address"),
        verified: false,
        username: Username::parse(&format!("user{n}")).expect("a username"),
        full_name: None,
        status: Status::Active,
        roles: Roles::from_stored(vec![RoleName::from_stored("user".to_owned())]).expect("a role"),
        department: None,
        avatar_url: None,
        bio,
        timezone: None,
        locale: None,
        auth_provider: None,
        preferences: FreeObject::empty(),
        settings: FreeObject::empty(),
        metadata: FreeObject::empty(),
        created_at: time,
        updated_at: time,
        last_login: None,
        default_workspace: None,
    }
}

/// A folder with a store of so many users beside those that `diglot init` made.
fn crowded(users: u32) -> Program {
    crowded_with(users, None)
}

fn crowded_with(users: u32, bio: Option<&Bio>) -> Program {
    let program = Program::new().with("DIGLOT_DATABASE__URL", "sqlite://from.db");
    let made = program.run(&["init", "--json"]).json();
    let workspace = WorkspaceId::parse(made["workspace_id"].as_str().expect("an id")).expect("an id");
    let store = storage::open(&program.at("from.db")).expect("a store");
    for start in (0..users).step_by(2_000) {
        let (workspace, bio) = (workspace.clone(), bio.cloned());
        let added = store.write(move |tx| {
            (start..users.min(start + 2_000)).try_for_each(|n| {
                let user = user(n, bio.clone());
                tx.insert_user(&user, Some(&PasswordHash::from_stored(format!("$2b$12${n:053}"))))?;
                tx.add_member(&workspace, &user.id)
            })
        });
        added.expect("users are added");
    }
    program
}

/// Starts a copy of `from.db` to `to.db` and kills it so long after it has said this; see [`kill_one_after`].
fn kill_after(program: &Program, beginning: &str, delay: Duration) -> bool {
    kill_one_after(program, &COPY, &program.at("to.db"), beginning, delay)
}

/// Starts a copy and kills it so long after it has said this. Says whether that left an unfinished one: on a good day it was
/// done before.
fn kill_one_after(
    program: &Program,
    arguments: &[&str],
    target: &storage::Settings,
    beginning: &str,
    delay: Duration,
) -> bool {
    let mut copy = program.start(arguments);
    let lines = BufReader::new(copy.stderr.take().expect("an error output")).lines();
    let said = lines.map(|line| line.expect("a line")).any(|line| line.starts_with(beginning));
    if said {
        std::thread::sleep(delay);
    }
    copy.kill().expect("killed, as by kill -9");
    copy.wait().expect("it ends");
    storage::open_existing(target).is_err()
}

fn assert_complete(ended: &Ended, rows: u64) -> Value {
    assert_eq!(ended.code, 0, "{ended:?}");
    let object = ended.json();
    assert_eq!((object["agrees"].as_bool(), object["rows"].as_u64()), (Some(true), Some(rows)), "{object}");
    for table in object["tables"].as_array().expect("tables") {
        assert_eq!(table["source"], table["target"]);
        assert_eq!(table["source"]["sha256"].as_str().map(str::len), Some(64));
    }
    object
}

#[test]
fn a_copy_that_is_killed_is_finished_by_the_next() {
    let program = crowded(20_000);
    let mut unfinished = 0;
    for (line, millis) in [("copying", 0), ("reading", 30), ("copying", 300), ("copying", 600), ("comparing", 20)] {
        unfinished += u32::from(kill_after(&program, line, Duration::from_millis(millis)));
        assert_eq!(program.run(&["check"]).code, 0, "the source is as it was");
    }
    assert!(unfinished >= 2, "{unfinished}");
    let object = assert_complete(&program.run(&COPY), 40_007);
    assert!(object["rows_found"].as_u64().is_some_and(|rows| rows > 0), "{object}");
    storage::open_existing(&program.at("to.db")).expect("a store");
}

#[test]
fn an_unfinished_copy_is_not_served() {
    let program = crowded(5_000).with("DIGLOT_DATABASE__URL", "sqlite://to.db");
    while !kill_after(&program, "copying", Duration::ZERO) {
        program.remove("to.db");
    }
    for command in [&["serve"][..], &["check"], &["init"], &["migrate"], &["user", "list"]] {
        let refused = program.run(command);
        assert_eq!(refused.code, 1, "{command:?}: {refused:?}");
        assert!(refused.error.contains("is an unfinished copy") && refused.error.lines().count() == 1, "{refused:?}");
    }
    assert_complete(&program.run(&COPY), 10_007);
    assert_eq!(program.run(&["check"]).code, 0);
    program.serve();
}

#[test]
fn a_store_is_copied_beside_its_server() {
    let program = crowded(10);
    let server = program.serve();
    let object = assert_complete(&program.run(&COPY), 29);
    assert_eq!(object["rows_copied"], 29, "the server's facts too: {object}");
    drop(server);
    let again = program.run(&COPY);
    assert_eq!(assert_complete(&again, 29)["rows_copied"], 0);
    assert!(again.error.contains("comparing: 0 of 29 rows"), "{again:?}");
}

#[test]
fn the_result_is_a_table_for_people() {
    let program = crowded(3);
    let told = program.run(&["copy", "--from", "sqlite://from.db", "--to", "sqlite://to.db"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(told.output.lines().filter(|line| line.ends_with("agrees")).count(), 12, "{}", told.output);
    assert!(told.output.contains("The copy is complete: 13 rows, 13 of them copied now."), "{}", told.output);
}

#[test]
fn what_cannot_be_copied_is_said_in_a_line() {
    let program = crowded(3);
    let copy = |from: &str, to: &str| program.run(&["copy", "--json", "--from", from, "--to", to]);
    for (from, to) in [
        ("mysql://root:secret@host/db", "sqlite://to.db"),
        ("sqlite://from.db", "secret"),
        ("sqlite://from.db", "sqlite://from.db"),
        ("sqlite://from.db", "sqlite://./from.db"),
    ] {
        let refused = copy(from, to);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(!refused.text().contains("secret") && refused.error.lines().count() == 1, "{refused:?}");
    }
    assert_eq!(program.run(&["copy", "--from", "sqlite://from.db"]).code, 2);
    let other = Program::new().run(&["copy", "--from", "sqlite://none.db", "--to", "sqlite://to.db"]);
    assert_eq!((other.code, other.error.contains("there is no store at")), (1, true), "{other:?}");
    let full = storage::open(&program.at("full.db")).expect("a store");
    full.write(|tx| tx.set_fact("a", "b")).expect("written");
    drop(full);
    let refused = copy("sqlite://from.db", "sqlite://full.db");
    assert_eq!((refused.code, refused.error.contains("the target is not empty")), (1, true), "{refused:?}");
}

#[test]
fn a_store_moves_to_a_server_and_back() {
    let program = crowded(5_000);
    let cluster = Cluster::shared();
    let url = cluster.url(&cluster.empty_database());
    let there = ["copy", "--json", "--from", "sqlite://from.db", "--to", &url];
    let settings = storage::Settings::new(url.parse().expect("a URL"));
    // On a good day it is done before it is killed.
    if kill_one_after(&program, &there, &settings, "copying", Duration::from_millis(50)) {
        let moved = Program::new().with("DIGLOT_DATABASE__URL", &url);
        for command in [&["serve"][..], &["check"], &["init"], &["migrate"], &["user", "list"]] {
            let refused = moved.run(command);
            assert_eq!(refused.code, 1, "{command:?}: {refused:?}");
            assert!(
                refused.error.contains("is an unfinished copy") && refused.error.lines().count() == 1,
                "{refused:?}"
            );
        }
    }
    let there = assert_complete(&program.run(&there), 10_007);
    let server = Program::new().with("DIGLOT_DATABASE__URL", &url);
    assert_eq!(server.run(&["check"]).code, 0);
    let back = program.run(&["copy", "--json", "--from", &url, "--to", "sqlite://to.db"]);
    assert_eq!(assert_complete(&back, 10_007)["tables"], there["tables"]);
    let same = program.run(&["copy", "--from", &url, "--to", &url]);
    assert_eq!((same.code, same.error.lines().count()), (2, 1), "{same:?}");
    server.serve();
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "takes minutes"]
fn ten_times_the_users_take_no_more_memory() {
    let measure = |users: u32| {
        // The lesser store is larger than the database's caches too, which would else be what is measured.
        let bio = Bio::parse(&"x".repeat(1_500)).expect("a text");
        let program = crowded_with(users, Some(&bio));
        let start = Instant::now();
        let mut copy = program.start(&COPY);
        let peak = harness::peak_memory(&mut copy);
        let took = start.elapsed();
        let mut output = String::new();
        copy.stdout.take().expect("an output").read_to_string(&mut output).expect("read");
        let code = copy.wait().expect("it has ended").code().unwrap_or(-1);
        assert_complete(&Ended { code, output, error: String::new() }, u64::from(users) * 2 + 4);
        println!("{users} users: {took:?}, {peak} KiB");
        peak
    };
    let (few, many) = (measure(10_000), measure(100_000));
    assert!(many < few + few / 4, "{few} KiB, then {many} KiB");
}
