//! MechaMental's eleven operations.

use serde_json::{Value, json};

use super::{Stage, request};
use crate::harness::{Answer, NOBODY, Request, Town, id, snapshot::Snapshots};

/// Keeps cases of one operation.
struct Book<'a> {
    stage: &'a Stage<'a>,
    snapshots: Snapshots,
}

impl<'a> Book<'a> {
    fn of(stage: &'a Stage<'a>, operation: &str) -> Self {
        Self { stage, snapshots: Snapshots::of("mechamental", operation) }
    }

    fn with(&mut self, name: &str, status: u16, key: &str, request: Request) -> Answer {
        let request = Request {
            headers: [vec![("Authorization".to_owned(), format!("Bearer {key}").into_bytes())], request.headers]
                .concat(),
            ..request
        };
        self.snapshots.case(name, &self.stage.town.server.http, request).expect(status)
    }

    fn case(&mut self, name: &str, status: u16, request: Request) -> Answer {
        self.with(name, status, &self.stage.town.root.key.clone(), request)
    }

    fn anonymous(&mut self, name: &str, status: u16, request: Request) {
        self.snapshots.case(name, &self.stage.town.server.http, request).expect(status);
    }

    /// What every operation with a body refuses alike.
    fn bad_bodies(&mut self, method: &str, target: &str) {
        self.unreadable_bodies(method, target);
        self.anonymous("no key", 401, request(method, target).json("{}"));
        self.wrong_bodies(method, target);
    }

    /// The same where no key is asked for.
    fn bad_open_bodies(&mut self, target: &str) {
        self.unreadable_bodies("POST", target);
        self.wrong_bodies("POST", target);
    }

    fn unreadable_bodies(&mut self, method: &str, target: &str) {
        let ask = || request(method, target);
        self.case("unreadable body", 400, ask().json(vec![b'"', 0xff, b'"']));
        self.case("nested too deeply", 400, ask().json("[".repeat(65) + &"]".repeat(65)));
    }

    fn wrong_bodies(&mut self, method: &str, target: &str) {
        let ask = || request(method, target);
        self.case("too large", 413, ask().json(" ".repeat(300_000)));
        self.case("malformed body", 422, ask().json("{\"a\":"));
        self.case("duplicate key", 422, ask().json("{\"a\":1,\"a\":2}"));
        self.case("no body", 422, ask());
        self.case("no object", 422, ask().json("[1,\"x\",null]"));
        self.case("no JSON", 422, ask().header("Content-Type", "text/plain").body("password=secret"));
    }
}

fn ada(stage: &Stage, name: &str) -> Value {
    json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse", "default_workspace_id": stage.place.id})
}

