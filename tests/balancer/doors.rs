//! Good days: both dialects, cursors, keys, and what arrives of an answer.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::nginx::{EXAMPLE, NAME};
use super::scene::Front;
use crate::harness::{Answer, Http, NOBODY, Request, eventually, fresh};

/// The headers that nginx speaks for itself in, or that name one request.
const THEIR_OWN: [&str; 4] = ["date", "server", "connection", "x-request-id"];

/// What must arrive as it was sent.
pub fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers: Vec<(String, String)> = answer.headers.clone();
    headers.retain(|(name, _)| !THEIR_OWN.iter().any(|own| name.eq_ignore_ascii_case(own)));
    headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
    headers.sort();
    let mut body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| json!(answer.text()));
    if let Some(members) = body.as_object_mut() {
        // When the error was made.
        members.remove("timestamp");
    }
    (answer.status, headers, body)
}

#[test]
fn both_dialects_work_through_nginx() {
    let front = Front::new();
    let (mm, maisa) = (front.mm(&front.town.root.key), front.maisa(&front.town.root.key));
    let name = fresh("through");
    let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse"});
    let id = mm.create(body).expect(201).str("/user_id");
    assert_eq!(maisa.get(&id).expect(200).str("/data/name"), name);
    maisa.update(&id, json!({"department": "Front"})).expect(200);
    mm.update(&id, json!({"bio": "behind"})).expect(200);
    assert_eq!(maisa.get(&id).expect(200).str("/data/department"), "Front");
    mm.patch_preferences(json!({"preferences": {"theme": "dark"}})).expect(200);
    assert_eq!(mm.me().expect(200).str("/preferences/theme"), "dark");
    maisa.delete(&id).expect(204);
    mm.get(&id).expect(404);
}

#[test]
fn what_a_process_answers_arrives_as_it_is() {
    let front = Front::new();
    let key = front.town.root.key.as_str();
    let id = front.town.root.id.as_str();
    let (mm, maisa) = (format!("Bearer {key}"), key.to_owned());
    let tag = front.town.mm().get(id).header("etag").unwrap().to_owned();
    let large = |size: usize| format!("{{\"bio\": \"{}\"}}", "x".repeat(size));
    let get = |target: &str| Request::get(target).header("Host", "api.example.com:8443");
    let to = |method: &str, target: &str| Request::new(method, target).header("Host", "api.example.com:8443");
    let requests: Vec<(u16, Request)> = vec![
        (200, get(&format!("/v1/users/{id}")).header("Authorization", &mm)),
        (304, get(&format!("/v1/users/{id}")).header("Authorization", &mm).header("If-None-Match", &tag)),
        (200, to("HEAD", &format!("/maisa/v1/users/{id}")).header("X-API-Key", &maisa)),
        (200, get("/v1/users?limit=100").header("X-API-Key", &maisa).header("Accept-Encoding", "br, gzip")),
        (307, get("/mechamental/v1/users/").header("Authorization", &mm)),
        (400, get("/v1/users?limit=0").header("X-API-Key", &maisa)),
        (400, to("POST", "/v1/users").header("X-API-Key", &maisa).json("{")),
        (401, get("/v1/users")),
        (401, get("/v1/users").header("X-API-Key", "wrong")),
        (404, get("/nowhere")),
        (404, get(&format!("/v1/users/{NOBODY}")).header("X-API-Key", &maisa)),
        (404, get(&format!("/v1/users/{NOBODY}")).header("Authorization", &mm)),
        (405, to("DELETE", "/v1/users").header("X-API-Key", &maisa)),
        (
            409,
            to("POST", "/v1/users")
                .header("X-API-Key", &maisa)
                .json(json!({"email": front.town.root.email, "name": "Twin", "role": "user"}).to_string()),
        ),
        (412, to("DELETE", &format!("/v1/users/{id}")).header("Authorization", &mm).header("If-Match", "\"no\"")),
        (413, to("PUT", &format!("/v1/users/{id}")).header("Authorization", &mm).json(large(300 * 1_024))),
        (413, to("PUT", &format!("/v1/users/{id}")).header("X-API-Key", &maisa).json(large(1_000_000))),
        (415, to("POST", "/v1/users").header("X-API-Key", &maisa).header("Content-Type", "text/plain").body("x")),
        (404, get(&format!("/v1/users?workspace_id=x&search={}", "x".repeat(20_000))).header("Authorization", &mm)),
        (422, to("POST", "/v1/users").header("Authorization", &mm).json("{}")),
    ];
    for (status, request) in requests {
        let [through, direct] = [&front.nginx.engine.http, &front.town.server.http]
            .map(|http| Http::new(http.address()).send(&request).unwrap().expect(status));
        assert_eq!(essence(&through), essence(&direct), "{}", through.story());
    }
    assert_eq!(front.nginx.engine.files_on_disk(), 0, "nothing of a body on disk");
}

