//! Operations that are off, gone, or only read from, and the limits of single ones.

use serde_json::{Value, json};

use crate::harness::{Answer, Http, Maisa, Mm, NOBODY, Request, Town, fresh};

/// The three ways to a dialect.
const HOSTS: [(&str, &str); 2] = [("dialects.maisa.hosts", "maisa.test"), ("dialects.mechamental.hosts", "mm.test")];

fn town_with(settings: &[(&str, &str)]) -> Town {
    Town::with(&[&HOSTS[..], settings].concat())
}

/// What is answered to this request at every mount of its dialect: by host, by prefix, and on the shared mount.
fn everywhere(town: &Town, dialect: &str, method: &str, path: &str, body: Option<&str>) -> [Answer; 3] {
    let (host, header, value) = match dialect {
        "maisa" => ("maisa.test", "X-API-Key", town.root.key.clone()),
        _ => ("mm.test", "Authorization", format!("Bearer {}", town.root.key)),
    };
    let ask = |request: Request| {
        let request = request.header(header, &value);
        let request = if let Some(body) = body { request.json(body) } else { request };
        town.server.http.send(&request).unwrap()
    };
    [
        ask(Request::new(method, path).header("Host", host)),
        ask(Request::new(method, &format!("/{dialect}{path}"))),
        ask(Request::new(method, path)),
    ]
}

fn allow(answer: &Answer) -> Option<&str> {
    answer.header("allow")
}

#[test]
fn what_is_off_is_as_if_it_were_not_there() {
    let town = town_with(&[
        ("routes.maisa.deleteUser.serve", "off"),
        ("routes.maisa.listUsers.serve", "off"),
        ("routes.mechamental.updateMyPreferences.serve", "off"),
        ("routes.mechamental.createUser.serve", "off"),
        ("routes.mechamental.listUsers.serve", "off"),
    ]);
    let one = format!("/v1/users/{}", town.root.id);
    for answer in everywhere(&town, "maisa", "DELETE", &one, None) {
        let answer = answer.maisa_error(405, "METHOD_NOT_ALLOWED");
        assert_eq!(allow(&answer), Some("GET, HEAD, PUT"));
    }
    for method in ["GET", "HEAD", "DELETE", "PATCH"] {
        for answer in everywhere(&town, "maisa", method, "/v1/users", None) {
            assert_eq!((answer.status, allow(&answer)), (405, Some("POST")), "{}", answer.story());
        }
    }
    for answer in everywhere(&town, "mechamental", "PATCH", "/v1/users/me/preferences", Some("{}")) {
        assert_eq!(answer.expect(404).json(), json!({"detail": "Not Found"}));
    }
    // Nothing is left at that path, so nothing leads there either.
    for path in ["/v1/users", "/v1/users/"] {
        for method in ["GET", "POST", "PUT"] {
            for answer in everywhere(&town, "mechamental", method, path, Some("{}")) {
                assert_eq!(answer.expect(404).json(), json!({"detail": "Not Found"}));
            }
        }
    }
    town.mm().get(&town.root.id).expect(200);
    assert_eq!(town.maisa().get(&town.root.id).expect(200).str("/data/id"), town.root.id, "and is there still");
    town.mm().delete(NOBODY).expect(404);
}

#[test]
fn a_word_in_a_path_is_no_id_when_its_operation_is_off() {
    let town = Town::new();
    let mut house = town.house.neighbour();
    house.set("routes.mechamental.getCurrentUser.serve", "off");
    let server = house.serve();
    // The document has no operation for it, and would take it for another one.
    let http = Http::new(server.http.address());
    let own = Mm::new(&http, &town.root.key).me().expect(405);
    assert_eq!(own.header("allow"), Some("PUT, DELETE"));
    Mm::new(&server.http, &town.root.key).get(&town.root.id).expect(200);
}

