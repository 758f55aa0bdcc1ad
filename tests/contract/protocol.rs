//! What every answer carries, and how HTTP itself is spoken (§2, §4).

use serde_json::json;

use crate::harness::{Answer, Maisa, Mm, NOBODY, Request, id, town};

fn send(request: Request) -> Answer {
    town().server.http.send(&request).unwrap()
}

/// One answer of every kind, in both dialects and outside of them.
fn all_kinds() -> Vec<Answer> {
    let place = town().workspace();
    let user = place.user("ada");
    let (mm, maisa) = (town().mm(), town().maisa());
    let reader = place.key_with(&["users:read"]).secret;
    let taken = town().root.email.clone();
    vec![
        mm.get(&user).expect(200),
        mm.create(place.application("eve")).expect(201),
        mm.create("{").expect(422),
        mm.create(vec![0xff]).expect(400),
        Mm::anonymous(&town().server.http).me().expect(401),
        town().mm_as(&reader).delete(&user).expect(403),
        mm.get(NOBODY).expect(404),
        mm.update(&user, json!({ "email": taken })).expect(409),
        mm.create(vec![b' '; 300_000]).expect(413),
        mm.ask("GET", "/v1/nope").expect(404),
        mm.ask("DELETE", "/v1/users").expect(405),
        mm.ask("GET", "/v1/users/").expect(307),
        mm.ask("HEAD", "/v1/users/me").expect(200),
        maisa.get(&user).expect(200),
        maisa.create("{}").expect(400),
        Maisa::anonymous(&town().server.http).list(&[]).expect(401),
        town().maisa_as(&reader).delete(&user).expect(403),
        maisa.get(NOBODY).expect(404),
        maisa.create(json!({"email": taken, "name": "x", "role": "user"})).expect(409),
        maisa.create(vec![b' '; 300_000]).expect(413),
        maisa.create_as(Some("text/plain"), "{}").expect(415),
        maisa.ask("GET", "/v1/nope").expect(404),
        maisa.ask("PATCH", "/v1/users").expect(405),
        maisa.delete(&user).expect(204),
        mm.with("X-API-Key", &town().root.key).me().expect(400),
        send(Request::get("/healthz")).expect(200),
        send(Request::get("/readyz")).expect(200),
        send(Request::get("/")).expect(404),
    ]
}

#[test]
fn every_answer_is_guarded_and_numbered() {
    let mut numbers = Vec::new();
    for answer in all_kinds() {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.story());
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{}", answer.story());
        let number = answer.header("x-request-id").unwrap_or_else(|| panic!("{}", answer.story())).to_owned();
        assert!(!number.is_empty() && !numbers.contains(&number));
        numbers.push(number);
        assert_eq!(answer.header("server"), None, "no banner");
        if answer.status >= 400 && answer.header("content-length") != Some("0") {
            assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.story());
        }
    }
}

#[test]
fn an_incoming_request_id_is_kept_if_it_is_harmless() {
    let longest = "x".repeat(64);
    for kept in ["a", "7f.3-B_z", &longest] {
        assert_eq!(town().mm().with("X-Request-Id", kept).me().header("x-request-id"), Some(kept));
        assert_eq!(town().maisa().with("X-Request-Id", kept).get(NOBODY).header("x-request-id"), Some(kept));
    }
    for replaced in ["", "a b", "a\tb", "é", "<script>", "a;b", &"x".repeat(65)] {
        let answer = town().mm().with("X-Request-Id", replaced).me();
        let number = answer.header("x-request-id").unwrap();
        assert!(number != replaced && !number.is_empty() && number.len() <= 64, "{replaced:?} became {number:?}");
    }
}

#[test]
fn head_answers_like_get_without_a_body() {
    let user = town().workspace().user("ada");
    for path in [
        "/v1/users/me",
        &format!("/v1/users/{user}"),
        &format!("/v1/users/{NOBODY}"),
        "/v1/users?workspace_id=x",
        "/v1/users",
        "/v1/nope",
    ] {
        let (get, head) = (town().mm().ask("GET", path), town().mm().ask("HEAD", path));
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty());
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
    for path in ["/v1/users", "/v1/users?limit=x", &format!("/v1/users/{user}")] {
        let (get, head) = (town().maisa().ask("GET", path), town().maisa().ask("HEAD", path));
        assert_eq!((head.status, head.header("content-type")), (get.status, get.header("content-type")), "{path}");
    }
    Mm::anonymous(&town().server.http).ask("HEAD", "/v1/users/me").expect(401);
}