fn full(stage: &Stage, name: &str) -> Value {
    let mut body = ada(stage, name);
    let more = json!({
        "full_name": "Ada Lovelace", "avatar_url": "https://example.com/ada.png", "bio": "Poet of engines", "timezone": "Europe/London",
        "locale": "en-GB", "preferences": {"theme": "dark", "size": 1.50}, "settings": {"beta": true}, "roles": ["user", "developer"],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

#[test]
fn list_users() {
    let town = Town::new();
    let stage = Stage::new(&town);
    for name in ["ada", "bob"] {
        town.mm().create(full(&stage, name)).expect(201);
    }
    let mut book = Book::of(&stage, "listUsers");
    let target = |query: &str| format!("/v1/users?workspace_id={}{query}", stage.place.id);
    let get = |query: &str| request("GET", &target(query));
    let first = book.case("first page", 200, get("&limit=1"));
    book.case("last page", 200, get(&format!("&limit=1&cursor={}", first.str("/next_cursor"))));
    book.case("search", 200, get("&search=BOB"));
    book.case("nobody", 200, get("&search=nobody"));
    book.case("two keys", 400, get("").header("X-API-Key", "x"));
    book.anonymous("no key", 401, get(""));
    book.with("wrong key", 401, "dgl_x_y", get(""));
    book.with("not permitted", 403, &stage.outsider.secret, get(""));
    book.with(
        "workspace out of reach",
        404,
        &stage.reader.secret,
        request("GET", &format!("/v1/users?workspace_id={}", stage.other.id)),
    );
    book.case("no workspace", 422, request("GET", "/v1/users"));
    book.case("several parameters wrong", 422, get("&limit=0&cursor=x"));
    book.case("limit too great", 422, get("&limit=201"));
    book.case("limit no number", 422, get("&limit=a%20b"));
    book.case("wrong method", 405, request("DELETE", "/v1/users"));
    book.case("unknown route", 404, request("GET", "/v1/nope"));
    book.case("trailing slash", 307, request("GET", "/v1/users/?workspace_id=x"));
}

#[test]
fn create_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut book = Book::of(&stage, "createUser");
    let post = |body: &Value| request("POST", "/v1/users").json(body.to_string());
    book.case("minimal", 201, post(&ada(&stage, "ada")));
    book.case("full", 201, post(&full(&stage, "bob")));
    book.case("at the prefix", 201, request("POST", "/mechamental/v1/users").json(ada(&stage, "eve").to_string()));
    book.bad_bodies("POST", "/v1/users");
    book.with("not permitted", 403, &stage.reader.secret, post(&ada(&stage, "new")));
    let mut grant = ada(&stage, "new");
    grant["roles"] = json!(["admin"]);
    let writer = stage.place.key_with(&["users:write"]);
    book.with("grants more than it holds", 403, &writer.secret, post(&grant));
    let mut elsewhere = ada(&stage, "new");
    elsewhere["default_workspace_id"] = json!(NOBODY);
    book.case("workspace out of reach", 404, post(&elsewhere));
    let mut taken = ada(&stage, "new");
    taken["email"] = json!("ADA@example.com");
    book.case("e-mail taken", 409, post(&taken));
    let mut taken = ada(&stage, "new");
    taken["username"] = json!("BOB");
    book.case("username taken", 409, post(&taken));
    book.case("everything missing", 422, request("POST", "/v1/users").json("{}"));
    let homeless = json!({"email": "h@example.com", "username": "h", "password": "correct horse"});
    book.with("no workspace", 422, &town.steward().secret, post(&homeless));
    let wrong = json!({
        "email": "x", "username": "", "password": "short", "full_name": 5, "avatar_url": "ftp://x", "bio": [], "timezone": "Mars/Base",
        "locale": "!", "preferences": [], "settings": "x", "roles": ["user", 5], "default_workspace_id": {},
    });
    book.case("everything wrong", 422, post(&wrong));
    let mut wrong = ada(&stage, "new");
    (wrong["roles"], wrong["password"]) = (json!(["user", "nobody"]), json!("x".repeat(72)));
    book.case("rules of our own", 422, post(&wrong));
    let once = |name: &str, key: &str| post(&ada(&stage, name)).header("Idempotency-Key", key);
    let kim = id(&book.case("under a key", 201, once("kim", "one")).json());
    book.case("again", 201, once("kim", "\"one\""));
    book.case("under the key of another request", 422, once("new", "one"));
    book.case("under no key", 422, once("new", "a b"));
    town.mm().delete(&kim).expect(204);
    book.case("again, deleted since", 409, once("kim", "one"));
}

#[test]
fn get_current_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut book = Book::of(&stage, "getCurrentUser");
    let get = || request("GET", "/v1/users/me");
    let tag = book.case("me", 200, get()).header("etag").unwrap().to_owned();
    book.case("known already", 304, get().header("If-None-Match", &tag));
    book.case("in another state", 412, get().header("If-Match", r#""x""#));
    book.case("two keys", 400, get().header("X-API-Key", "x"));
    book.anonymous("no key", 401, get());
    book.with("a key without an owner", 404, &stage.steward.secret, get());
    book.case("wrong method", 405, request("POST", "/v1/users/me"));
}

#[test]
fn get_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = id(&town.mm().create(full(&stage, "ada")).expect(201).json());
    let mut book = Book::of(&stage, "getUser");
    let get = |query: &str| request("GET", &format!("/v1/users/{user}{query}"));
    let tag = book.case("a user", 200, get("")).header("etag").unwrap().to_owned();
    book.case("known already", 304, get("").header("If-None-Match", &tag));
    book.case("in another state", 412, get("").header("If-Match", r#""x""#));
    book.case("no list of entity tags", 400, get("").header("If-Match", "x"));
    book.case("in a workspace", 200, get(&format!("?workspace_id={}", stage.place.id)));
    book.case("two keys", 400, get("").header("X-API-Key", "x"));
    book.anonymous("no key", 401, get(""));
    book.with("not permitted", 403, &stage.outsider.secret, get(""));
    book.case("nobody", 404, request("GET", &format!("/v1/users/{NOBODY}")));
    book.case("no uuid", 404, request("GET", "/v1/users/a%20b%22"));
    book.case("in another workspace", 404, get(&format!("?workspace_id={}", stage.other.id)));
    book.with("workspace out of reach", 404, &stage.reader.secret, get(&format!("?workspace_id={}", stage.other.id)));
    book.case("wrong method", 405, request("PATCH", &format!("/v1/users/{user}")));
}

#[test]
fn update_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = id(&town.mm().create(full(&stage, "ada")).expect(201).json());
    town.mm().create(ada(&stage, "bob")).expect(201);
    let mut book = Book::of(&stage, "updateUser");
    let target = format!("/v1/users/{user}");
    let put = |body: Value| request("PUT", &target).json(body.to_string());
    book.case("nothing", 200, put(json!({})));
    let all = json!({
        "email": "Ada.King@EXAMPLE.com", "username": "ada.king", "password": "another horse", "full_name": null, "avatar_url": null, "bio": "Countess",
        "timezone": "Europe/Paris", "locale": "fr", "preferences": {"a": [1, 2.0, null]}, "settings": null, "is_active": "no", "roles": ["viewer"],
        "default_workspace_id": stage.other.id,
    });
    let known = book.case("everything", 200, put(all));
    book.case("in the state that was seen", 200, put(json!({})).header("If-Match", known.header("etag").unwrap()));
    book.case("in another state", 412, put(json!({})).header("If-Match", r#""x""#));
    book.case("no list of entity tags", 400, put(json!({})).header("If-None-Match", "x"));
    book.bad_bodies("PUT", &target);
    book.with("not permitted", 403, &stage.reader.secret, put(json!({})));
    book.case(
        "own roles",
        403,
        request("PUT", &format!("/v1/users/{}", town.root.id)).json(json!({"roles": ["user"]}).to_string()),
    );
    book.case("nobody", 404, request("PUT", &format!("/v1/users/{NOBODY}")).json("{}"));
    book.case("me", 404, request("PUT", "/v1/users/me").json("{}"));
    book.case("workspace out of reach", 404, put(json!({"default_workspace_id": NOBODY})));
    book.case("e-mail taken", 409, put(json!({"email": "BOB@example.com"})));
    book.case("username taken", 409, put(json!({"username": "Bob"})));
    let demote = request("PUT", &format!("/v1/users/{}", town.root.id)).json(json!({"roles": ["user"]}).to_string());
    book.with("last administrator", 409, &town.steward().secret, demote);
    let wrong = json!({
        "email": [], "username": "x".repeat(256), "password": {"password": "x"}, "full_name": "a\nb", "avatar_url": "x", "bio": 1, "timezone": "",
        "locale": "", "preferences": 1, "settings": [], "is_active": "maybe", "roles": {}, "default_workspace_id": 1,
    });
    book.case("everything wrong", 422, put(wrong));
}

#[test]
fn delete_user() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let user = id(&town.mm().create(full(&stage, "ada")).expect(201).json());
    let mut book = Book::of(&stage, "deleteUser");
    let target = format!("/v1/users/{user}");
    book.case("two keys", 400, request("DELETE", &target).header("X-API-Key", "x"));
    book.anonymous("no key", 401, request("DELETE", &target));
    book.with("not permitted", 403, &stage.reader.secret, request("DELETE", &target));
    book.case("last administrator", 409, request("DELETE", &format!("/v1/users/{}", town.root.id)));
    book.case("in another state", 412, request("DELETE", &target).header("If-Match", r#""x""#));
    book.case("a user", 204, request("DELETE", &target));
    book.case("nobody", 404, request("DELETE", &target));
}

#[test]
fn update_my_preferences() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut book = Book::of(&stage, "updateMyPreferences");
    let target = "/v1/users/me/preferences";
    let patch = |body: Value| request("PATCH", target).json(body.to_string());
    book.case("first", 200, patch(json!({"preferences": {"theme": "dark", "panes": {"left": 1, "right": 2}}})));
    book.case("merged", 200, patch(json!({"preferences": {"theme": null, "panes": {"left": 10.0}}})));
    book.case("in another state", 412, patch(json!({"preferences": {}})).header("If-Match", r#""x""#));
    book.bad_bodies("PATCH", target);
    let weak = town.key(&["--user", &town.root.id, "--permission", "users:read"]);
    book.with("a key that covers too little", 403, &weak.secret, patch(json!({"preferences": {}})));
    book.with("a key without an owner", 404, &stage.steward.secret, patch(json!({"preferences": {}})));
    book.case("wrong method", 405, request("GET", target));
    town.mm().patch_preferences(json!({"preferences": {"a": "x".repeat(200_000)}})).expect(200);
    book.case("too large together", 413, patch(json!({"preferences": {"b": "x".repeat(100_000)}})));
    book.case("no preferences", 422, patch(json!({"theme": "dark"})));
    book.case("no object of preferences", 422, patch(json!({"preferences": ["dark"]})));
}

/// Whom nobody may guess twice.
fn guarded() -> Town {
    Town::with(&[("sign_in.per_account", "1/h"), ("sign_in.mails_per_account", "1/h")])
}

#[test]
fn login() {
    let town = guarded();
    let stage = Stage::new(&town);
    town.mm().create(full(&stage, "ada")).expect(201);
    let mut book = Book::of(&stage, "login");
    let target = "/v1/auth/login";
    let post = |body: Value| request("POST", target).json(body.to_string());
    let ada = |password: &str| json!({"email": "ada@example.com", "password": password});
    book.anonymous("by e-mail", 200, post(ada("correct horse")));
    book.anonymous("by username", 200, post(json!({"username": "ADA", "password": "correct horse"})));
    book.anonymous(
        "at the prefix",
        200,
        request("POST", "/mechamental/v1/auth/login").json(ada("correct horse").to_string()),
    );
    book.case("with a key", 200, post(ada("correct horse")));
    book.case("two keys", 400, post(ada("correct horse")).header("X-API-Key", "x"));
    book.anonymous("wrong password", 401, post(ada("wrong horse")));
    book.anonymous("too often", 429, post(ada("correct horse")));
    book.anonymous("nobody", 401, post(json!({"email": "nobody@example.com", "password": "correct horse"})));
    book.anonymous("nobody, too often", 429, post(json!({"email": "nobody@example.com", "password": "correct horse"})));
    book.bad_open_bodies(target);
    book.anonymous("everything missing", 422, post(json!({})));
    book.anonymous("no name", 422, post(json!({"password": "secret"})));
    book.anonymous("two names", 422, post(json!({"email": "a@example.com", "username": "a", "password": "secret"})));
    book.anonymous("everything wrong", 422, post(json!({"email": "a", "username": 1, "password": ["secret"]})));
    book.anonymous("wrong method", 405, request("GET", target));
}

#[test]
fn logout() {
    let town = Town::new();
    let stage = Stage::new(&town);
    town.mm().create(full(&stage, "ada")).expect(201);
    let body = json!({"username": "ada", "password": "correct horse"});
    let session = town.mm().ask_with("POST", "/v1/auth/login", &body).expect(200).str("/access_token");
    let mut book = Book::of(&stage, "logout");
    let post = || request("POST", "/v1/auth/logout");
    book.anonymous("no key", 401, post());
    book.case("two keys", 400, post().header("X-API-Key", "x"));
    book.case("a key that is no session", 403, post());
    book.with("a session", 204, &session, post());
    book.with("again", 401, &session, post());
    book.case("too large", 413, post().json(" ".repeat(300_000)));
    book.case("wrong method", 405, request("GET", "/v1/auth/logout"));
}

#[test]
fn get_auth_config() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut book = Book::of(&stage, "getAuthConfig");
    let get = || request("GET", "/v1/auth/config");
    book.anonymous("no key", 200, get());
    book.with("wrong key", 200, "dgl_x_y", get());
    book.case("two keys", 400, get().header("X-API-Key", "x"));
    book.case("wrong method", 405, request("POST", "/v1/auth/config"));
}

#[test]
fn forgot_password() {
    let town = guarded();
    let stage = Stage::new(&town);
    town.mm().create(full(&stage, "ada")).expect(201);
    let mut book = Book::of(&stage, "forgotPassword");
    let target = "/v1/auth/password/forgot";
    let post = |body: Value| request("POST", target).json(body.to_string());
    for (name, email) in [("somebody", "ada@example.com"), ("nobody", "nobody@example.com")] {
        book.anonymous(name, 204, post(json!({"email": email})));
        book.anonymous(&format!("{name}, too often"), 429, post(json!({"email": email})));
    }
    book.bad_open_bodies(target);
    book.anonymous("no address", 422, post(json!({"email": "ada"})));
    book.anonymous("everything missing", 422, post(json!({})));
    book.anonymous("wrong method", 405, request("GET", target));
}
