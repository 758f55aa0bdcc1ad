use actix_web::HttpResponse;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use dialect::client::{Ask, Draft};
use dialect::fields::Field;
use dialect::guard::Open;
use dialect::openapi::Description;
use dialect::{Head, Route};
use users::{PresentedKey, RolePolicy};

use super::*;
use crate::testing::{NoDirectory, undescribed, undescribed_operation};

const KEY: HeaderName = HeaderName::from_static("x-key");

macro_rules! routes {
    ($($operation:literal $method:ident $path:literal),* $(,)?) => {
        [$(Route {
            operation: $operation,
            method: Method::$method,
            path: $path,
            handler: |_| Box::pin(async { HttpResponse::Ok().finish() }),
            describe: undescribed_operation,
        }),*]
    };
}

static ROUTES: [Route; 6] = routes![
    "list" GET "/v1/users",
    "create" POST "/v1/users",
    "own" GET "/v1/users/me",
    "get" GET "/v1/users/{id}",
    "update" PUT "/v1/users/{id}",
    "delete" DELETE "/v1/users/{id}",
];

struct Fake(&'static str, HeaderName);

impl Dialect for Fake {
    fn name(&self) -> &'static str {
        self.0
    }

    fn credential_header(&self) -> HeaderName {
        self.1.clone()
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn present(&self, key: &PresentedKey) -> String {
        key.reveal()
    }

    fn draft(&self, _: &Ask, _: &RolePolicy) -> Result<Draft, &'static str> {
        Err("nothing")
    }

    fn describe(&self, _: &RolePolicy) -> Description {
        undescribed()
    }

    fn refuse(&self, _: Refusal, _: &Head) -> HttpResponse {
        HttpResponse::new(StatusCode::NOT_FOUND)
    }
}

fn table(shared: bool, default: &str) -> Table {
    table_with(shared, default, &["red", "blue"], &[])
}

/// The table with only these dialects on the shared mount, and these operations in another state than on.
fn table_with(shared: bool, default: &str, sharing: &[&str], states: &[(&str, State)]) -> Table {
    let host = |text: &str| Host::parse(text).expect("a host");
    let mounting = |name: &str, hosts: Vec<Host>| Mounting {
        name: name.to_owned(),
        hosts,
        prefix: format!("/{name}"),
        shared: shared && sharing.contains(&name),
    };
    let served = vec![
        mounting("red", vec![host("red.example"), host("both.example")]),
        mounting("blue", vec![host("Blue.example:8443"), host("both.example:99"), host("[::1]")]),
    ];
    let settings = Mountings { default: default.to_owned(), shared, served };
    let mounted = [("red", AUTHORIZATION, "Authorization"), ("blue", KEY, "X-Key")].into_iter().zip(&settings.served);
    let mounted = mounted.map(|((name, header, written), at)| {
        let deploy = |route: &Route| {
            let name = format!("{name}.{}", route.operation);
            let state = states.iter().find(|(given, _)| *given == name).map_or(State::On, |(_, state)| *state);
            let (directory, guard, timeout) = (Arc::new(NoDirectory), Arc::new(Open), Duration::from_secs(1));
            let announcement = Announcement::default();
            let (route, name, max_body) = (route.clone(), name.into(), 1024);
            Deployed { route, name, directory, guard, announcement, state, max_body, timeout }
        };
        Mounted::new(Arc::new(Fake(name, header)), written, at, ROUTES.iter().map(deploy).collect())
    });
    Table::new(mounted.collect(), &settings).expect("a table")
}

/// Where a request goes: `dialect mount path → operation(parameters)` or the refusal.
fn resolve(table: &Table, method: Method, host: &str, path: &str, headers: &[HeaderName]) -> String {
    let mut map = HeaderMap::new();
    for header in headers {
        map.insert(header.clone(), HeaderValue::from_static("x"));
    }
    let resolved = table.resolve(&Asked { method: &method, host, path, headers: &map });
    let target = match &resolved.target {
        Ok((deployed, parameters)) => format!("{}({})", deployed.name, parameters.join(",")),
        Err(refusal) => format!("{refusal:?}"),
    };
    let vary = if resolved.by_header { " vary" } else { "" };
    format!("{} {}|{} {target}{vary}", resolved.dialect.name(), resolved.mount, resolved.path)
}

const NOT_FOUND: &str = "NotFound { slash_twin: None }";

