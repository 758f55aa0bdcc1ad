//! The log, and those who do not read it.

use std::fs::File;
use std::io::pipe;
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::Duration;

use gateway::settings::Settings;
use gateway::telemetry::logs;

use super::harness::{Program, ask, ask_often};

/// What a full disk does to whoever writes.
fn full() -> File {
    File::options().write(true).open("/dev/full").expect("a full device")
}

#[test]
fn a_full_disk_costs_the_log_and_nothing_else() {
    let (program, ..) = Program::initialised();
    let mut server = program.serve_into(full());
    ask_often(&server.address, 50);
    assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
    server.loses_lines(50);
    assert_eq!(server.terminate().0, 0);
}

#[test]
fn a_log_whose_reader_has_gone_costs_nothing_else() {
    let (program, ..) = Program::initialised();
    let (reader, log) = pipe().expect("a pipe");
    let mut server = program.serve_into(log);
    drop(reader);
    ask_often(&server.address, 50);
    assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
    server.loses_lines(50);
    assert_eq!(server.terminate().0, 0);
}

#[test]
fn a_log_that_nobody_reads_holds_up_nothing() {
    let (program, ..) = Program::initialised();
    let (_reader, log) = pipe().expect("a pipe");
    let mut server = program.with("DIGLOT_LOG__FILTER", "trace").serve_into(log);
    while server.metric("diglot_log_lines_dropped") == 0 {
        ask_often(&server.address, 100);
    }
    assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
    let (code, took) = server.terminate();
    assert_eq!(code, 0);
    // A second for the log, and what a stop takes anyway.
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn the_log_is_complete_at_the_end() {
    let (program, ..) = Program::initialised();
    let mut server = program.serve();
    // More than a pipe holds.
    ask_often(&server.address, 600);
    server.signal("TERM");
    let lines = server.rest();
    assert_eq!(lines.iter().filter(|line| line["message"] == "request").count(), 600);
    assert_eq!(lines.last().expect("a line")["message"], "stopped");
    assert_eq!(server.ended(), 0);
}

#[test]
fn exit_codes_hold_where_nothing_can_be_said() {
    let program = Program::new();
    for (arguments, code) in [(&["check"][..], 1), (&["nonsense"], 2), (&["workspace", "create", ""], 2)] {
        assert_eq!(program.run_into(full(), arguments), code, "{arguments:?}");
    }
    let wrong = Program::new().with("DIGLOT_SERVER__PROT", "80");
    assert_eq!(wrong.run_into(full(), &["serve"]), 2);
}

/// Set in the process that is to panic.
const PANICS: &str = "PANICS";

#[test]
fn a_panic_is_a_line_without_its_message_and_ends_nothing() {
    if std::env::var_os(PANICS).is_some() {
        let log = logs::begin(&Settings::built_in().expect("settings").log).expect("a log");
        let panicked = thread::spawn(|| panic!("canary")).join().is_err();
        drop(log);
        process::exit(if panicked { 7 } else { 8 });
    }
    let run = |log: Stdio| {
        let mut again = Command::new(std::env::current_exe().expect("this program"));
        let name = "logs::a_panic_is_a_line_without_its_message_and_ends_nothing";
        again.args([name, "--exact", "--nocapture"]).env(PANICS, "1").stderr(log).output().expect("it ends")
    };
    assert_eq!(run(full().into()).status.code(), Some(7));
    let told = run(Stdio::piped());
    let text = String::from_utf8(told.stderr).expect("UTF-8");
    assert_eq!(told.status.code(), Some(7), "{text}");
    assert!(text.contains("logs.rs:") && !text.contains("canary"), "{text}");
}
