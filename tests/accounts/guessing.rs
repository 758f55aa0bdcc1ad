//! Guessing passwords, at several processes at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{PASSWORD, by_email, by_username, login, somebody};
use crate::harness::{Answer, Http, Request, Town, at_once};

/// How often the password of one account may be tried in these stories.
const LIMIT: usize = 20;

const GUESSES: usize = 100;

/// All at the same moment, at these processes in turn.
fn guess(servers: &[&Http], bodies: Vec<Value>) -> Vec<Answer> {
    let jobs = bodies.into_iter().enumerate().map(|(n, body)| {
        let http = servers[n % servers.len()];
        Box::new(move || login(http, &body)) as Box<dyn FnOnce() -> Answer + Send>
    });
    at_once(jobs.collect())
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Refused, and told for how long.
#[track_caller]
fn assert_waits(answer: Answer) {
    let refused = answer.mm_error(429, "RATE_LIMIT_EXCEEDED");
    let wait = refused.at("/details/retry_after").as_u64().expect("a number");
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(refused.header("retry-after"), Some(wait.to_string().as_str()));
    assert_eq!(refused.at("/details").as_object().map(serde_json::Map::len), Some(1));
}

/// A town and a second process on its store.
fn two(settings: &[(&str, &str)]) -> (Town, crate::harness::House, crate::harness::Server) {
    let town = Town::with(settings);
    let house = town.house.neighbour();
    let server = house.serve();
    (town, house, server)
}

#[test]
fn of_a_hundred_guesses_at_two_processes_as_many_are_heard_as_may_be() {
    let (town, _house, other) = two(&[("sign_in.per_account", "20/h")]);
    let (_, email) = somebody(&town.workspace());
    let servers = [&town.server.http, &other.http];
    for (name, right) in [(email.as_str(), PASSWORD), ("nobody@example.com", "whatever")] {
        let answers = guess(&servers, (0..GUESSES).map(|n| by_email(name, &format!("guess {n}"))).collect());
        assert_eq!((count(&answers, 401), count(&answers, 429)), (LIMIT, GUESSES - LIMIT), "{name}");
        for server in servers {
            assert_waits(login(server, &by_email(&name.to_uppercase(), right)));
        }
    }
    // Whatever it is called by: the account has one count.
    let username = email.split('@').next().unwrap();
    assert_waits(login(servers[1], &by_username(username, PASSWORD)));
    // What was counted is on disk.
    drop(other);
    let again = _house.serve();
    assert_waits(login(&again.http, &by_email(&email, PASSWORD)));
}

/// Who knows the password is heard with the others, if it comes in time, and begins anew.
#[test]
fn a_guess_that_is_right_clears_what_was_counted_to_the_account() {
    let (town, _house, other) = two(&[("sign_in.per_account", "20/h")]);
    let (_, email) = somebody(&town.workspace());
    let servers = [&town.server.http, &other.http];
    for round in 0..3 {
        let wrong = (0..LIMIT - 1).map(|n| by_email(&email, &format!("guess {n}")));
        assert_eq!(count(&guess(&servers, wrong.collect()), 401), LIMIT - 1, "{round}");
        login(servers[round % 2], &by_email(&email, PASSWORD)).expect(200);
    }
    let mut all: Vec<Value> = (0..LIMIT).map(|n| by_email(&email, &format!("guess {n}"))).collect();
    all.extend((0..GUESSES - LIMIT).map(|_| by_email(&email, PASSWORD)));
    let first = guess(&servers, all.drain(..LIMIT).collect());
    assert_eq!(count(&first, 401), LIMIT);
    let late = guess(&servers, all);
    assert_eq!(count(&late, 429), GUESSES - LIMIT, "the right one comes too late");
}

#[test]
fn one_address_guesses_at_so_many_accounts_and_no_more() {
    let (town, _house, other) = two(&[("sign_in.per_peer", "30/h"), ("sign_in.per_account", "")]);
    let (_, email) = somebody(&town.workspace());
    let servers = [&town.server.http, &other.http];
    for n in 0..10 {
        login(servers[n % 2], &by_email(&email, PASSWORD)).expect(200);
    }
    let bodies = (0..60).map(|n| by_username(&format!("nobody{n}"), "x")).collect();
    let answers = guess(&servers, bodies);
    assert_eq!((count(&answers, 401), count(&answers, 429)), (30, 30), "who got in does not count");
    assert_waits(login(servers[0], &by_email(&email, PASSWORD)));
}

#[test]
fn proxies_that_are_trusted_say_whom_it_is_counted_to() {
    let town = Town::with(&[
        ("sign_in.per_peer", "2/h"),
        ("sign_in.per_account", ""),
        ("limits.trusted_proxies", "127.0.0.1"),
    ]);
    let from = |address: &str| {
        let request = Request::new("POST", "/v1/auth/login").header("X-Forwarded-For", address);
        let body = json!({"username": "nobody", "password": "x"}).to_string();
        town.server.http.send(&request.json(body)).unwrap().status
    };
    assert_eq!(["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"].map(from), [401, 401, 429, 401]);
    assert_eq!(["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::"].map(from), [401, 401, 429, 401]);
}

/// Who asks all the time for accounts that there are not, and has never heard of a limit.
#[test]
fn an_address_that_floods_keeps_nobody_else_out() {
    let town = Town::with(&[("passwords.bcrypt_cost", "9"), ("limits.trusted_proxies", "127.0.0.1")]);
    let place = town.workspace();
    let (_, email) = somebody(&place);
    let address = town.server.http.address();
    let ask = |from: &str, body: Value| {
        let request = Request::new("POST", "/v1/auth/login").header("X-Forwarded-For", from);
        Http::new(address).send(&request.json(body.to_string())).unwrap().status
    };
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        for n in 0..80 {
            let (ask, ends) = (&ask, &ends);
            scope.spawn(move || {
                for guess in 0.. {
                    if ends.load(Ordering::Relaxed) {
                        break;
                    }
                    let status = ask("192.0.2.1", by_username(&format!("nobody-{n}-{guess}"), "whatever"));
                    assert!([401, 429, 503].contains(&status), "{status}");
                }
            });
        }
        // Whatever is asserted here, the others are to end.
        let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            thread::sleep(Duration::from_secs(1));
            (0..5).for_each(|_| {
                assert_eq!(ask("192.0.2.2", by_email(&email, PASSWORD)), 200);
                place.user_with("somebody", json!({}));
            });
        }));
        ends.store(true, Ordering::Relaxed);
        served.unwrap();
    });
}

#[test]
fn without_limits_nobody_waits() {
    let settings = [("sign_in.per_peer", ""), ("sign_in.per_account", ""), ("limits.failed_authentications", "")];
    let town = Town::with(&settings);
    let (_, email) = somebody(&town.workspace());
    for n in 0..40 {
        login(&town.server.http, &by_email(&email, &format!("guess {n}"))).expect(401);
    }
    login(&town.server.http, &by_email(&email, PASSWORD)).expect(200);
}
