//! Whatever a client sends: no 5xx, no hang, and the next client is served (§6).

use std::time::Duration;

use serde_json::json;

use crate::harness::{Request, town};

/// Sends bytes as they are. Gives the status, or nothing if the server just hung up.
fn raw(bytes: &[u8]) -> Option<u16> {
    let mut connection = town().server.http.connect().unwrap();
    connection.patience(Duration::from_secs(12));
    // The server may answer and hang up before it has read everything.
    connection.write(bytes).ok();
    match connection.read_answer("GET") {
        Ok(answer) => {
            assert!(answer.status < 500, "{}", answer.story());
            Some(answer.status)
        }
        Err(e) if [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut].contains(&e.kind()) => {
            panic!("it hangs")
        }
        Err(_) => None,
    }
}

fn lives() {
    town().mm().me().expect(200);
    assert!(!town().server.log().contains("panicked"), "{}", town().server.log());
}

fn head(lines: &str) -> Vec<u8> {
    let key = &town().root.key;
    format!("{lines}\r\n\r\n").replace("KEY", key).into_bytes()
}

#[test]
fn broken_request_lines_and_heads_are_refused() {
    for lines in [
        "garbage",
        "GET",
        "GET /",
        "GET / HTTP/9.9",
        "GET / HTTP/1.1\r\nNo colon",
        "GET / HTTP/1.1\r\n: empty",
        "GET / HTTP/1.1\r\nA b: c",
        "GET  / HTTP/1.1",
        "\r\n\r\nGET / HTTP/1.1",
        "G\0T / HTTP/1.1",
        "GET /\0 HTTP/1.1",
        "GET http:// HTTP/1.1\r\nHost: x",
        "GET * HTTP/1.1",
        "CONNECT x:1 HTTP/1.1\r\nHost: x",
        "OPTIONS * HTTP/1.1\r\nHost: x",
        "GET / HTTP/1.1\r\nContent-Length: -1",
        "PRI * HTTP/2.0",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
        "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999",
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip",
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: \u{1}",
        "GET / HTTP/0.9",
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET /v1/users HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nExpect: something",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: keep-alive",
    ] {
        raw(&head(lines));
    }
    lives();
}

#[test]
fn bad_and_missing_hosts_are_no_accident() {
    for host in [
        "",
        "Host: \r\n",
        "Host: a\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: [::1\r\n",
        "Host: x:99999\r\n",
        "Host: \u{e9}\r\n",
        "Host: a/b\r\n",
        "Host: @\r\n",
        "Host: x:y:z\r\n",
    ] {
        for path in ["/v1/users/me", "/v1/users/", "/mechamental/v1/users/", "/maisa/v1/users"] {
            raw(&head(&format!("GET {path} HTTP/1.1\r\n{host}Authorization: Bearer KEY")));
        }
    }
    lives();
}

