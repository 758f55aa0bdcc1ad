//! Clients that take their time: slow heads, bodies and second requests are cut within ten seconds (§6).

use std::io::ErrorKind;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Town, timed, town};

/// Sends one more byte every now and then, until the server has had enough. Gives how long that took and what it said.
fn dribble(town: &Town, begin: &[u8], byte: u8, patience: Duration) -> (Duration, String) {
    let mut connection = town.server.http.connect().unwrap();
    connection.write(begin).unwrap();
    drip(&mut connection, byte, patience)
}

fn drip(connection: &mut crate::harness::http::Connection, byte: u8, patience: Duration) -> (Duration, String) {
    let start = Instant::now();
    connection.patience(Duration::from_millis(100));
    while start.elapsed() < patience {
        match connection.read_to_end() {
            Ok(said) => return (start.elapsed(), String::from_utf8_lossy(&said).into_owned()),
            Err(e) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&e.kind()) => {}
            Err(_) => return (start.elapsed(), String::new()),
        }
        if connection.write(&[byte]).is_err() {
            return (start.elapsed(), String::new());
        }
    }
    panic!("not cut within {patience:?}");
}

fn hasty() -> Town {
    Town::with(&[("server.head_timeout", "1s"), ("server.body_timeout", "1s")])
}

fn refused(said: &str) {
    let refused = said.is_empty() || ["HTTP/1.1 408", "HTTP/1.1 400"].iter().any(|line| said.starts_with(line));
    assert!(refused, "{said}");
}

#[test]
fn a_slow_head_is_cut() {
    let town = hasty();
    for begin in ["", "G", "GET /v1/users/me HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let (time, said) = dribble(&town, begin.as_bytes(), b'a', Duration::from_secs(4));
        refused(&said);
        assert!(time > Duration::from_millis(500), "{begin:?} was cut after {time:?}: too early");
    }
}

#[test]
fn a_slow_body_is_cut() {
    let town = hasty();
    for (door, credential) in
        [("Authorization", format!("Bearer {}", town.root.key)), ("X-API-Key", town.root.key.clone())]
    {
        for framing in
            ["Content-Length: 1000\r\n\r\n{\"email\":\"", "Transfer-Encoding: chunked\r\n\r\n3e8\r\n{\"email\":\""]
        {
            let begin = format!(
                "POST /v1/users HTTP/1.1\r\nHost: x\r\n{door}: {credential}\r\nContent-Type: application/json\r\n{framing}"
            );
            let (_, said) = dribble(&town, begin.as_bytes(), b'a', Duration::from_secs(4));
            refused(&said);
        }
    }
    assert_eq!(town.mm().list(&[("workspace_id", &town.first_workspace)]).at("/total"), 1, "nobody was made");
}

#[test]
fn a_slow_second_request_is_cut_too() {
    let town = hasty();
    let first = format!("GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", town.root.key);
    for begin in ["", "GET /v1/users/me HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut connection = town.server.http.connect().unwrap();
        connection.write(first.as_bytes()).unwrap();
        connection.read_answer("GET").unwrap().expect(200);
        connection.write(begin.as_bytes()).unwrap();
        let (_, said) = drip(&mut connection, b'a', Duration::from_secs(4));
        refused(&said);
    }
}

#[test]
fn slow_clients_keep_nobody_else_waiting() {
    let town = hasty();
    let mut slow: Vec<_> = (0..200).map(|_| town.server.http.connect().unwrap()).collect();
    for connection in &mut slow {
        connection.write(b"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{").unwrap();
    }
    for _ in 0..20 {
        let (time, _) = timed(|| town.mm().me().expect(200));
        assert!(time < Duration::from_secs(1), "{time:?}");
    }
}

#[test]
fn by_default_ten_seconds_are_enough() {
    let first = format!("GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", town().root.key);
    // Half a second is for this machine, which does other things as well.
    let ten = Duration::from_millis(10_500);
    thread::scope(|scope| {
        scope.spawn(|| refused(&dribble(town(), b"GET / HTTP/1.1\r\nX-Slow: ", b'a', ten).1));
        scope.spawn(|| {
            refused(
                &dribble(town(), b"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{", b' ', ten).1,
            )
        });
        scope.spawn(|| {
            let mut connection = town().server.http.connect().unwrap();
            connection.write(first.as_bytes()).unwrap();
            connection.read_answer("GET").unwrap().expect(200);
            connection.write(b"GET / HTTP/1.1\r\nX-Slow: ").unwrap();
            refused(&drip(&mut connection, b'a', ten).1);
        });
    });
}