#[test]
fn the_host_decides_first() {
    let table = table(true, "red");
    for (host, expected) in [
        ("red.example", "red"),
        ("RED.example:80", "red"),
        ("blue.example:8443", "blue"),
        ("both.example", "red"),
        ("both.example:99", "blue"),
        ("[::1]:8080", "blue"),
    ] {
        for headers in [vec![], vec![KEY], vec![AUTHORIZATION, KEY]] {
            let found = resolve(&table, Method::GET, host, "/v1/users", &headers);
            assert_eq!(found, format!("{expected} |/v1/users {expected}.list()"), "{host}");
        }
    }
    // On a host of its own, a dialect's prefix, and the other's, are paths like any other.
    assert_eq!(
        resolve(&table, Method::GET, "red.example", "/blue/v1/users", &[]),
        format!("red |/blue/v1/users {NOT_FOUND}")
    );
    // Another port, or a longer name, is another host.
    assert!(resolve(&table, Method::GET, "blue.example:1", "/v1/users", &[]).ends_with("vary"));
    assert!(resolve(&table, Method::GET, "xred.example", "/v1/users", &[]).ends_with("vary"));
}

#[test]
fn then_the_prefix() {
    let table = table(false, "red");
    let both = [AUTHORIZATION, KEY];
    assert_eq!(resolve(&table, Method::GET, "h", "/blue/v1/users", &both), "blue /blue|/v1/users blue.list()");
    assert_eq!(resolve(&table, Method::GET, "h", "/blue", &[]), format!("blue /blue|/ {NOT_FOUND}"));
    assert_eq!(resolve(&table, Method::GET, "h", "/blue//v1/users", &[]), format!("blue /blue|//v1/users {NOT_FOUND}"));
    assert_eq!(resolve(&table, Method::GET, "h", "/bluev1/users", &[]), format!("red |/bluev1/users {NOT_FOUND} vary"));
}

#[test]
fn then_the_credential_on_the_shared_mount() {
    let table = table(true, "blue");
    let path = "/v1/users";
    assert_eq!(resolve(&table, Method::GET, "h", path, &[AUTHORIZATION]), "red |/v1/users red.list() vary");
    assert_eq!(resolve(&table, Method::GET, "h", path, &[KEY]), "blue |/v1/users blue.list() vary");
    assert_eq!(resolve(&table, Method::GET, "h", path, &[]), "blue |/v1/users blue.list() vary");
    assert_eq!(resolve(&table, Method::GET, "h", path, &[AUTHORIZATION, KEY]), "blue |/v1/users TwoCredentials vary");
    assert_eq!(table.vary(), "Authorization, X-Key");
}

#[test]
fn outside_of_every_mount_nothing_is_found_in_the_shape_that_the_credential_asks_for() {
    for (shared, path) in
        [(true, "/"), (true, "/v1"), (true, "//v1/users"), (true, "/V1/users"), (true, ""), (false, "/v1/users")]
    {
        let table = table(shared, "blue");
        for (headers, dialect) in [(vec![AUTHORIZATION], "red"), (vec![], "blue"), (vec![AUTHORIZATION, KEY], "blue")] {
            let found = resolve(&table, Method::GET, "h", path, &headers);
            assert_eq!(found, format!("{dialect} |{path} {NOT_FOUND} vary"));
        }
    }
}

#[test]
fn methods() {
    let table = table(true, "red");
    let ask = |method: Method, path: &str| resolve(&table, method, "red.example", path, &[]).replace("red |", "");
    assert_eq!(ask(Method::HEAD, "/v1/users"), "/v1/users red.list()");
    assert_eq!(ask(Method::GET, "/v1/users/me"), "/v1/users/me red.own()");
    assert_eq!(ask(Method::HEAD, "/v1/users/me"), "/v1/users/me red.own()");
    assert_eq!(ask(Method::PUT, "/v1/users/me"), "/v1/users/me red.update(me)");
    assert_eq!(ask(Method::DELETE, "/v1/users/me"), "/v1/users/me red.delete(me)");
    assert_eq!(ask(Method::PATCH, "/v1/users/me"), "/v1/users/me MethodNotAllowed { allow: [GET, HEAD, PUT, DELETE] }");
    assert_eq!(ask(Method::OPTIONS, "/v1/users"), "/v1/users MethodNotAllowed { allow: [GET, HEAD, POST] }");
    assert_eq!(ask(Method::GET, "/v1/users/a b"), "/v1/users/a b red.get(a b)");
}

