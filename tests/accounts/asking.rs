//! Asking for another link tells nothing: not by what is said, not by the time that it takes.

use std::time::Duration;

use serde_json::json;

use super::links::{GOOD, guest, link, post, set};
use crate::harness::{Answer, Request, Town, fresh, timed};
use users::token::Purpose;

fn asking_often() -> Town {
    Town::with(&[("sign_in.mails_per_account", "10000/h"), ("sign_in.mails_per_peer", "")])
}

fn ask(town: &Town, address: &str) -> Answer {
    post(&town.server.http, "/activate/resend", &format!("email={}", address.replace('@', "%40").replace('+', "%2B")))
}

fn ask_in_json(town: &Town, address: &str) -> Answer {
    let request = Request::new("POST", "/activate/resend").json(json!({"email": address}).to_string());
    town.server.http.send(&request).unwrap()
}

/// The whole answer but what names the request.
fn all_of(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    headers.retain(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    (answer.status, headers, answer.body.clone())
}

#[test]
fn known_and_unknown_addresses_get_the_same_answer() {
    let town = asking_often();
    let (pending, active, barred) = (guest(&town), guest(&town), guest(&town));
    set(&town.server.http, &link(&town.house, &active.id, Purpose::Activation), GOOD).expect(200);
    town.maisa().update(&barred.id, json!({"status": "suspended"})).expect(200);
    for ask in [ask, ask_in_json] {
        let expected = all_of(&ask(&town, "nobody@example.com").expect(202));
        for known in [&pending, &active, &barred] {
            assert_eq!(all_of(&ask(&town, &known.email)), expected);
            assert_eq!(all_of(&ask(&town, &known.email.to_uppercase())), expected);
        }
    }
    assert_eq!(ask_in_json(&town, "nobody@example.com").json(), json!({"status": "accepted"}));
}

#[test]
fn programs_are_told_what_is_wrong_in_json() {
    let town = asking_often();
    let send = |body: &str| town.server.http.send(&Request::new("POST", "/activate/resend").json(body)).unwrap();
    assert_eq!(send("{").expect(400).str("/error/code"), "BAD_REQUEST");
    for wrong in ["{}", "[]", "{\"email\": 1}", "{\"email\": \"nobody\"}", "{\"email\": null}"] {
        assert_eq!(send(wrong).expect(422).str("/error/code"), "VALIDATION_ERROR", "{wrong}");
    }
    assert_eq!(send(&" ".repeat(17 * 1024)).expect(413).str("/error/code"), "PAYLOAD_TOO_LARGE");
}

#[test]
fn who_asks_too_often_is_told_so_whoever_it_asks_for() {
    let town = Town::with(&[("sign_in.mails_per_account", "3/h"), ("sign_in.mails_per_peer", "")]);
    let guest = guest(&town);
    for address in [guest.email.as_str(), "nobody@example.com"] {
        for _ in 0..3 {
            ask(&town, address).expect(202);
        }
        let refused = ask(&town, address).expect(429);
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1_100..=1_200).contains(&wait), "{wait}");
        assert!(refused.text().contains("Not so often"));
        assert_eq!(ask_in_json(&town, address).expect(429).str("/error/code"), "RATE_LIMIT_EXCEEDED");
    }
    let other = Town::with(&[
        ("sign_in.mails_per_account", ""),
        ("sign_in.mails_per_peer", "5/min"),
        ("sign_in.per_peer", "2/h"),
    ]);
    let statuses: Vec<u16> = (0..6).map(|_| ask(&other, &format!("{}@example.com", fresh("no"))).status).collect();
    assert_eq!(statuses, [202, 202, 202, 202, 202, 429]);
}

/// By default, too: nobody behind one address has thousands sent.
#[test]
fn one_address_asks_for_few() {
    let town = Town::new();
    let asked = |_: usize| ask(&town, &format!("{}@example.com", fresh("no"))).status;
    assert_eq!((0..70).map(asked).filter(|status| *status == 202).count(), 60);
}

/// How well the times of one kind can be told from those of the other: 0.5 is not at all (Mann and Whitney).
fn area_under_the_curve(ones: &[Duration], others: &[Duration]) -> f64 {
    let wins = ones.iter().flat_map(|one| others.iter().map(move |other| one.cmp(other)));
    let points: f64 = wins.map(|order| f64::from(order as i8 + 1) / 2.0).sum();
    points / (ones.len() * others.len()) as f64
}

#[test]
fn the_time_tells_nothing() {
    assert_tells_nothing(300, 0.1);
}

/// As precisely as is asked of it.
#[test]
#[ignore = "long: two minutes"]
fn the_time_of_a_thousand_pairs_tells_nothing() {
    assert_tells_nothing(1_000, 0.05);
}

fn assert_tells_nothing(pairs: usize, tolerance: f64) {
    const AT_ONCE: usize = 4;
    let town = asking_often();
    let guests: Vec<_> = (0..AT_ONCE).map(|_| guest(&town)).collect();
    let measure = |n: usize| {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for round in 0..pairs / AT_ONCE {
            // Neither is always the first.
            for turn in 0..2 {
                if (round + turn) % 2 == 0 {
                    known.push(timed(|| ask(&town, &guests[n].email).expect(202)).0);
                } else {
                    unknown.push(timed(|| ask(&town, &format!("{}@example.com", fresh("unknown"))).expect(202)).0);
                }
            }
        }
        (known, unknown)
    };
    let jobs = (0..AT_ONCE).map(|n| Box::new(move || measure(n)) as Box<dyn FnOnce() -> _ + Send>);
    let (known, unknown): (Vec<Vec<Duration>>, Vec<Vec<Duration>>) =
        crate::harness::at_once(jobs.collect()).into_iter().unzip();
    let (known, unknown) = (known.concat(), unknown.concat());
    let area = area_under_the_curve(&known, &unknown);
    println!("{} pairs, area under the curve {area:.3}", known.len());
    assert!((area - 0.5).abs() <= tolerance, "{area}");
}
