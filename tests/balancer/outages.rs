//! Bad days: a process dies, refuses or loses its database, and what nginx repeats then.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use storage::testing::{Cluster, Make};

use super::nginx::Nginx;
use super::scene::{Front, Manner, Pretender, key_of_pretender, town_on};
use crate::harness::house::free_address;
use crate::harness::{Http, Maisa, Mm, NOBODY, Request, Town, eventually, fresh};

/// How many users there are.
fn total(town: &Town) -> i64 {
    town.maisa().list(&[("limit", "1")]).expect(200).at("/pagination/total").as_i64().unwrap()
}

fn body(name: &str) -> serde_json::Value {
    json!({"email": format!("{name}@example.com"), "name": name, "role": "user"})
}

/// Has one of two servers treat requests in this manner. GET, PUT and DELETE are to succeed at the other; POST and PATCH to be
/// answered with `refusal` and to happen nowhere.
fn passes_over(manner: Manner, refusal: u16) {
    let (town, _) = town_on(Cluster::shared());
    let pretender = Pretender::new(manner);
    let nginx = Nginx::before([pretender.address, town.server.http.address()]);
    let place = town.workspace();
    let key = key_of_pretender(&place, &nginx, &pretender);
    let (mm, maisa) = (Mm::new(&nginx.engine.http, &key), Maisa::new(&nginx.engine.http, &key));
    let people: Vec<String> = (0..2).map(|_| place.user("passed")).collect();
    pretender.heard();
    // More often than there are connections that nginx keeps, and than it needs to put a server aside.
    for n in 0..10 {
        maisa.get(&people[0]).expect(200);
        mm.get(&people[0]).expect(200);
        mm.update(&people[0], json!({ "bio": format!("{n}") })).expect(200);
        maisa.delete(NOBODY).expect(404);
    }
    maisa.delete(&people[0]).expect(204);
    town.mm().get(&people[0]).expect(404);
    assert_eq!(pretender.heard().len(), 41, "it is asked each time, and first");

    let before = total(&town);
    let name = fresh("once");
    for _ in 0..5 {
        maisa.create(body(&name)).expect(refusal);
        mm.create(json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse",
            "default_workspace_id": place.id}))
            .expect(refusal);
        mm.patch_preferences(json!({"preferences": {"a": 1}})).expect(refusal);
    }
    let heard = pretender.heard();
    let count = |method: &str| heard.iter().filter(|line| line.starts_with(method)).count();
    assert_eq!((count("POST"), count("PATCH"), heard.len()), (10, 5, 15), "each is sent once");
    assert_eq!(total(&town), before, "and nobody is created behind the client's back");
    Maisa::new(&town.server.http, &key).create(body(&name)).expect(201);
}

#[test]
fn what_dies_with_a_process_is_repeated_if_it_may_be() {
    passes_over(Manner::HangsUp, 502);
}

#[test]
fn a_503_of_one_process_is_passed_over_if_it_may_be() {
    passes_over(
        Manner::Says(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
        503,
    );
}

#[test]
fn who_lost_the_database_is_passed_over() {
    let cluster = Cluster::start(Make::default());
    let (lost, _) = town_on(&cluster);
    let (town, _) = town_on(Cluster::shared());
    let nginx = Nginx::before([lost.server.http.address(), town.server.http.address()]);
    cluster.stop();
    let place = town.workspace();
    let id = place.user("found");
    let mut refused = 0;
    for _ in 0..16 {
        let key = place.steward().secret;
        let (mm, maisa) = (Mm::new(&nginx.engine.http, &key), Maisa::new(&nginx.engine.http, &key));
        mm.get(&id).expect(200);
        maisa.get(&id).expect(200);
        maisa.update(&id, json!({ "department": fresh("d") })).expect(200);
        let created = maisa.create(body(&fresh("posted")));
        if created.status == 503 {
            assert!(created.maisa_error(503, "UNAVAILABLE").header("retry-after").is_some());
            refused += 1;
        } else {
            created.expect(201);
        }
    }
    assert!((1..16).contains(&refused), "{refused} of 16 keys were at home there");
}

#[test]
fn without_a_database_clients_hear_diglot_and_not_nginx() {
    let cluster = Cluster::start(Make::default());
    let front = Front::on(&cluster);
    let keys: Vec<String> = (0..4).map(|_| front.place().steward().secret).collect();
    cluster.stop();
    for round in 0..4 {
        for key in &keys {
            let answers = [
                front.mm(key).get(NOBODY).mm_error(503, "SERVICE_UNAVAILABLE"),
                front.maisa(key).get(NOBODY).maisa_error(503, "UNAVAILABLE"),
                front.maisa(key).create(body("nobody")).maisa_error(503, "UNAVAILABLE"),
            ];
            for answer in answers {
                assert!(answer.header("retry-after").is_some(), "round {round}: {}", answer.story());
            }
        }
    }
    cluster.start_again();
    eventually(Duration::from_secs(5), "both serve", || {
        keys.iter().all(|key| front.maisa(key).get(NOBODY).status == 404).then_some(())
    });
}

/// What a client that creates has heard.
#[derive(Default)]
struct Heard {
    created: usize,
    unknown: usize,
}

#[test]
fn a_process_is_killed_under_load_and_requests_go_on() {
    let mut front = Front::new();
    let keys: Vec<String> = [0, 1, 0, 1].map(|process| front.key_of(process)).to_vec();
    let id = front.place().user("busy");
    let before = total(&front.town);
    let (stop, heard, gone_on) = (AtomicBool::new(false), Mutex::new(Heard::default()), Mutex::new(0));
    let victim = front.second.take().unwrap();
    thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| {
                let http = Http::new(front.nginx.engine.http.address());
                let (mm, maisa) = (Mm::new(&http, key), Maisa::new(&http, key));
                while !stop.load(Ordering::Relaxed) {
                    mm.get(&id).expect(200);
                    maisa.update(&id, json!({ "department": fresh("d") })).expect(200);
                    maisa.delete(NOBODY).expect(404);
                    let created = maisa.create(body(&fresh("killed")));
                    let mut heard = heard.lock().unwrap();
                    match created.status {
                        201 => heard.created += 1,
                        502 => heard.unknown += 1,
                        _ => panic!("{}", created.story()),
                    }
                    drop(heard);
                    *gone_on.lock().unwrap() += 1;
                }
            });
        }
        let rounds = |more: usize| {
            let end = *gone_on.lock().unwrap() + more;
            eventually(Duration::from_secs(30), "requests go on", || (*gone_on.lock().unwrap() >= end).then_some(()));
        };
        rounds(40);
        victim.kill();
        rounds(40);
        stop.store(true, Ordering::Relaxed);
    });
    let Heard { created, unknown } = heard.into_inner().unwrap();
    let there = usize::try_from(total(&front.town) - before).unwrap();
    assert!((created..=created + unknown).contains(&there), "{created} created, {unknown} unknown, {there} there");
    assert!(unknown <= keys.len(), "only what was under way is unknown: {unknown}");
}

/// When nobody answers, nginx notes what was asked; but not what lets whoever reads it in.
#[test]
fn no_link_of_a_mail_is_in_the_error_log() {
    let nginx = Nginx::before([free_address(), free_address()]);
    for (path, secret) in [("/v1/users?search=known", "known"), ("/activate?token=abcdefgh", "abcdefgh")] {
        nginx.engine.http.send(&Request::new("GET", path)).unwrap().expect(502);
        let errors = nginx.engine.errors();
        assert_eq!(errors.contains(secret), secret == "known", "{errors}");
    }
}