#[test]
fn an_id_of_a_request_is_the_same_for_all() {
    let front = Front::new();
    let asked = |id: &str| front.mm(&front.town.root.key).with("X-Request-Id", id).me().expect(200);
    let id = fresh("mine-");
    assert_eq!(asked(&id).header("x-request-id"), Some(id.as_str()));
    front.process_of(&id);
    let given = front.mm(&front.town.root.key).me().expect(200).header("x-request-id").unwrap().to_owned();
    front.process_of(&given);
    let (canary, last) = (fresh("canary"), fresh("last-"));
    front.maisa(&front.town.root.key).with("X-Request-Id", &last).list(&[("role", &canary)]);
    let log = eventually(Duration::from_secs(5), "a line in a log", || {
        Some(front.nginx.engine.log()).filter(|log| [&id, &given, &last].iter().all(|id| log.contains(*id)))
    });
    assert!(!log.contains(&canary) && !log.contains(&front.town.root.key), "no query and no credential: {log}");
}

#[test]
fn a_cursor_of_one_process_leads_on_in_the_other() {
    let front = Front::new();
    let place = front.place();
    let made: Vec<String> = (0..5).map(|_| place.user("listed")).collect();
    let keys = [front.key_of(0), front.key_of(1)];
    let readers = keys.each_ref().map(|key| front.mm(key));
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for turn in 0..made.len() {
        let page =
            readers[turn % 2].list(&[("workspace_id", &place.id), ("limit", "1"), ("cursor", &cursor)]).expect(200);
        seen.push(page.str("/users/0/user_id"));
        cursor = page.at("/next_cursor").as_str().unwrap_or_default().to_owned();
    }
    assert_eq!((seen, cursor.as_str()), (made, ""), "all of them, in order, and then no more");
}

#[test]
fn a_key_stays_on_one_process_whichever_dialect_it_speaks() {
    let front = Front::new();
    let mut used = [false; 2];
    for _ in 0..12 {
        let key = front.place().steward().secret;
        let home = front.home(&key);
        used[home] = true;
        for n in 0..6 {
            let id = fresh("stays-");
            match n % 3 {
                0 => front.mm(&key).with("X-Request-Id", &id).get(NOBODY),
                1 => front.maisa(&key).with("X-Request-Id", &id).list(&[]),
                _ => front.maisa(&key).with("X-Request-Id", &id).delete(NOBODY),
            };
            assert_eq!(front.process_of(&id), home);
        }
    }
    assert_eq!(used, [true; 2], "both have work");
}

#[test]
fn over_tls_addresses_are_https() {
    let front = Front::new();
    let mut command = Command::new("openssl");
    command.args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", NAME, "-servername", NAME]);
    command.arg("-connect").arg(front.nginx.tls.to_string());
    command.arg("-CAfile").arg(front.nginx.authority.certificate());
    let mut client =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("openssl");
    let request = format!(
        "GET /mechamental/v1/users/ HTTP/1.1\r\nHost: {NAME}:8443\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        front.town.root.key
    );
    client.stdin.as_mut().unwrap().write_all(request.as_bytes()).unwrap();
    let output = client.wait_with_output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(answer.starts_with("HTTP/1.1 307"), "{answer} {}", String::from_utf8_lossy(&output.stderr));
    assert!(answer.to_lowercase().contains(&format!("\r\nlocation: https://{NAME}:8443/mechamental/v1/users\r\n")));
}

#[test]
fn its_times_fit_those_of_diglot() {
    let defaults = include_str!("../../config/default.toml");
    let seconds = |text: &str, before: &str, behind: &str| -> u32 {
        let mut lines = text.lines().filter_map(|line| line.trim().strip_prefix(before)?.strip_suffix(behind));
        lines.next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{before} is not there"))
    };
    let ours = |name: &str| seconds(defaults, &format!("{name} = \""), "s\"");
    let theirs = |name: &str| seconds(EXAMPLE, &format!("{name} "), "s;");
    assert!(theirs("keepalive_timeout") < ours("head_timeout"), "no request meets a connection that is being closed");
    assert!(theirs("proxy_read_timeout") > ours("request_timeout"), "diglot is the one to answer");
    assert_eq!(theirs("client_header_timeout"), ours("head_timeout"));
    assert_eq!(theirs("client_body_timeout"), ours("body_timeout"));
}
