//! Maisa's five operations.

use serde_json::{Value, json};

use super::{Stage, request};
use crate::harness::{Answer, NOBODY, Request, Town, snapshot::Snapshots};

/// Keeps cases of one operation.
struct Book<'a> {
    stage: &'a Stage<'a>,
    snapshots: Snapshots,
}

impl<'a> Book<'a> {
    fn of(stage: &'a Stage<'a>, operation: &str) -> Self {
        Self { stage, snapshots: Snapshots::of("maisa", operation) }
    }

    fn with(&mut self, name: &str, status: u16, key: &str, request: Request) -> Answer {
        let request = Request {
            headers: [vec![("X-API-Key".to_owned(), key.as_bytes().to_vec())], request.headers].concat(),
            ..request
        };
        self.snapshots.case(name, &self.stage.town.server.http, request).expect(status)
    }

    fn case(&mut self, name: &str, status: u16, request: Request) -> Answer {
        self.with(name, status, &self.stage.steward.secret.clone(), request)
    }

    fn anonymous(&mut self, name: &str, status: u16, request: Request) {
        let request = Request { target: format!("/maisa{}", request.target), ..request };
        self.snapshots.case(name, &self.stage.town.server.http, request).expect(status);
    }

    /// What every operation with a body refuses alike.
    fn bad_bodies(&mut self, method: &str, target: &str) {
        let ask = || request(method, target);
        self.case("unreadable body", 400, ask().json(vec![b'"', 0xff, b'"']));
        self.case("nested too deeply", 400, ask().json("[".repeat(65) + &"]".repeat(65)));
        self.case("malformed body", 400, ask().json("{\"a\":"));
        self.case("duplicate key", 400, ask().json("{\"a\":1,\"a\":2}"));
        self.case("no body", 400, ask());
        self.case("no object", 400, ask().json("[1]"));
        self.anonymous("no key", 401, ask().json("{}"));
        self.case("too large", 413, ask().json(" ".repeat(300_000)));
        self.case("no JSON", 415, ask().header("Content-Type", "text/plain").body("{}"));
    }
}

fn body(name: &str) -> Value {
    json!({"email": format!("{name}@example.com"), "name": "Grace Hopper", "role": "user"})
}

fn create(stage: &Stage, body: &Value) -> String {
    stage.town.maisa_as(&stage.steward.secret).create(body).expect(201).str("/data/id")
}

#[test]
fn list_users() {
    let town = Town::new();
    let stage = Stage::new(&town);
    for name in ["ada", "bob"] {
        create(&stage, &body(name));
    }
    let mut book = Book::of(&stage, "listUsers");
    let get = |query: &str| request("GET", &format!("/v1/users{query}"));
    book.case("first page", 200, get("?limit=1"));
    book.case("last page", 200, get("?limit=1&offset=1"));
    book.case("by role", 200, get("?role=user"));
    book.case("nobody", 200, get("?role=admin"));
    book.case("several parameters wrong", 400, get("?limit=0&offset=-1&role=nobody"));
    book.case("a parameter twice", 400, get("?limit=1&limit=2"));
    book.anonymous("no key", 401, get(""));
    book.with("wrong key", 401, "dgl_x_y", get(""));
    book.with("not permitted", 403, &stage.outsider.secret, get(""));
    book.case("unknown route", 404, request("GET", "/v1/nope"));
    book.case("wrong method", 405, request("DELETE", "/v1/users"));
}