#[test]
fn slash_twins() {
    let table = table(true, "red");
    let ask = |path: &str| resolve(&table, Method::POST, "h", path, &[]).replace("red |", "").replace(" vary", "");
    assert_eq!(ask("/v1/users/"), "/v1/users/ NotFound { slash_twin: Some(\"/v1/users\") }");
    assert_eq!(ask("/v1/users///"), "/v1/users/// NotFound { slash_twin: Some(\"/v1/users\") }");
    assert_eq!(ask("/v1/users/a/"), "/v1/users/a/ NotFound { slash_twin: Some(\"/v1/users/a\") }");
    assert_eq!(ask("/v1/users/a/b"), format!("/v1/users/a/b {NOT_FOUND}"));
    assert_eq!(ask("/v1/"), format!("/v1/ {NOT_FOUND}"));
}

#[test]
fn what_is_not_served_is_refused_and_does_not_become_something_else() {
    let states = [
        ("red.create", State::Off),
        ("red.own", State::ReadOnly),
        ("red.update", State::Elsewhere),
        ("red.delete", State::Gone),
        ("blue.list", State::Off),
        ("blue.create", State::Elsewhere),
        ("blue.get", State::Off),
        ("blue.update", State::Off),
        ("blue.delete", State::Gone),
    ];
    let table = table_with(true, "red", &["red", "blue"], &states);
    let ask = |method: Method, path: &str| resolve(&table, method, "red.example", path, &[]).replace("red |", "");
    let not_allowed = |path: &str, allow: &str| format!("{path} MethodNotAllowed {{ allow: [{allow}] }}");
    let nowhere = |path: &str| format!("{path} {NOT_FOUND}");
    let (users, own, one) = ("/v1/users", "/v1/users/me", "/v1/users/a");
    assert_eq!(ask(Method::GET, users), "/v1/users red.list()");
    assert_eq!(ask(Method::POST, users), not_allowed(users, "GET, HEAD"));
    assert_eq!(ask(Method::OPTIONS, users), not_allowed(users, "GET, HEAD"));
    // Nothing else is served at the path of `own`, and `get` has no part in it.
    assert_eq!(ask(Method::GET, own), nowhere(own));
    assert_eq!(ask(Method::HEAD, own), nowhere(own));
    assert_eq!(ask(Method::DELETE, own), "/v1/users/me red.delete(me)", "gone is an answer");
    assert_eq!(ask(Method::PUT, one), not_allowed(one, "GET, HEAD"));
    assert_eq!(ask(Method::PATCH, one), not_allowed(one, "GET, HEAD"), "what is gone is not allowed");
    assert_eq!(ask(Method::DELETE, one), "/v1/users/a red.delete(a)");

    let ask = |method: Method, path: &str| resolve(&table, method, "[::1]", path, &[]).replace("blue |", "");
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(ask(method, users), nowhere(users));
    }
    assert_eq!(ask(Method::GET, "/v1/users/"), nowhere("/v1/users/"), "no way to what is not there");
    assert_eq!(ask(Method::GET, own), "/v1/users/me blue.own()");
    assert_eq!(ask(Method::PUT, own), not_allowed(own, "GET, HEAD"));
    assert_eq!(ask(Method::PUT, one), nowhere(one));
    assert_eq!(ask(Method::GET, "/v1/users/a/"), "/v1/users/a/ NotFound { slash_twin: Some(\"/v1/users/a\") }");
}

#[test]
fn a_preflight_names_what_is_served_somewhere() {
    let off = ["list", "own", "get"].map(|name| [("red", name), ("blue", name)]).concat();
    let off: Vec<(String, State)> =
        off.into_iter().map(|(dialect, name)| (format!("{dialect}.{name}"), State::Off)).collect();
    let mut states: Vec<(&str, State)> = off.iter().map(|(name, state)| (name.as_str(), *state)).collect();
    states.extend([("red.update", State::Elsewhere), ("blue.update", State::Disabled)]);
    let methods = table_with(true, "red", &["red"], &states).methods();
    assert_eq!(methods, [Method::POST, Method::PUT, Method::DELETE, Method::POST, Method::DELETE]);
}

#[test]
fn only_who_shares_the_mount_is_asked_for_there() {
    let table = table_with(true, "red", &["red"], &[]);
    let path = "/v1/users";
    for headers in [vec![AUTHORIZATION], vec![KEY], vec![], vec![AUTHORIZATION, KEY]] {
        assert_eq!(resolve(&table, Method::GET, "h", path, &headers), "red |/v1/users red.list() vary");
    }
    assert_eq!(resolve(&table, Method::GET, "h", "/nowhere", &[KEY]), format!("blue |/nowhere {NOT_FOUND} vary"));
    assert_eq!(resolve(&table, Method::GET, "h", "/blue/v1/users", &[]), "blue /blue|/v1/users blue.list()");
}
