//! No secret reaches a log, an error, a metric or a response, but the one that shows a new key (§6).

use std::time::Duration;

use serde_json::json;

use crate::harness::{Http, Mm, Request, Town, eventually, fresh};

/// Words that no log, metric or error may contain.
struct Canaries {
    password: String,
    email: String,
    query: String,
    request: String,
    key: String,
    revoked: String,
    wrong: String,
}

/// Does a bit of everything, with these words in all places where clients put them. Gives the texts of all refusals.
fn live_through(town: &Town, canaries: &Canaries) -> Vec<String> {
    let (mm, maisa) = (town.mm_as(&canaries.key), town.maisa_as(&canaries.key));
    let body = json!({"email": canaries.email, "username": fresh("canary"), "password": canaries.password});
    let user = mm.create(&body).expect(201).str("/user_id");
    // The key of a request is the client's own, and may say anything.
    let keyed = mm.clone().with("Idempotency-Key", &canaries.request);
    let mut other =
        json!({"email": format!("2{}", canaries.email), "username": fresh("canary"), "password": canaries.password});
    keyed.create(&other).expect(201);
    keyed.create(&other).expect(201);
    other["bio"] = json!("reused");
    keyed.create(&other).expect(422);
    mm.update(&user, json!({"password": canaries.password})).expect(200);
    mm.list_raw(&format!("workspace_id={}&search={}&token={}", town.first_workspace, canaries.query, canaries.query));
    maisa.list_raw(&format!("limit=5&q={}", canaries.query)).expect(200);
    town.mm().ask("GET", &format!("/nowhere?secret={}", canaries.query));

    let refusals = vec![
        mm.create(&body).expect(409),
        maisa
            .create(json!({"email": canaries.email, "name": "x", "role": "user", "password": canaries.password}))
            .expect(409),
        mm.create(json!({"email": 5, "username": "x", "password": [canaries.password]})).expect(422),
        mm.create(json!({"password": canaries.password})).expect(422),
        mm.create(format!("{{\"password\":\"{}\"", canaries.password)).expect(422),
        mm.create_as(Some("text/plain"), json!({"password": canaries.password})).expect(422),
        maisa.create(format!("{{\"password\":\"{}\"", canaries.password)).expect(400),
        maisa.create(json!({"email": 5, "password": canaries.password})).expect(400),
        town.mm_as(&canaries.revoked).me().expect(401),
        town.maisa_as(&canaries.wrong).list(&[]).expect(401),
        Mm::presenting(&town.server.http, &canaries.key).me().expect(401),
        mm.clone().with("X-API-Key", &canaries.wrong).me().expect(400),
        maisa.ask("DELETE", &format!("/v1/users?{}", canaries.query)).expect(405),
    ];
    let mut connection = town.server.http.connect().unwrap();
    connection
        .write(format!("GET /{} HTTP/1.1\r\nAuthorization {}\r\n\r\n", canaries.query, canaries.key).as_bytes())
        .unwrap();
    let garbage = connection.read_to_end().unwrap_or_default();
    let mut texts: Vec<String> =
        refusals.iter().map(|answer| format!("{:?}{}", answer.headers, answer.text())).collect();
    texts.push(String::from_utf8_lossy(&garbage).into_owned());
    texts
}

fn keep_quiet(settings: &[(&str, &str)]) {
    let town = Town::with(settings);
    let place = town.workspace();
    let gone = place.steward();
    town.cli(&["key", "revoke", &gone.id]).done();
    let name = fresh("canary-address-");
    let canaries = Canaries {
        password: "canary-password-7c1".to_owned(),
        email: format!("{name}@example.com"),
        query: "canary-query-5d2".to_owned(),
        request: "canary-request-9e3".to_owned(),
        key: town.key(&["--workspace", "*", "--user", &town.root.id]).secret,
        revoked: gone.secret,
        wrong: "dgl_canarywrong_canarywrongsecret".to_owned(),
    };
    let refusals = live_through(&town, &canaries);
    let metrics = town.server.metrics();
    let admin: &Http = &town.server.admin();
    for path in ["/healthz", "/readyz", "/nope"] {
        admin.send(&Request::get(&format!("{path}?{}", canaries.query))).unwrap();
    }
    let log = town.server.log();
    assert!(log.len() > 200, "there is a log at all:\n{log}");
    let secret = |key: &str| key.rsplit('_').next().unwrap().to_owned();
    let words = [
        &canaries.password,
        &name,
        &canaries.query,
        &canaries.request,
        &secret(&canaries.key),
        &secret(&canaries.revoked),
        &secret(&canaries.wrong),
        &secret(&town.root.key),
        &town.root.email,
    ];
    for word in words {
        for (place, text) in [("log", &log), ("metrics", &metrics)] {
            assert!(!text.contains(word.as_str()), "{word} is in the {place}:\n{text}");
        }
        if *word != canaries.query {
            for text in &refusals {
                assert!(!text.contains(word.as_str()), "{word} is in a refusal: {text}");
            }
        }
    }
    assert!(!log.contains("$2b$") && !metrics.contains("$2b$"));
}

#[test]
fn logs_metrics_and_refusals_tell_no_secret() {
    keep_quiet(&[("log.format", "text")]);
}

#[test]
fn logs_in_json_at_the_most_talkative_tell_none_either() {
    keep_quiet(&[("log.format", "json"), ("log.filter", "trace")]);
}

#[test]
fn a_log_in_json_is_one_object_a_line() {
    let town = Town::with(&[("log.format", "json")]);
    town.mm().with("X-Request-Id", "one-in-the-log").me().expect(200);
    town.maisa().get("x\r\ny").expect(404);
    // The log follows the answers.
    let log = eventually(Duration::from_secs(5), "both requests are told", || {
        Some(town.server.log()).filter(|log| log.contains("one-in-the-log") && log.contains("maisa.getUser"))
    });
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok_and(|value| value.is_object()), "{line}");
    }
    let line = log
        .lines()
        .find(|line| line.contains("one-in-the-log"))
        .unwrap_or_else(|| panic!("the request is not told:\n{log}"));
    assert!(line.contains("mechamental") && line.contains("getCurrentUser"), "{line}");
}

#[test]
fn metrics_count_requests_by_dialect_operation_and_status() {
    let town = Town::new();
    town.mm().me().expect(200);
    town.maisa().get("nobody").expect(404);
    let metrics = town.server.metrics();
    for (dialect, operation, class) in [("mechamental", "getCurrentUser", "2"), ("maisa", "getUser", "4")] {
        let counted = metrics.lines().any(|line| {
            line.contains(dialect) && line.contains(operation) && line.contains(class) && !line.starts_with('#')
        });
        assert!(counted, "{dialect} {operation}:\n{metrics}");
    }
    assert_eq!(town.server.http.send(&Request::get("/metrics")).unwrap().status, 404, "not on the public address");
}
