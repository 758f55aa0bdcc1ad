//! `diglot export nginx`: one address before several processes, each of which serves a part.

use std::time::Duration;

use serde_json::json;

use crate::balancer::doors::essence;
use crate::balancer::nginx::Engine;
use crate::harness::house::free_address;
use crate::harness::{Answer, House, Http, NOBODY, Request, Server, Town, eventually};

/// What each process serves.
const PARTS: [&[&str]; 3] = [
    &["maisa.*"],
    &["mechamental.listUsers", "mechamental.getCurrentUser", "mechamental.getUser", "maisa.getUser"],
    &[
        "mechamental.createUser",
        "mechamental.updateUser",
        "mechamental.deleteUser",
        "mechamental.updateMyPreferences",
        "mechamental.login",
        "mechamental.logout",
        "mechamental.getAuthConfig",
        "mechamental.forgotPassword",
    ],
];

const HOSTS: [(&str, &str); 5] = [
    ("dialects.maisa.hosts", "maisa.test,both.test:8443"),
    ("dialects.mechamental.hosts", "mm.test,both.test"),
    ("routes.maisa.updateUser.serve", "gone"),
    ("routes.mechamental.updateMyPreferences.serve", "off"),
    ("cors.origins", "https://app.example.com"),
];

/// A process with all operations, some with a part each, and an nginx before these.
struct Front {
    nginx: Engine,
    servers: Vec<Server>,
    /// The whole in one.
    town: Town,
    _houses: Vec<House>,
}

impl Front {
    fn new() -> Self {
        let town = Town::with(&HOSTS);
        let houses: Vec<House> = PARTS.iter().map(|_| town.house.neighbour()).collect();
        let servers: Vec<Server> = houses.iter().zip(PARTS).map(|(house, part)| house.serve_only(part)).collect();
        let address = free_address();
        let processes: Vec<String> = servers
            .iter()
            .zip(PARTS)
            .map(|(server, part)| format!("--process={}={}", server.http.address(), part.join(",")))
            .collect();
        let listen = address.to_string();
        let mut arguments = vec!["export", "nginx", "--listen", &listen];
        arguments.extend(processes.iter().map(String::as_str));
        let written = town.cli(&arguments).done().out;
        Self { nginx: Engine::serving(&written, address), servers, town, _houses: houses }
    }

    /// What nginx and the single process answer to a request.
    fn ask(&self, request: &Request) -> [Answer; 2] {
        [&self.nginx.http, &self.town.server.http].map(|http| Http::new(http.address()).send(request).unwrap())
    }

    /// The process that has answered the request with this id, and the operation that its log names.
    fn who(&self, id: &str) -> (usize, String) {
        eventually(Duration::from_secs(5), "a line in a log", || {
            let lines = self.servers.iter().enumerate().filter_map(|(n, server)| {
                let log = server.log();
                log.lines().find(|line| line.contains(id)).map(|line| (n, line.to_owned()))
            });
            let lines: Vec<_> = lines.collect();
            assert!(lines.len() < 2, "one process answers: {lines:?}");
            lines.into_iter().next()
        })
    }
}

/// Every way to a dialect: a host, and what stands before the path.
fn mounts(dialect: &str) -> Vec<(&'static str, String)> {
    let hosts: &[&str] =
        if dialect == "maisa" { &["maisa.test", "MAISA.test:81", "both.test:8443"] } else { &["mm.test", "both.test"] };
    let hosts = hosts.iter().map(|host| (*host, String::new()));
    hosts.chain([("api.test", format!("/{dialect}")), ("api.test", String::new())]).collect()
}