#[test]
fn what_is_gone_says_so_before_anything_else() {
    let town = town_with(&[
        ("routes.maisa.deleteUser.serve", "gone"),
        ("routes.mechamental.createUser.serve", "gone"),
        ("dialects.maisa.max_body", "1KiB"),
    ]);
    let one = format!("/v1/users/{}", town.root.id);
    for answer in everywhere(&town, "maisa", "DELETE", &one, None) {
        let answer = answer.maisa_error(410, "GONE");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    for body in ["{", "{\"email\": 1}", "", "[[[["] {
        for answer in everywhere(&town, "mechamental", "POST", "/v1/users", Some(body)) {
            answer.mm_error(410, "GONE");
        }
    }
    let anonymous = |request: Request| town.server.http.send(&request).unwrap();
    anonymous(Request::new("DELETE", &format!("/maisa{one}"))).maisa_error(410, "GONE");
    anonymous(Request::new("POST", "/mechamental/v1/users").json("x".repeat(300_000))).mm_error(410, "GONE");
    // It is no method that a client could use instead.
    for answer in everywhere(&town, "maisa", "PATCH", &one, None) {
        assert_eq!(allow(&answer.expect(405)), Some("GET, HEAD, PUT"));
    }
    town.mm().get(&town.root.id).expect(200);
}

#[test]
fn a_dialect_may_be_read_from_only() {
    let town = town_with(&[
        ("dialects.mechamental.serve", "read_only"),
        ("routes.mechamental.updateMyPreferences.serve", "on"),
        ("routes.mechamental.deleteUser.serve", "gone"),
    ]);
    let (mm, maisa) = (town.mm(), town.maisa());
    let name = fresh("read-only");
    let made = maisa.create(json!({"email": format!("{name}@example.com"), "name": name, "role": "user"})).expect(201);
    let id = made.str("/data/id");
    for mount in ["", "/mechamental"] {
        let mm = mm.clone().at(mount);
        assert_eq!(mm.get(&id).expect(200).str("/full_name"), name);
        mm.me().expect(200);
        mm.list(&[("workspace_id", &town.first_workspace)]).expect(200);
        let refused = mm.create(json!({"email": "x@example.com", "username": "x", "password": "correct horse"}));
        assert_eq!(refused.expect(405).header("allow"), Some("GET, HEAD"));
        assert_eq!(mm.update(&id, json!({"bio": "x"})).expect(405).header("allow"), Some("GET, HEAD"));
        mm.delete(&id).mm_error(410, "GONE");
        mm.patch_preferences(json!({"preferences": {"a": 1}})).expect(200);
    }
    assert_eq!(mm.get(&id).expect(200).at("/bio"), Value::Null);
    maisa.update(&id, json!({"name": "Still written"})).expect(200);
    maisa.delete(&id).expect(204);
}

#[test]
fn a_dialect_may_stay_away_from_the_shared_mount() {
    let town = Town::with(&[("dialects.maisa.shared", "false")]);
    let path = format!("/v1/users/{}", town.root.id);
    let with_key = Request::get(&path).header("X-API-Key", &town.root.key);
    town.server.http.send(&with_key).unwrap().mm_error(401, "AUTHENTICATION_FAILED");
    let both = with_key.header("Authorization", &format!("Bearer {}", town.root.key));
    town.server.http.send(&both).unwrap().expect(200).str("/user_id");
    town.maisa().at("/maisa").get(&town.root.id).expect(200);
    let document = town.cli(&["openapi", "maisa"]).done().json();
    let servers: Vec<&str> =
        document["servers"].as_array().unwrap().iter().map(|server| server["url"].as_str().unwrap()).collect();
    assert_eq!(servers, ["/maisa"]);
}

#[test]
fn documents_name_what_is_served_and_what_is_about_to_go() {
    let town = Town::with(&[
        ("routes.maisa.deleteUser.serve", "gone"),
        ("routes.maisa.updateUser.serve", "off"),
        ("routes.maisa.listUsers.deprecated", "2020-01-01"),
        ("dialects.mechamental.serve", "read_only"),
    ]);
    let served = |name: &str| town.server.http.send(&Request::get(&format!("/openapi/{name}.json"))).unwrap().text();
    let document = |name: &str| serde_json::from_str::<Value>(&served(name)).unwrap();
    let operations = |document: &Value| -> Vec<(String, String, bool)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, it)| (path.clone(), method.clone(), it["deprecated"] == true))
        });
        operations.collect()
    };
    let row = |path: &str, method: &str, old| (path.to_owned(), method.to_owned(), old);
    let maisa = document("maisa");
    assert_eq!(
        operations(&maisa),
        [row("/v1/users", "get", true), row("/v1/users", "post", false), row("/v1/users/{userId}", "get", false)]
    );
    let mm = document("mechamental");
    let all = operations(&mm);
    assert!(all.len() == 4 && all.iter().all(|(_, method, old)| method == "get" && !old), "{all:?}");
    assert_eq!(town.cli(&["openapi", "maisa"]).done().json(), maisa);
}

#[test]
fn pages_of_other_origins_are_told_of_the_methods_that_are_served() {
    let origin = "https://app.example.com";
    let town = Town::with(&[
        ("cors.origins", origin),
        ("dialects.mechamental.serve", "read_only"),
        ("routes.maisa.deleteUser.serve", "off"),
        ("routes.maisa.updateUser.serve", "gone"),
    ]);
    let preflight = Request::new("OPTIONS", "/maisa/v1/users")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST");
    let answer = town.server.http.send(&preflight).unwrap().expect(204);
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, POST, PUT"));
}

#[test]
fn an_operation_may_take_smaller_bodies() {
    let town = Town::with(&[("dialects.maisa.max_body", "4KiB"), ("routes.maisa.updateUser.max_body", "1KiB")]);
    let id = town.root.id.as_str();
    let department = |size: usize| json!({"department": "d", "filler": "x".repeat(size)});
    town.maisa().update(id, department(900)).expect(200);
    town.maisa().update(id, department(1_100)).maisa_error(413, "PAYLOAD_TOO_LARGE");
    let create = |size: usize| json!({"email": "no", "name": "x".repeat(size), "role": "user"});
    town.maisa().create(create(3_900)).maisa_error(400, "VALIDATION_ERROR");
    town.maisa().create(create(4_100)).maisa_error(413, "PAYLOAD_TOO_LARGE");
    town.mm().update(id, department(100_000)).expect(200);
    // Also where the length is not announced.
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", 1_500, "x".repeat(1_500));
    let chunked = Request::new("PUT", &format!("/maisa/v1/users/{id}"))
        .header("X-API-Key", &town.root.key)
        .header("Content-Type", "application/json")
        .header("Transfer-Encoding", "chunked")
        .body(chunk);
    town.server.http.send(&chunked).unwrap().maisa_error(413, "PAYLOAD_TOO_LARGE");
}

#[test]
fn an_operation_may_have_less_time() {
    // A hash takes longer than that.
    let town = Town::with(&[("passwords.bcrypt_cost", "13"), ("routes.mechamental.createUser.timeout", "20ms")]);
    let name = fresh("hasty");
    let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse"});
    let late = town.mm().create(&body).mm_error(503, "SERVICE_UNAVAILABLE");
    assert!(late.header("retry-after").is_some());
    town.mm().get(&town.root.id).expect(200);
    let password = json!({"password": "correct horse battery"});
    town.mm().update(&town.root.id, password).expect(200);
    let maisa: Maisa<'_> = town.maisa();
    maisa.get(&town.root.id).expect(200);
}
