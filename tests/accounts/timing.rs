//! Whether the time of a refusal tells what was found. Two kinds of attempts take turns, in random order, over real sockets; how well one could
//! tell them apart is the area under the curve (AUC): 0.5 for not at all, 1 for always.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::{by_email, by_username, login};
use crate::harness::Town;

/// The first ones do not count.
const WARMING: usize = 10;

/// A cost below every other one here.
const LOWER: u32 = 5;

/// The hash of this cost of "correct horse", made by libxcrypt 4.4.
fn hash(cost: u32) -> &'static str {
    match cost {
        LOWER => "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        7 => "$2b$07$abcdefghijklmnopqrstuuhZbjkdqACUPn8aMizcVK3G.oXGejdo6",
        9 => "$2b$09$abcdefghijklmnopqrstuu5i2ZWuLNMLJE.p.KbVU/9BMQd.yS3Ve",
        _ => panic!("no hash of cost {cost}"),
    }
}

/// How often the time of the one is longer than that of the other, of all pairs.
fn area(one: &[Duration], other: &[Duration]) -> f64 {
    let wins: usize = one
        .iter()
        .map(|a| 2 * other.iter().filter(|b| a > *b).count() + other.iter().filter(|b| a == *b).count())
        .sum();
    wins as f64 / (2 * one.len() * other.len()) as f64
}

/// Which of a pair comes first: a generator of Marsaglia's (xorshift), the same in every run.
fn coin(state: &mut u64) -> bool {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state & 1 == 0
}

fn measure(town: &Town, body: &Value) -> Duration {
    let begin = Instant::now();
    login(&town.server.http, body).expect(401);
    begin.elapsed()
}

fn compare(town: &Town, pairs: usize, one: impl Fn(usize) -> Value, other: impl Fn(usize) -> Value) -> f64 {
    let (mut ones, mut others, mut state) = (Vec::new(), Vec::new(), 0x2545_f491_4f6c_dd1d);
    for n in 0..pairs + WARMING {
        let (a, b) = if coin(&mut state) {
            let a = measure(town, &one(n));
            (a, measure(town, &other(n)))
        } else {
            let b = measure(town, &other(n));
            (measure(town, &one(n)), b)
        };
        if n >= WARMING {
            ones.push(a);
            others.push(b);
        }
    }
    area(&ones, &others)
}

/// Accounts of each kind under this cost, as many as attempts, so that each is guessed for the first time, as are those that there are not; and
/// one that is guessed over and over, as is one that there is not.
fn assert_tells_nothing(cost: u32, pairs: usize, tolerance: f64) {
    let town = Town::with(&[
        ("passwords.bcrypt_cost", &cost.to_string()),
        // As it is counted where there are limits, but without end.
        ("sign_in.per_account", "100000/h"),
        ("sign_in.per_peer", "1000000/min"),
        ("limits.failed_authentications", ""),
    ]);
    let place = &town.workspace().id;
    let kinds = [
        ("known", json!({"password_hash": hash(cost)})),
        ("cheap", json!({"password_hash": hash(LOWER)})),
        ("empty", json!({"status": "active"})),
        ("pending", json!({"status": "pending"})),
        ("inactive", json!({"status": "inactive", "password_hash": hash(cost)})),
        ("named", json!({"password_hash": hash(cost)})),
        ("long", json!({"password_hash": hash(cost)})),
        ("zero", json!({"password_hash": hash(cost)})),
    ];
    let name = |kind: &str, n: usize| format!("{kind}{n}@example.com");
    let lines = kinds.iter().flat_map(|(kind, known)| {
        (0..pairs + WARMING).map(move |n| {
            let mut line = known.clone();
            line["email"] = name(kind, n).into();
            line["username"] = format!("{kind}{n}").into();
            line["workspaces"] = json!([place]);
            line.to_string()
        })
    });
    town.house.write_file("people.jsonl", &lines.collect::<Vec<_>>().join("\n"));
    town.cli(&["import", "people.jsonl"]).done();
    let guess = |kind: &str, n| match kind.trim_start_matches("no") {
        "named" => by_username(&format!("{kind}{n}"), "wrong horse"),
        "long" => by_email(&name(kind, n), &"x".repeat(80)),
        "zero" => by_email(&name(kind, n), "wrong\0horse"),
        _ => by_email(&name(kind, n), "wrong horse"),
    };
    let mut found = vec![("again", compare(&town, pairs, |_| guess("known", 0), |_| guess("nobody", 0)))];
    for (kind, _) in &kinds {
        let nobody = format!("no{kind}");
        found.push((kind, compare(&town, pairs, |n| guess(kind, n), |n| guess(&nobody, n))));
    }
    for (kind, found) in &found {
        eprintln!("{kind} and unknown, {pairs} pairs: AUC {found:.3}");
    }
    assert!(found.iter().all(|(_, found)| (found - 0.5).abs() <= tolerance), "{found:?}");
}

#[test]
fn the_time_of_a_refusal_tells_nothing() {
    assert_tells_nothing(7, 200, 0.1);
}

#[test]
#[ignore = "takes minutes; for a quiet machine"]
fn the_time_of_a_refusal_tells_nothing_in_a_thousand_pairs() {
    assert_tells_nothing(9, 1_000, 0.05);
}

#[test]
fn the_area_is_what_it_is_called() {
    let times = |of: &[u64]| of.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
    assert_eq!(area(&times(&[2, 3]), &times(&[1, 1])), 1.0);
    assert_eq!(area(&times(&[1, 1]), &times(&[2, 3])), 0.0);
    assert_eq!(area(&times(&[1, 2]), &times(&[1, 2])), 0.5);
}