#[test]
fn every_operation_arrives_at_the_process_that_serves_it() {
    let front = Front::new();
    let key = front.town.root.key.as_str();
    let routes = front.town.cli(&["routes", "--json"]).done().json()["routes"].as_array().unwrap().clone();
    let mut asked = 0;
    for route in &routes {
        let text = |name: &str| route[name].as_str().unwrap();
        if text("state") == "off" {
            continue;
        }
        let (dialect, name, method) = (text("dialect"), text("name"), text("method"));
        let pattern = format!("{dialect}.*");
        let serving: Vec<usize> =
            (0..PARTS.len()).filter(|n| PARTS[*n].contains(&name) || PARTS[*n].contains(&pattern.as_str())).collect();
        for (host, mount) in mounts(dialect) {
            let path = text("path").replace("{userId}", NOBODY).replace("{user_id}", NOBODY);
            let methods = if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] };
            for method in methods {
                let id = format!("to-{asked}-{}", name.replace('.', "-"));
                let mut request =
                    Request::new(method, &format!("{mount}{path}")).header("Host", host).header("X-Request-Id", &id);
                request = match dialect {
                    "maisa" => request.header("X-API-Key", key),
                    _ => request.header("Authorization", &format!("Bearer {key}")),
                };
                if ["POST", "PUT"].contains(&method) {
                    request = request.json("{\"email\": 1}");
                }
                let [through, direct] = front.ask(&request);
                assert_eq!(essence(&through), essence(&direct), "{host} {}", through.story());
                let (process, line) = front.who(&id);
                assert!(serving.contains(&process), "{process} is none of {serving:?}: {line}");
                assert!(line.contains(name), "{line}");
                asked += 1;
            }
        }
    }
    // Lists and single users of Maisa are read with HEAD as well, and so are four operations of MechaMental.
    assert_eq!(asked, (5 + 2) * 5 + (10 + 4) * 4);
}