#[test]
fn repeated_and_odd_headers_are_no_accident() {
    for lines in [
        "Authorization: Bearer KEY\r\nAuthorization: Bearer KEY",
        "Authorization: \r\nX-API-Key: ",
        "X-API-Key: KEY\r\nX-API-Key: KEY",
        "Authorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Type: text/plain",
        "X-Request-Id: a\r\nX-Request-Id: b\r\nX-API-Key: KEY",
        "Authorization: Bearer \u{e9}",
        "X-API-Key: \u{80}",
        "Authorization: Bearer KEY\r\nContent-Type: \u{ff}",
        "Authorization: Bearer KEY\r\nAccept: x/y;;;",
        "Authorization: Bearer KEY\r\nContent-Encoding: gzip",
        "Authorization: Bearer KEY\r\nRange: bytes=0-1",
        "Authorization: Bearer KEY\r\nIf-None-Match: *",
    ] {
        for (method, path) in
            [("GET", "/v1/users/me"), ("POST", "/v1/users"), ("POST", "/maisa/v1/users"), ("GET", "/maisa/v1/users")]
        {
            let status =
                raw(&head(&format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{lines}\r\n\r\n{{}}")));
            assert_ne!(status, None, "{method} {path} {lines}");
        }
    }
    lives();
}

#[test]
fn great_heads_are_refused() {
    let long = "x".repeat(1_000_000);
    for lines in [
        format!("GET /{long} HTTP/1.1\r\nHost: x"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nA: {long}"),
        format!("GET / HTTP/1.1\r\nHost: x{}", "\r\nA: b".repeat(20_000)),
        format!("GET /v1/users?{} HTTP/1.1\r\nHost: x", "a=b&".repeat(100_000)),
        format!("GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {long}"),
    ] {
        assert!(raw(&head(&lines)).is_none_or(|status| (400..500).contains(&status)));
    }
    lives();
}

#[test]
fn ten_megabytes_are_refused_however_they_come() {
    let ten = vec![b' '; 10 << 20];
    for (door, value, path) in [
        ("Authorization", format!("Bearer {}", town().root.key), "/v1/users"),
        ("X-API-Key", town().root.key.clone(), "/maisa/v1/users"),
    ] {
        let mut whole = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{door}: {value}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", ten.len()).into_bytes();
        whole.extend(&ten);
        assert!(raw(&whole).is_none_or(|status| status == 413));
        let mut chunked = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{door}: {value}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
        for piece in ten.chunks(65_536) {
            chunked.extend(format!("{:x}\r\n", piece.len()).bytes());
            chunked.extend(piece);
            chunked.extend(b"\r\n");
        }
        chunked.extend(b"0\r\n\r\n");
        assert!(raw(&chunked).is_none_or(|status| status == 413));
    }
    let promised = format!(
        "POST /v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 10485760\r\nExpect: 100-continue\r\n\r\n",
        town().root.key
    );
    assert!(raw(promised.as_bytes()).is_none_or(|status| (400..500).contains(&status)));
    lives();
}

#[test]
fn depth_of_ten_thousand_is_refused() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"b":"#, "}]")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        for body in [
            deep.clone(),
            open.repeat(10_000),
            format!(r#"{{"preferences":{deep}}}"#),
            format!(r#"{{"metadata":{deep}}}"#),
        ] {
            let answers = [
                town().mm().create(&body),
                town().mm().update("x", &body),
                town().mm().patch_preferences(&body),
                town().maisa().create(&body),
                town().maisa().update("x", &body),
            ];
            for answer in answers {
                assert!((400..500).contains(&answer.status), "{}", answer.story());
            }
        }
    }
    lives();
}

#[test]
fn odd_text_is_refused_or_taken_but_never_trips_the_server() {
    let user = town().workspace().user("ada");
    for text in [
        "\0",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
        "İ",
        "ı",
        "ß",
        "ﬃ",
        "e\u{301}\u{301}",
        "\u{200b}",
        "x'; DROP TABLE users; --",
        "${jndi:x}",
        "{{7*7}}",
        "%00",
        "../../etc/passwd",
    ] {
        let long = text.repeat(60);
        for value in [text, &long] {
            for field in [
                "email",
                "username",
                "password",
                "full_name",
                "avatar_url",
                "bio",
                "timezone",
                "locale",
                "default_workspace_id",
            ] {
                let answer = town().mm().update(&user, json!({ field: value }));
                assert!([200, 404, 409, 422].contains(&answer.status), "{}", answer.story());
            }
            for field in ["name", "role", "department", "status"] {
                let answer = town().maisa().update(&user, json!({ field: value }));
                assert!([200, 400].contains(&answer.status), "{}", answer.story());
            }
            for answer in [
                town().mm().get(value),
                town().mm().get_in(&user, value),
                town().maisa().get(value),
                town().mm().list(&[("workspace_id", &town().first_workspace), ("search", value)]),
                town().mm().list(&[("workspace_id", value)]),
                town().mm().list(&[("workspace_id", &town().first_workspace), ("cursor", value), ("limit", value)]),
                town().maisa().list(&[("role", value), ("limit", value), ("offset", value)]),
            ] {
                assert!(answer.status < 500, "{}", answer.story());
            }
        }
    }
    lives();
}

#[test]
fn requests_sent_together_are_answered_in_order_and_apart() {
    let key = &town().root.key;
    let one = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
    let body = "{\"preferences\":{}}";
    let patch = format!(
        "PATCH /v1/users/me/preferences HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = town().server.http.connect().unwrap();
    connection.write([one("/v1/users/me"), patch, one("/v1/nope"), one("/v1/users/me")].concat().as_bytes()).unwrap();
    for status in [200, 200, 404, 200] {
        connection.read_answer("GET").unwrap().expect(status);
    }
    // A body that looks like a request is a body.
    let smuggled =
        format!("DELETE /v1/users/{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n", town().root.id);
    let request = Request::new("GET", "/v1/users/me").header("Authorization", &format!("Bearer {key}")).body(smuggled);
    town().server.http.send(&request).unwrap().expect(200);
    lives();
}
