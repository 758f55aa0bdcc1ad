//! How it is told: by time, by user, for people and for programs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use users::audit::{Action, Actor, Event, Occasion, Outcome, Place};
use users::ports::Store;
use users::{EventId, Timestamp};

use super::{acts::user_id, key_id, told};
use crate::harness::{House, Town, eventually};

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["event_id"].as_str().unwrap()).collect()
}

#[test]
fn it_is_told_by_time_and_by_user() {
    let town = Town::new();
    let place = town.workspace();
    let ada = place.person("admin");
    let bob = place.user("bob");
    town.mm_as(&ada.key).update(&bob, json!({"bio": "x"})).expect(200);
    let all = told(&town.house, &[]);
    let times: Vec<&str> = all.iter().map(|row| row["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "the newest comes last: {times:?}");

    let of = |name: &str| told(&town.house, &["--user", name]);
    let concerns = |row: &&Value, id: &str| row["user_id"] == id || row["actor"]["user_id"] == id;
    for user in [&ada.id, &bob, &town.root.id] {
        let expected: Vec<Value> = all.iter().filter(|row| concerns(row, user)).cloned().collect();
        assert!(expected.len() >= 2, "{expected:?}");
        assert_eq!(of(user), expected);
    }
    assert_eq!(of(&ada.email), of(&ada.id));
    assert_eq!(of(&ada.email.to_uppercase()), of(&ada.id));
    town.mm().delete(&bob).expect(204);
    let last = of(&bob).last().unwrap().clone();
    assert_eq!(last["action"], "user.deleted", "what happened to whom is known when it is gone");
    town.cli(&["audit", "--user", "nobody@example.com"]).refused().naming("nobody@example.com");
    assert_eq!(of(crate::harness::NOBODY), [Value::Null; 0]);

    let middle = times[times.len() / 2];
    let since = told(&town.house, &["--since", middle]);
    let expected: Vec<Value> = all.iter().filter(|row| row["at"].as_str().unwrap() >= middle).cloned().collect();
    assert_eq!(ids(&since)[..expected.len()], ids(&expected));
    assert_eq!(told(&town.house, &["--since", "1h"]).len(), all.len() + 1);
    assert_eq!(told(&town.house, &["--since", "2020-01-01T00:00:00+01:00"]).len(), all.len() + 1);
    assert_eq!(told(&town.house, &["--since", "2999-01-01T00:00:00Z"]).len(), 0);
    assert_eq!(told(&town.house, &["--since", "1h", "--user", &bob]).len(), 3);
    town.cli(&["audit", "--since", "soon"]).misused().naming("30d").naming("2026-01-31T12:00:00Z");
}

#[test]
fn people_read_a_table() {
    let town = Town::new();
    let root = town.mm();
    root.with("x-request-id", "r-1").update(&town.root.id, json!({"bio": "x", "full_name": "y"})).expect(200);
    let table = town.cli(&["audit"]).done().out;
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    let head = [
        "time",
        "action",
        "outcome",
        "actor",
        "acting for",
        "user",
        "key",
        "workspace",
        "operation",
        "request",
        "fields",
    ];
    assert_eq!(lines[0], head);
    let (id, workspace) = (town.root.id.as_str(), town.first_workspace.as_str());
    assert_eq!(
        lines.last().unwrap()[1..],
        [
            "user.changed",
            "done",
            key_id(&town.root.key),
            id,
            id,
            "-",
            workspace,
            "mechamental.updateUser",
            "r-1",
            "full_name,bio"
        ]
    );
    assert_eq!(lines[1][1..6], ["workspace.created", "done", "operator", "-", "-"]);
    assert_eq!(town.cli(&["audit", "--since", "2999-01-01T00:00:00Z", "--json"]).done().out, "[]\n");
    let help = town.cli(&["audit", "--help"]).done().out;
    for word in ["diglot audit --since 30d --user ada@example.com", "audit.retention", "newest last", "--json"] {
        assert!(help.contains(word), "{word} is not in {help}");
    }
}

/// So many rows of one moment each.
fn fill(house: &House, rows: u32) {
    let store = house.store();
    for batch in 0..rows / 5_000 {
        let events: Vec<Event> = (batch * 5_000..(batch + 1) * 5_000)
            .map(|n| Event {
                id: EventId::parse(&format!("{n:08x}-0000-7000-a000-000000000000")).unwrap(),
                at: Timestamp::from_micros(1_790_000_000_000_000 + i64::from(n)).unwrap(),
                actor: Actor::Operator,
                action: Action::UserChanged,
                user: Some(user_id(&format!("{n:08x}-0000-7000-8000-000000000000"))),
                key: None,
                workspace: None,
                occasion: Occasion::command("import"),
                outcome: Outcome::Done,
                fields: Vec::new(),
            })
            .collect();
        store.write(move |tx| tx.audit(&events)).unwrap();
    }
}

/// The most memory that a process has had so far, in KiB.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Reads what a command prints to its end. Gives the lines, and the most memory that was seen.
fn print(mut command: Command) -> (usize, u64) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let (mut lines, mut most) = (0, 0);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = Vec::new();
    while out.read_until(b'\n', &mut line).unwrap() > 0 {
        lines += 1;
        line.clear();
        if lines % 1_000 == 0 {
            most = most.max(peak(child.id()).unwrap_or_default());
        }
    }
    assert!(child.wait().unwrap().success());
    (lines, most)
}

/// However much has happened, no more of it is in memory than a page; and who has seen enough may go.
#[test]
fn a_long_list_is_printed_as_it_is_read() {
    const ROWS: u32 = 100_000;
    let house = House::vacant();
    house.init();
    fill(&house, 5_000);
    let (_, few) = print(house.command(&["audit", "--json"]));
    fill(&house, ROWS);
    let (lines, many) = print(house.command(&["audit", "--json"]));
    assert!(lines > ROWS as usize, "{lines}");
    // A connection's page cache is 8 MB, which many rows fill and few do not; the rows themselves would be more than 60 MB.
    assert!(few > 0 && many < few + 16 * 1_024, "{few} KiB for few, {many} KiB for many");

    let mut child = house.command(&["audit"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut beginning = [0; 100];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut beginning).unwrap();
    drop(out);
    let status = eventually(std::time::Duration::from_secs(10), "it ends", || child.try_wait().unwrap());
    assert!(status.code().is_some(), "it was not ended by a signal: {status}");
    let after = Place::before(Timestamp::from_micros(1_790_000_000_000_000).unwrap());
    let page = house.store().read(|reads| reads.events(None, Some(&after), 7)).unwrap();
    assert_eq!(page.len(), 7);
}
