//! Processes that serve a part of the operations.

use serde_json::json;

use crate::harness::{House, Maisa, Mm, NOBODY, Request, Town};

#[test]
fn a_process_serves_what_it_is_told_and_nothing_else() {
    let town = Town::new();
    let house = town.house.neighbour();
    let server = house.serve_only(&["maisa.listUsers", "maisa.getUser", "mechamental.*"]);
    let key = town.root.key.as_str();
    for mount in ["", "/maisa"] {
        let maisa = Maisa::new(&server.http, key).at(mount);
        maisa.list(&[]).expect(200);
        maisa.get(&town.root.id).expect(200);
        let refused = maisa.create(json!({"email": "a@example.com", "name": "A", "role": "user"}));
        assert_eq!(refused.maisa_error(405, "METHOD_NOT_ALLOWED").header("allow"), Some("GET, HEAD"));
        let refused = maisa.delete(NOBODY);
        assert_eq!(refused.maisa_error(405, "METHOD_NOT_ALLOWED").header("allow"), Some("GET, HEAD"));
    }
    Mm::new(&server.http, key).me().expect(200);
    Mm::new(&server.http, key).delete(NOBODY).expect(404);

    let lists = town.house.neighbour();
    let server = lists.serve_only(&["*.listUsers"]);
    Maisa::new(&server.http, key).list(&[]).expect(200);
    Maisa::new(&server.http, key).get(&town.root.id).maisa_error(404, "NOT_FOUND");
    assert_eq!(Mm::new(&server.http, key).get(&town.root.id).expect(404).json(), json!({"detail": "Not Found"}));
    let slash = server.http.send(&Request::get("/mechamental/v1/users/")).unwrap();
    slash.expect(307);
    // What the whole installation serves is read at any of its processes.
    let document = server.http.send(&Request::get("/openapi/maisa.json")).unwrap().text();
    let whole = town.server.http.send(&Request::get("/openapi/maisa.json")).unwrap().text();
    assert_eq!(document, whole);
}

#[test]
fn what_is_off_stays_off_in_a_process_that_is_told_to_serve_it() {
    let town = Town::new();
    let mut house = town.house.neighbour();
    house.set("routes.maisa.listUsers.serve", "off").set("routes.maisa.createUser.serve", "gone");
    let server = house.serve_only(&["maisa.*"]);
    let maisa = Maisa::new(&server.http, &town.root.key);
    maisa.list(&[]).maisa_error(404, "NOT_FOUND");
    maisa.create(json!({})).maisa_error(410, "GONE");
    let elsewhere = house.neighbour();
    let other = elsewhere.serve_only(&["maisa.getUser"]);
    Maisa::new(&other.http, &town.root.key).create(json!({})).maisa_error(404, "NOT_FOUND");
    // What is told of the installation is the same everywhere.
    for (page, here) in [("/openapi/maisa.json", "\"operationId\": \"getUser\""), ("/.well-known/diglot", "\"gone\"")] {
        let told = [&server, &other].map(|server| server.http.send(&Request::get(page)).unwrap().expect(200).text());
        assert_eq!(told[0], told[1]);
        assert!(told[0].contains(here), "{}", told[0]);
        assert!(!told[0].contains("\"operationId\": \"createUser\""), "{}", told[0]);
    }
}

#[test]
fn an_operation_that_nobody_knows_is_a_mistake() {
    let house = House::empty();
    for (pattern, meant) in [("maisa.deletUser", "maisa.deleteUser"), ("maysa.*", ""), ("listUsers", ""), ("", "")] {
        let said = house.cli(&["serve", "--only", pattern]).misused().naming("--only");
        assert!(said.err.contains("mechamental.listUsers, ") && said.err.contains(meant), "{}", said.story());
        house.cli(&["routes", "--only", pattern]).misused().naming("--only");
    }
    assert!(!house.has_store(), "and nothing is begun");
}