#[test]
fn everything_else_is_answered_as_one_process_would() {
    let front = Front::new();
    let key = front.town.root.key.as_str();
    let bearer = format!("Bearer {key}");
    let paths = [
        "/v1/users",
        "/v1/users/",
        "/v1/users//",
        "/v1/users/me",
        "/v1/users/me/",
        "/v1/users/me/preferences",
        "/v1/users/x",
        "/v1/users/x/",
        "/v1/users/x/y",
        "/v1",
        "/v1/",
        "/",
        "//v1/users",
        "/v1//users",
        "/v1/%75sers",
        "/v1/users/a%20b",
        "/v1/users/%40",
        "/v1/users/..%2Fx",
        "/v1/users/.",
        "/v1/users/..",
        "/v1/./users",
        "/nowhere",
        "/V1/users",
        "/v1/users?limit=0",
        "/v1/users/?a=b",
        "/v1/users/x?y=/v1/users",
    ];
    // What is asked here is no operation of a document, or it is asked at a place that the documents cannot tell apart.
    let direct = Http::new(front.town.server.http.address());
    let mut asked = 0;
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for path in paths {
            for (host, mount) in [
                ("api.test", ""),
                ("api.test", "/maisa"),
                ("api.test", "/mechamental"),
                ("maisa.test", ""),
                ("mm.test", ""),
                ("both.test", ""),
                ("both.test:8443", ""),
                ("maisa.test", "/maisa"),
                ("mm.test", "/maisa"),
            ] {
                for credentials in 0..4 {
                    let mut request = Request::new(method, &format!("{mount}{path}")).header("Host", host);
                    if credentials & 1 == 1 {
                        request = request.header("X-API-Key", if credentials == 3 { key } else { "wrong" });
                    }
                    if credentials & 2 == 2 {
                        request = request.header("Authorization", &bearer);
                    }
                    if ["POST", "PUT", "PATCH"].contains(&method) {
                        request = request.json("{");
                    }
                    let [through, direct] = [&front.nginx.http, &direct].map(|http| http.send(&request).unwrap());
                    assert_eq!(essence(&through), essence(&direct), "{host} {}", through.story());
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 7 * paths.len() * 9 * 4);
    for own in ["/openapi/maisa.json", "/docs", "/docs/", "/healthz", "/readyz"] {
        for method in ["GET", "POST"] {
            let [through, direct] = front.ask(&Request::new(method, own));
            assert_eq!(essence(&through), essence(&direct), "{}", through.story());
        }
    }
    let preflight = Request::new("OPTIONS", "/maisa/v1/users/x")
        .header("Origin", "https://app.example.com")
        .header("Access-Control-Request-Method", "DELETE");
    let [through, direct] = front.ask(&preflight);
    assert_eq!(essence(&through), essence(&direct));
    through.expect(204);
}

#[test]
fn both_dialects_work_through_it() {
    let front = Front::new();
    let http = &front.nginx.http;
    let (mm, maisa) = (front.town.mm(), front.town.maisa());
    let ask = |method: &str, path: &str, body: Option<serde_json::Value>| {
        let request = Request::new(method, path).header("X-API-Key", &front.town.root.key);
        let request = if let Some(body) = body { request.json(body.to_string()) } else { request };
        http.send(&request).unwrap()
    };
    let body = json!({"email": "front@example.com", "name": "Front", "role": "user"});
    let id = ask("POST", "/v1/users", Some(body)).expect(201).str("/data/id");
    let update = Request::new("PUT", &format!("/mechamental/v1/users/{id}"))
        .header("Authorization", &format!("Bearer {}", front.town.root.key))
        .json(json!({"full_name": "Through"}).to_string());
    http.send(&update).unwrap().expect(200);
    assert_eq!(ask("GET", &format!("/maisa/v1/users/{id}"), None).expect(200).str("/data/name"), "Through");
    ask("PUT", &format!("/maisa/v1/users/{id}"), Some(json!({}))).maisa_error(410, "GONE");
    assert_eq!(mm.get(&id).expect(200).str("/full_name"), "Through");
    ask("DELETE", &format!("/v1/users/{id}"), None).expect(204);
    maisa.get(&id).expect(404);
}

#[test]
fn an_operation_that_nobody_serves_is_found_before_it_is_missed() {
    let mut house = House::empty();
    let arguments =
        ["export", "nginx", "--process", "10.0.0.1:8080=maisa.*", "--process", "10.0.0.2:8080=mechamental.getUser"];
    house.cli(&arguments).misused().naming("no process serves mechamental.listUsers, ");
    for name in [
        "listusers",
        "createuser",
        "getcurrentuser",
        "updateuser",
        "deleteuser",
        "updatemypreferences",
        "login",
        "logout",
        "getauthconfig",
        "forgotpassword",
    ] {
        house.set(&format!("routes.mechamental.{name}.serve"), "off");
    }
    let text = house.cli(&arguments).done().out;
    assert!(text.contains("#     DIGLOT_SERVER__BIND=10.0.0.1:8080 diglot serve --only 'maisa.*'\n"), "{text}");
    assert!(text.contains("    listen 443 ssl;\n") && text.contains("ssl_certificate_key "), "{text}");
    let longer =
        house.set("dialects.maisa.timeout", "1m").cli(&[&arguments[..], &["--listen", "80"]].concat()).done().out;
    assert!(longer.contains("proxy_read_timeout 65s;") && longer.contains("    listen 80;\n"), "{longer}");
    assert!(!longer.contains("ssl"), "{longer}");
    for (process, named) in [
        ("10.0.0.1:8080", "must be such as"),
        ("10.0.0.1=maisa.*", "must be such as"),
        ("a b:1=maisa.*", "must be such as"),
        ("10.0.0.1:8080=maysa.*", "there is no operation maysa.*"),
        ("10.0.0.1:8080=", "there is no operation"),
    ] {
        house.cli(&["export", "nginx", "--process", process]).misused().naming(named);
    }
    house.cli(&["export", "nginx"]).misused().naming("--process");
    house.cli(&["export", "nginx", "--process", "a:1=*", "--listen", "80; }"]).misused().naming("--listen");
}
