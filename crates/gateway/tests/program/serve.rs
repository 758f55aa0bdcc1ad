//! The server as an operator runs it.

use super::harness::{Program, ask};

#[test]
fn both_signals_end_it_well() {
    let (program, ..) = Program::initialised();
    for name in ["TERM", "INT"] {
        let mut server = program.serve();
        assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
        server.signal(name);
        assert_eq!(server.wait_for("stopping")["signal"], format!("SIG{name}"));
        server.wait_for("stopped");
        assert_eq!(server.ended(), 0);
    }
}

#[test]
fn without_an_administrator_it_serves_and_says_how_to_make_one() {
    let program = Program::new();
    let server = program.serve();
    let warning = server.lines.iter().find(|line| line["level"] == "WARN").expect("a warning");
    assert!(warning["message"].as_str().is_some_and(|text| text.contains("diglot init")));
    assert!(ask(&server.address, "GET /healthz HTTP/1.1").starts_with("HTTP/1.1 200"));
    let ready = ask(&server.address, "GET /readyz HTTP/1.1");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("diglot init"), "{ready}");
    assert_eq!(program.run(&["init"]).code, 0);
    assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_request_is_one_line_in_the_log_without_what_was_sent() {
    let program = Program::new();
    let made = program.run(&["init", "--json"]).json();
    let key = made["key"].as_str().expect("a key");
    let mut server = program.serve();
    let headers = format!("X-Request-Id: mine-1\r\nAuthorization: Bearer {key}\r\nX-API-Key: {key}");
    for entry in gateway::dialects::DIALECTS {
        let path = format!("/{}/v1/users?search=canary%40example.com&workspace_id=canary", entry.name);
        ask(&server.address, &format!("GET {path} HTTP/1.1\r\n{headers}"));
        let line = server.wait_for("request");
        assert_eq!(line["request_id"], "mine-1");
        assert_eq!(line["dialect"], entry.name);
        assert_eq!(line["operation"], format!("{}.listUsers", entry.name));
        assert_eq!(line["key"].as_str(), key.split('_').nth(1));
        assert!(line["status"].is_number() && line["duration_ms"].is_number());
        let text = line.to_string();
        assert!(!text.contains("canary") && !text.contains(key.rsplit('_').next().unwrap_or(key)), "{text}");
    }
}

#[test]
fn an_address_that_is_taken_ends_it_with_1() {
    let program = Program::new();
    let server = program.serve();
    let second = Program::new().with("DIGLOT_SERVER__BIND", &server.address).run(&["serve"]);
    assert_eq!(second.code, 1);
    assert!(second.error.contains(&format!("cannot listen on {}", server.address)), "{second:?}");
}