#[test]
fn a_wrong_method_is_told_all_right_ones() {
    let allowed = |answer: &Answer| {
        let mut methods: Vec<String> =
            answer.header("allow").unwrap().split(',').map(|m| m.trim().to_owned()).collect();
        methods.sort();
        methods.join(" ")
    };
    let user = format!("/v1/users/{NOBODY}");
    for (method, path, right) in [
        ("DELETE", "/v1/users", "GET HEAD POST"),
        ("OPTIONS", "/v1/users", "GET HEAD POST"),
        ("PATCH", &user, "DELETE GET HEAD PUT"),
        ("POST", &user, "DELETE GET HEAD PUT"),
        ("POST", "/v1/users/me", "DELETE GET HEAD PUT"),
        ("GET", "/v1/users/me/preferences", "PATCH"),
        ("PUT", "/v1/users/me/preferences", "PATCH"),
    ] {
        for mm in [town().mm(), Mm::anonymous(&town().server.http)] {
            let answer = mm.ask(method, path).expect(405);
            assert_eq!(answer.text(), r#"{"detail":"Method Not Allowed"}"#);
            assert_eq!(allowed(&answer), right, "{method} {path}");
        }
    }
    for (method, path, right) in [
        ("DELETE", "/v1/users", "GET HEAD POST"),
        ("PATCH", "/v1/users", "GET HEAD POST"),
        ("POST", &user, "DELETE GET HEAD PUT"),
    ] {
        let answer = town().maisa().ask(method, path).maisa_error(405, "METHOD_NOT_ALLOWED");
        assert_eq!(allowed(&answer), right, "{method} {path}");
    }
}

#[test]
fn an_unknown_route_is_told_before_anything_else() {
    for path in [
        "/v1",
        "/v1/",
        "/v1/nope",
        "/V1/users",
        "//v1/users",
        "/v1//users",
        "/v1/users/a/b",
        "/v1/users/a%2Fb",
        "/v2/users",
        "/v1/Users",
    ] {
        for mm in [town().mm(), Mm::anonymous(&town().server.http)] {
            let mm = if path == "//v1/users" { mm.at("") } else { mm.at("/mechamental") };
            assert_eq!(mm.ask("GET", path).expect(404).text(), r#"{"detail":"Not Found"}"#, "{path}");
        }
    }
    for path in ["/v1/nope", "/v1/users/me/preferences", "/V1/users", "/v1/users/a%2Fb", "/v1/users/a/b"] {
        town().maisa().ask("GET", path).maisa_error(404, "NOT_FOUND");
        Maisa::anonymous(&town().server.http).ask("GET", path).maisa_error(404, "NOT_FOUND");
    }
}

#[test]
fn an_id_in_a_path_is_decoded() {
    let answer = town().mm().ask("GET", "/v1/users/a%20b%C3%A9").mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(answer.at("/details/resource_id"), "a bé");
    let user = town().workspace().user("ada");
    let coded: String = user.bytes().map(|b| format!("%{b:02x}")).collect();
    assert_eq!(town().mm().ask("GET", &format!("/v1/users/{coded}")).expect(200).at("/user_id"), user);
}

#[test]
fn a_trailing_slash_is_redirected_on_the_mount_that_was_used() {
    for (mount, method) in
        [("", "GET"), ("", "POST"), ("/mechamental", "GET"), ("/mechamental", "PUT"), ("/mechamental", "DELETE")]
    {
        for path in ["/v1/users/", "/v1/users/me/", "/v1/users/x%20y/"] {
            let request =
                Request::new(method, &format!("{mount}{path}?a=b%20c&limit")).header("Host", "diglot.example:99");
            let answer = send(request).expect(307);
            let location = format!("http://diglot.example:99{mount}{}?a=b%20c&limit", path.trim_end_matches('/'));
            assert_eq!(answer.header("location"), Some(location.as_str()));
            assert_eq!(answer.text(), "");
        }
    }
}

#[test]
fn create_tells_where_the_user_is_on_the_mount_that_was_used() {
    let place = town().workspace();
    for mount in ["", "/mechamental"] {
        let created = town().mm().at(mount).create(place.application("ada")).expect(201);
        let location = created.header("location").unwrap().to_owned();
        let host = format!("http://{}", town().server.http.address());
        let path = location.strip_prefix(&host).unwrap_or(&location);
        assert_eq!(path, format!("{mount}/v1/users/{}", id(&created.json())));
        let read = town().mm().ask("GET", path).expect(200);
        assert_eq!(read.json(), created.json(), "create answers the bare user, as get does");
    }
}

#[test]
fn what_was_deleted_answers_with_nothing() {
    let place = town().workspace();
    for answer in [town().mm().delete(&place.user("ada")), town().maisa().delete(&place.user("bob"))] {
        let answer = answer.expect(204);
        assert_eq!(answer.text(), "");
        assert!(matches!(answer.header("content-length"), None | Some("0")));
    }
}

#[test]
fn a_body_counts_for_nothing_where_none_is_taken() {
    let place = town().workspace();
    let user = place.user("ada");
    for (method, status) in [("GET", 200), ("DELETE", 204)] {
        for (header, value) in
            [("Authorization", format!("Bearer {}", town().root.key)), ("X-API-Key", town().root.key.clone())]
        {
            let user = if method == "DELETE" { place.user("bob") } else { user.clone() };
            let request = Request::new(method, &format!("/v1/users/{user}")).header(header, &value);
            send(request.json("{\"broken")).expect(status);
        }
    }
}

#[test]
fn numbers_and_names_in_an_answer_stay_as_they_were_sent() {
    let place = town().workspace();
    let user = place.user("ada");
    let text = r#"{"z":1.0,"a":1e5,"m":{"é😀":-0.0,"\u0000":0.10},"list":[1,1.00,10e-2]}"#;
    let answer = town().mm().update(&user, format!(r#"{{"settings":{text}}}"#)).expect(200);
    assert!(answer.text().contains(text), "{}", answer.story());
    let answer = town().maisa().update(&user, format!(r#"{{"metadata":{text}}}"#)).expect(200);
    assert!(answer.text().contains(text), "{}", answer.story());
}
