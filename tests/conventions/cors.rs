//! Pages of other origins: off unless the settings name them, and then on every answer of both dialects.

use serde_json::json;

use crate::harness::{Answer, House, Maisa, Mm, NOBODY, Request, Town, town};

const PAGE: &str = "https://app.example.com";

/// The headers of the protocol, as one text.
fn told(answer: &Answer) -> Vec<(String, String)> {
    let all = answer.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
    all.filter(|(name, _)| name.starts_with("access-control-")).collect()
}

fn names(answer: &Answer, header: &str) -> Vec<String> {
    let mut names: Vec<String> =
        answer.header(header).unwrap_or_default().split(',').map(|name| name.trim().to_lowercase()).collect();
    names.sort();
    names
}

fn preflight(town: &Town, path: &str, method: &str, headers: &str) -> Answer {
    let request = Request::new("OPTIONS", path).header("Origin", PAGE);
    let request = request.header("Access-Control-Request-Method", method);
    town.server.http.send(&request.header("Access-Control-Request-Headers", headers)).unwrap()
}

/// Requests of all kinds, as a page of this origin sends them.
fn all_kinds(town: &Town, origin: &str) -> Vec<Answer> {
    let place = town.workspace();
    let user = place.user("ada");
    let reader = place.key_with(&["users:read"]).secret;
    let (mm, maisa) = (town.mm().with("Origin", origin), town.maisa().with("Origin", origin));
    let stale = r#""x""#;
    vec![
        mm.get(&user).expect(200),
        mm.clone().at("/mechamental").list(&[("workspace_id", &place.id)]).expect(200),
        mm.create(place.application("bob")).expect(201),
        mm.clone().with("If-None-Match", "*").get(&user).expect(304),
        mm.ask("GET", "/v1/users/").expect(307),
        mm.create(vec![0xff]).expect(400),
        Mm::anonymous(&town.server.http).with("Origin", origin).me().expect(401),
        town.mm_as(&reader).with("Origin", origin).delete(&user).expect(403),
        mm.get(NOBODY).expect(404),
        mm.ask("GET", "/v1/nope").expect(404),
        mm.ask("DELETE", "/v1/users").expect(405),
        mm.update(&user, json!({"email": town.root.email})).expect(409),
        mm.clone().with("If-Match", stale).update(&user, "{}").expect(412),
        mm.create(vec![b' '; 300_000]).expect(413),
        mm.create("{").expect(422),
        mm.ask("OPTIONS", "/v1/users").expect(405),
        maisa.get(&user).expect(200),
        maisa.clone().at("/maisa").list(&[]).expect(200),
        maisa.create("{}").expect(400),
        Maisa::anonymous(&town.server.http).with("Origin", origin).list(&[]).expect(401),
        town.maisa_as(&reader).with("Origin", origin).delete(&user).expect(403),
        maisa.get(NOBODY).expect(404),
        maisa.ask("PATCH", "/v1/users").expect(405),
        maisa.clone().with("If-Match", stale).delete(&user).expect(412),
        maisa.create_as(Some("text/plain"), "{}").expect(415),
        maisa.delete(&user).expect(204),
        town.server.http.send(&Request::get("/healthz").header("Origin", origin)).unwrap().expect(200),
        town.server.http.send(&Request::get("/nowhere").header("Origin", origin)).unwrap().expect(404),
    ]
}

#[test]
fn nothing_is_said_unless_the_settings_ask_for_it() {
    for answer in all_kinds(town(), PAGE) {
        assert!(told(&answer).is_empty(), "{}", answer.story());
        assert!(!names(&answer, "vary").contains(&"origin".to_owned()), "{}", answer.story());
    }
    for path in ["/v1/users", "/mechamental/v1/users", "/maisa/v1/users"] {
        let answer = preflight(town(), path, "POST", "authorization").expect(405);
        assert!(told(&answer).is_empty() && answer.header("allow").is_some(), "{}", answer.story());
    }
}

