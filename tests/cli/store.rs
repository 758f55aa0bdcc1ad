//! The store as operators meet it: made, checked, shared, refused.

use serde_json::json;

use crate::harness::{House, Mm, NOBODY, Town, only_on_sqlite, soon};

/// Requires that a complaint is one line. What the log says of other things may stand before it.
#[track_caller]
fn one_line(said: &str) {
    let is_other = |line: &&str| line.contains(" WARN ") || line.contains(" INFO ");
    let complaints = said.trim().lines().filter(|line| !is_other(line)).count();
    assert_eq!(complaints, 1, "one clear line:\n{said}");
}

#[test]
fn without_a_store_every_command_but_those_that_make_one_says_so() {
    let house = House::empty();
    for arguments in [
        &["workspace", "list"][..],
        &["workspace", "create", "x"],
        &["member", "list", NOBODY],
        &["key", "list"],
        &["key", "revoke", "x"],
        &["key", "create", "--workspace", "*", "--permission", "users:read"],
        &["user", "list"],
        &["user", "show", "x"],
        &["user", "delete", "x"],
        &["check"],
    ] {
        let said = house.cli(arguments).refused();
        one_line(&said.err);
        assert!(!house.has_store(), "nothing is made by {arguments:?}");
    }
}

#[test]
fn migrate_makes_the_store_and_says_how_it_stands() {
    let house = House::empty();
    house.cli(&["migrate"]).done();
    assert!(house.has_store());
    let status = house.cli(&["migrate", "--status", "--json"]).done().json();
    assert_eq!(house.cli(&["migrate", "--json"]).done().json()["up_to_date"], json!(true));
    assert_eq!(house.cli(&["migrate", "--status", "--json"]).done().json(), status);
    house.init();
    house.cli(&["check"]).done();
}

#[test]
fn a_schema_from_the_future_is_refused_with_one_clear_line() {
    let house = House::empty();
    house.init();
    house.age_the_program();
    for arguments in [&["check"][..], &["migrate"], &["user", "list"], &["key", "list"], &["init"]] {
        let said = house.cli(arguments).refused().naming("newer");
        one_line(&said.err);
    }
    let log = house.try_serve().err().unwrap_or_else(|| panic!("it serves a store that it does not understand"));
    assert!(log.contains("newer"), "{log}");
    one_line(&log);
}

#[test]
fn what_is_no_store_is_refused_with_one_clear_line() {
    if !only_on_sqlite("a file that is no database") {
        return;
    }
    let house = House::empty();
    house.put_in_place_of_the_store(&"this is no database, ".repeat(1_000));
    one_line(&house.cli(&["check"]).refused().err);
    one_line(&house.cli(&["init"]).refused().err);
    one_line(&house.try_serve().err().unwrap());

    let mut house = House::empty();
    let file = house.write_file("file", "x");
    house.set("database.url", &format!("sqlite://{}/diglot.db", file.display()));
    one_line(&house.cli(&["init"]).refused().err);
    one_line(&house.try_serve().err().unwrap());
}

#[test]
fn two_servers_on_one_store_see_what_the_other_does() {
    let town = Town::new();
    let second = town.house.serve();
    let place = town.workspace();
    for round in 0..10 {
        let user = place.user("ada");
        let other = Mm::new(&second.http, &town.root.key);
        other.get(&user).expect(200);
        other.update(&user, json!({ "bio": round.to_string() })).expect(200);
        assert_eq!(town.mm().get(&user).expect(200).at("/bio"), round.to_string());
        let person = place.person("user");
        Mm::new(&second.http, &person.key).me().expect(200);
        town.mm().update(&person.id, json!({"is_active": false})).expect(200);
        soon("whoever is disabled is out", || Mm::new(&second.http, &person.key).me().status == 401);
        Mm::new(&second.http, &person.key).me().mm_error(401, "AUTHENTICATION_FAILED");
        let key = place.steward();
        crate::harness::Maisa::new(&second.http, &key.secret).list(&[]).expect(200);
        town.cli(&["key", "revoke", &key.id]).done();
        let other = crate::harness::Maisa::new(&second.http, &key.secret);
        soon("a revoked key is refused", || other.list(&[]).status == 401);
        soon("by both", || town.maisa_as(&key.secret).list(&[]).status == 401);
    }
    let body = place.application("same");
    let made = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..16)
            .map(|n| {
                let (town, second, body) = (&town, &second, &body);
                scope.spawn(move || {
                    Mm::new(if n % 2 == 0 { &town.server.http } else { &second.http }, &town.root.key)
                        .create(body)
                        .status
                })
            })
            .collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect::<Vec<u16>>()
    });
    assert_eq!(made.iter().filter(|status| **status == 201).count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|status| **status == 409).count(), 15, "{made:?}");
}

#[test]
fn two_first_starts_at_once_make_one_store() {
    for _ in 0..3 {
        let house = House::empty();
        let inits = std::thread::scope(|scope| {
            let jobs: Vec<_> = (0..4).map(|_| scope.spawn(|| house.cli(&["init", "--json"]).code)).collect();
            let servers: Vec<_> = (0..2).map(|_| scope.spawn(|| house.serve())).collect();
            for server in servers {
                server.join().unwrap().stop();
            }
            jobs.into_iter().map(|job| job.join().unwrap()).collect::<Vec<i32>>()
        });
        let mut sorted = inits.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 1, 1], "{inits:?}");
        assert_eq!(house.cli(&["user", "list", "--json"]).done().json().as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let town = Town::new();
    let address = town.server.http.address().to_string();
    let mut house = House::empty();
    let said = house.set("server.bind", &address).cli(&["serve"]).refused();
    assert!(said.err.contains(&address), "{}", said.story());
}