#[test]
fn create_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut book = Book::of(&stage, "createUser");
    let post = |body: &Value| request("POST", "/v1/users").json(body.to_string());
    book.case("minimal", 201, post(&body("ada")));
    let mut full = body("bob");
    (full["department"], full["sendActivationEmail"], full["metadata"]) =
        (json!("Navy"), json!(false), json!({"rank": 1.50, "ships": ["a", null]}));
    book.case("full", 201, post(&full));
    book.bad_bodies("POST", "/v1/users");
    book.case("everything missing", 400, post(&json!({})));
    let wrong = json!({"email": "x", "name": "", "role": "nobody", "department": 5, "sendActivationEmail": "yes", "metadata": []});
    book.case("everything wrong", 400, post(&wrong));
    book.with("no workspace", 400, &town.steward().secret, post(&body("new")));
    book.with("not permitted", 403, &stage.reader.secret, post(&body("new")));
    let writer = stage.place.key_with(&["users:write"]);
    book.with("grants more than it holds", 403, &writer.secret, post(&body("new")));
    book.case("e-mail taken", 409, post(&body("ADA")));
    let once = |name: &str, key: &str| post(&body(name)).header("Idempotency-Key", key);
    let kim = book.case("under a key", 201, once("kim", "one")).str("/data/id");
    book.case("again", 201, once("kim", "\"one\""));
    book.case("under the key of another request", 400, once("new", "one"));
    book.case("under no key", 400, once("new", "a b"));
    town.maisa().delete(&kim).expect(204);
    book.case("again, deleted since", 409, once("kim", "one"));
}

#[test]
fn get_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = create(&stage, &body("ada"));
    let mut book = Book::of(&stage, "getUser");
    let target = format!("/v1/users/{user}");
    let tag = book.case("a user", 200, request("GET", &target)).header("etag").unwrap().to_owned();
    book.case("known already", 304, request("GET", &target).header("If-None-Match", &tag));
    book.case("no list of entity tags", 400, request("GET", &target).header("If-Match", "x"));
    book.anonymous("no key", 401, request("GET", &target));
    book.with("not permitted", 403, &stage.outsider.secret, request("GET", &target));
    book.case("nobody", 404, request("GET", &format!("/v1/users/{NOBODY}")));
    book.case("no uuid", 404, request("GET", "/v1/users/me"));
    book.case("in another state", 412, request("GET", &target).header("If-Match", r#""x""#));
    book.case("wrong method", 405, request("PATCH", &target));
}

#[test]
fn update_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = create(&stage, &body("ada"));
    let mut book = Book::of(&stage, "updateUser");
    let target = format!("/v1/users/{user}");
    let put = |body: Value| request("PUT", &target).json(body.to_string());
    book.case("nothing", 200, put(json!({})));
    let all = json!({"name": "Ada King", "role": "viewer", "department": "Engines", "status": "suspended", "metadata": {"a": [1, 2.0, null]}});
    book.case("everything", 200, put(all));
    let known = book.case("cleared", 200, put(json!({"department": null, "metadata": {}})));
    let tag = known.header("etag").unwrap();
    book.case("in the state that was seen", 200, put(json!({})).header("If-Match", tag));
    book.bad_bodies("PUT", &target);
    book.case(
        "everything wrong",
        400,
        put(json!({"name": null, "role": 5, "department": [], "status": "pending", "metadata": "x"})),
    );
    book.with("not permitted", 403, &stage.reader.secret, put(json!({})));
    let own = request("PUT", &format!("/v1/users/{}", town.root.id)).json(r#"{"role":"user"}"#);
    book.with("own role", 403, &town.root.key, own.clone());
    book.case("nobody", 404, request("PUT", &format!("/v1/users/{NOBODY}")).json("{}"));
    book.with("last administrator", 409, &town.steward().secret, own);
    book.case("in another state", 412, put(json!({})).header("If-Match", r#""x""#));
    book.case("no list of entity tags", 400, put(json!({})).header("If-None-Match", "x"));
}

#[test]
fn delete_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = create(&stage, &body("ada"));
    let mut book = Book::of(&stage, "deleteUser");
    let target = format!("/v1/users/{user}");
    book.anonymous("no key", 401, request("DELETE", &target));
    book.with("not permitted", 403, &stage.reader.secret, request("DELETE", &target));
    book.with("last administrator", 409, &town.root.key, request("DELETE", &format!("/v1/users/{}", town.root.id)));
    book.case("in another state", 412, request("DELETE", &target).header("If-Match", r#""x""#));
    book.case("a user", 204, request("DELETE", &target));
    book.case("nobody", 404, request("DELETE", &target));
}