#[test]
fn a_page_that_is_named_reads_every_answer_of_both_dialects() {
    let town = Town::with(&[("cors.origins", "http://localhost:3000, https://App.Example.com:443")]);
    for answer in all_kinds(&town, PAGE) {
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{}", answer.story());
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let exposed = names(&answer, "access-control-expose-headers");
        let expected = [
            "allow",
            "etag",
            "idempotent-replayed",
            "link",
            "location",
            "retry-after",
            "www-authenticate",
            "x-request-id",
            "x-should-retry",
        ];
        assert_eq!(exposed, expected);
        assert!(names(&answer, "vary").contains(&"origin".to_owned()), "{}", answer.story());
    }
    for stranger in ["https://evil.example", "null", "https://app.example.com.evil.example", "http://app.example.com"] {
        for answer in all_kinds(&town, stranger) {
            assert!(told(&answer).is_empty(), "{}", answer.story());
            assert!(names(&answer, "vary").contains(&"origin".to_owned()), "a cache must keep them apart");
        }
    }
    let list = town.mm().at("").with("Origin", PAGE).list(&[("workspace_id", &town.first_workspace)]).expect(200);
    assert_eq!(names(&list, "vary"), ["accept-encoding", "authorization", "origin", "x-api-key"]);
}

#[test]
fn a_preflight_lets_through_all_that_the_two_apis_need() {
    let town = Town::with(&[("cors.origins", PAGE), ("cors.max_age", "10m")]);
    let user = format!("/v1/users/{NOBODY}");
    for mount in ["", "/mechamental", "/maisa"] {
        for (method, path) in [
            ("GET", "/v1/users"),
            ("POST", "/v1/users"),
            ("PUT", user.as_str()),
            ("DELETE", &user),
            ("PATCH", "/v1/users/me/preferences"),
            ("GET", "/v1/nope"),
        ] {
            let asked = "authorization,content-type,idempotency-key,if-match,if-none-match,x-api-key,x-request-id";
            let answer = preflight(&town, &format!("{mount}{path}"), method, asked).expect(204);
            assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
            assert_eq!(
                names(&answer, "access-control-allow-methods"),
                ["delete", "get", "head", "patch", "post", "put"]
            );
            assert_eq!(names(&answer, "access-control-allow-headers").join(","), asked);
            assert_eq!(answer.header("access-control-max-age"), Some("600"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.header("x-request-id").is_some() && answer.body.is_empty());
        }
    }
    // What is no preflight, or comes from elsewhere, is answered as ever.
    let town = &town;
    let bare = town.server.http.send(&Request::new("OPTIONS", "/maisa/v1/users").header("Origin", PAGE)).unwrap();
    bare.maisa_error(405, "METHOD_NOT_ALLOWED");
    let elsewhere = Request::new("OPTIONS", "/mechamental/v1/users").header("Origin", "https://evil.example");
    let elsewhere = elsewhere.header("Access-Control-Request-Method", "POST");
    assert!(told(&town.server.http.send(&elsewhere).unwrap().expect(405)).is_empty());
}

#[test]
fn every_page_may_be_let_in() {
    let town = Town::with(&[("cors.origins", "*")]);
    for origin in [PAGE, "null"] {
        let answer = town.mm().with("Origin", origin).me().expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None, "never together with all origins");
        assert!(!names(&answer, "vary").contains(&"origin".to_owned()));
    }
    preflight(&town, "/maisa/v1/users", "POST", "x-api-key").expect(204);
}

#[test]
fn a_page_learns_that_the_server_is_not_ready() {
    let mut house = House::empty();
    house.set("cors.origins", PAGE);
    let server = house.serve();
    let answer = server.http.send(&Request::get("/readyz").header("Origin", PAGE)).unwrap().expect(503);
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
}

#[test]
fn an_origin_that_is_none_is_told_with_its_place() {
    for (value, key) in [
        ("https://app.example.com/", "cors.origins[0]"),
        ("https://app.example.com,https://app.example.com/path", "cors.origins[1]"),
        ("app.example.com", "cors.origins[0]"),
        ("https://", "cors.origins[0]"),
        ("https://user@app.example.com", "cors.origins[0]"),
        ("https://app.example.com?x", "cors.origins[0]"),
        ("https://*.example.com", "cors.origins[0]"),
        ("https://app.example.com:0", "cors.origins[0]"),
        ("https://b\u{fc}cher.example", "cors.origins[0]"),
        ("null", "cors.origins[0]"),
        ("*,https://app.example.com", "cors.origins"),
        ("*,*", "cors.origins"),
    ] {
        let mut house = House::empty();
        house.set("cors.origins", value);
        let said = house.try_serve().err().unwrap_or_else(|| panic!("{value} was accepted"));
        assert!(said.contains(&format!("{key} (variable DIGLOT_CORS__ORIGINS): must be ")), "{value}: {said}");
    }
    let mut house = House::empty();
    house.set("cors.max_age", "soon");
    assert!(house.try_serve().err().unwrap().contains("cors.max_age (variable DIGLOT_CORS__MAX_AGE): must be a time"));
}
