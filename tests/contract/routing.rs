//! Which dialect answers (§4).

use serde_json::json;

use crate::harness::{Answer, Mm, Request, Town, town};

fn send(town: &Town, request: Request) -> Answer {
    town.server.http.send(&request).unwrap()
}

fn bearer(town: &Town) -> String {
    format!("Bearer {}", town.root.key)
}

fn is_mm_user(answer: &Answer) -> bool {
    answer.status == 200 && answer.at("/user_id").is_string()
}

fn is_maisa_user(answer: &Answer) -> bool {
    answer.status == 200 && answer.at("/data/id").is_string()
}

#[test]
fn on_the_shared_mount_the_credential_tells() {
    let path = format!("/v1/users/{}", town().root.id);
    let answers = [
        send(town(), Request::get(&path).header("authorization", &bearer(town()))),
        send(town(), Request::get(&path).header("x-api-KEY", &town().root.key)),
        send(town(), Request::get(&path)).mm_error(401, "AUTHENTICATION_FAILED"),
        send(
            town(),
            Request::get(&path).header("Authorization", &bearer(town())).header("X-API-Key", &town().root.key),
        )
        .mm_error(400, "BAD_REQUEST"),
        send(town(), Request::get(&path).header("Authorization", "").header("X-API-Key", ""))
            .mm_error(400, "BAD_REQUEST"),
    ];
    assert!(is_mm_user(&answers[0]) && is_maisa_user(&answers[1]));
    for answer in &answers {
        let mut vary: Vec<String> =
            answer.header("vary").unwrap().split(',').map(|name| name.trim().to_lowercase()).collect();
        vary.sort();
        assert_eq!(vary, ["authorization", "x-api-key"], "{}", answer.story());
    }
}

#[test]
fn on_a_prefix_the_other_dialects_header_is_ignored() {
    let path = format!("/v1/users/{}", town().root.id);
    let both = |prefix: &str, key: &str, authorization: &str| {
        let request = Request::get(&format!("{prefix}{path}"));
        send(town(), request.header("X-API-Key", key).header("Authorization", authorization))
    };
    assert!(is_mm_user(&both("/mechamental", "nonsense", &bearer(town()))));
    assert!(is_maisa_user(&both("/maisa", &town().root.key, "nonsense")));
    both("/mechamental", &town().root.key, "nonsense").mm_error(401, "AUTHENTICATION_FAILED");
    both("/maisa", "nonsense", &bearer(town())).maisa_error(401, "UNAUTHORIZED");
    send(town(), Request::get(&format!("/maisa{path}")).header("Authorization", &bearer(town())))
        .maisa_error(401, "UNAUTHORIZED");
    send(town(), Request::get(&format!("/mechamental{path}")).header("X-API-Key", &town().root.key))
        .mm_error(401, "AUTHENTICATION_FAILED");
}

#[test]
fn a_host_that_belongs_to_a_dialect_beats_prefix_and_credential() {
    let town = Town::with(&[
        ("dialects.maisa.hosts", "api.maisa.test,other.test:8443"),
        ("dialects.mechamental.hosts", "api.mm.test"),
    ]);
    let path = format!("/v1/users/{}", town.root.id);
    let ask = |host: &str, path: &str| {
        let request = Request::get(path).header("Host", host);
        send(&town, request.header("X-API-Key", &town.root.key).header("Authorization", &bearer(&town)))
    };
    for host in ["api.maisa.test", "API.Maisa.Test", "api.maisa.test:8080", "other.test:8443"] {
        assert!(is_maisa_user(&ask(host, &path)), "{host}");
    }
    assert!(is_mm_user(&ask("api.mm.test", &path)));
    for elsewhere in ["localhost", "maisa.test", "x.api.maisa.test", "other.test"] {
        ask(elsewhere, &path).mm_error(400, "BAD_REQUEST");
    }
    let other = Request::get(&path).header("Host", "api.maisa.test").header("Authorization", &bearer(&town));
    send(&town, other).maisa_error(401, "UNAUTHORIZED");
    send(&town, Request::get("/v1/nope").header("Host", "api.maisa.test")).maisa_error(404, "NOT_FOUND");
    let slash = send(&town, Request::get("/v1/users/?a=b").header("Host", "api.mm.test:81")).expect(307);
    assert_eq!(slash.header("location"), Some("http://api.mm.test:81/v1/users?a=b"));
    assert!(is_maisa_user(&ask("localhost", &format!("/maisa{path}"))), "the prefix still works on other hosts");
    assert_eq!(ask("api.maisa.test", &format!("/mechamental{path}")).maisa_error(404, "NOT_FOUND").status, 404);
}

#[test]
fn the_shared_mount_can_be_switched_off() {
    let town = Town::with(&[("dialects.shared", "false")]);
    let path = format!("/v1/users/{}", town.root.id);
    for (header, value) in [("Authorization", bearer(&town)), ("X-API-Key", town.root.key.clone())] {
        send(&town, Request::get(&path).header(header, &value)).expect(404);
    }
    assert!(is_mm_user(&town.mm().at("/mechamental").get(&town.root.id)));
    assert!(is_maisa_user(&town.maisa().at("/maisa").get(&town.root.id)));
}

#[test]
fn the_settings_name_the_default_dialect_and_the_prefixes() {
    let town = Town::with(&[
        ("dialects.default", "maisa"),
        ("dialects.maisa.prefix", "/left/hand"),
        ("dialects.mechamental.prefix", ""),
    ]);
    let path = format!("/v1/users/{}", town.root.id);
    send(&town, Request::get(&path)).maisa_error(401, "UNAUTHORIZED");
    send(&town, Request::get(&path).header("X-API-Key", "a").header("Authorization", "b"))
        .maisa_error(400, "VALIDATION_ERROR");
    send(&town, Request::get("/v1/nope")).maisa_error(404, "NOT_FOUND");
    assert!(is_maisa_user(&town.maisa().at("/left/hand").get(&town.root.id)));
    town.maisa().at("/maisa").get(&town.root.id).expect(404);
    town.mm().at("/mechamental").get(&town.root.id).expect(404);
    assert!(is_mm_user(&town.mm().get(&town.root.id)));
}

#[test]
fn the_dialect_never_decides_what_a_caller_may_do() {
    let person = town().workspace().person("viewer");
    for mount in ["", "/mechamental"] {
        let mm = town().mm_as(&person.key).at(mount);
        mm.me().expect(200);
        mm.delete(&person.id).mm_error(403, "FORBIDDEN");
    }
    for mount in ["", "/maisa"] {
        let maisa = town().maisa_as(&person.key).at(mount);
        maisa.get(&person.id).expect(200);
        maisa.delete(&person.id).maisa_error(403, "FORBIDDEN");
    }
}

#[test]
fn a_default_dialect_speaks_where_nobody_else_does() {
    let answer = send(town(), Request::get("/nowhere")).expect(404);
    assert_eq!(answer.json(), json!({"detail": "Not Found"}));
    Mm::anonymous(&town().server.http).at("").list(&[]).mm_error(401, "AUTHENTICATION_FAILED");
}
