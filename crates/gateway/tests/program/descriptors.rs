//! The server where few files may be open.

use std::net::TcpStream;

use super::harness::{Program, ask};

#[test]
fn a_low_limit_is_raised_and_then_kept_with_one_warning() {
    let (program, ..) = Program::initialised();
    let program = program.with("DIGLOT_SERVER__MAX_CONNECTIONS", "10000").with("DIGLOT_SERVER__WORKERS", "2");
    let mut server = program.serve_with_files(64, 256);
    let warning = server.lines.iter().find(|line| line["level"] == "WARN").expect("a warning").clone();
    assert_eq!((&warning["limit"], &warning["wanted"]), (&256.into(), &10_000.into()));
    let most = warning["max_connections"].as_u64().expect("a number");
    assert!((20..=128).contains(&most), "{warning}");

    let connect = |_| TcpStream::connect(&server.address).expect("a connection");
    let crowd: Vec<TcpStream> = (0..most + 20).map(connect).collect();
    drop(crowd);
    assert!(ask(&server.address, "GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
    server.signal("TERM");
    let mut lines = server.lines.clone();
    lines.extend(server.rest());
    let warnings: Vec<_> = lines.iter().filter(|line| line["level"] != "INFO").collect();
    assert_eq!(warnings, [&warning]);
    assert_eq!(server.ended(), 0);
}

#[test]
fn a_limit_that_suffices_is_no_matter() {
    let (program, ..) = Program::initialised();
    let server = program.serve_with_files(64, 1_024);
    assert!(server.lines.iter().all(|line| line["level"] == "INFO"), "{:?}", server.lines);
}
