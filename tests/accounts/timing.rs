//! Whether the time of a refusal tells what was found. Two kinds of attempts take turns, in random order, over real sockets; how well one could
//! tell them apart is the area under the curve (AUC): 0.5 for not at all, 1 for always.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::desk::{by_email, login, somebody, without_password};
use crate::harness::Town;

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
    for n in 0..pairs + 10 {
        let (a, b) = if coin(&mut state) {
            let a = measure(town, &one(n));
            (a, measure(town, &other(n)))
        } else {
            let b = measure(town, &other(n));
            (measure(town, &one(n)), b)
        };
        // The first ones warm up.
        if n >= 10 {
            ones.push(a);
            others.push(b);
        }
    }
    area(&ones, &others)
}

/// Accounts of each kind, under this cost; those with a lower one were made under a cost of 5.
fn assert_tells_nothing(cost: u32, pairs: usize, tolerance: f64) {
    let mut town = Town::with(&[
        ("passwords.bcrypt_cost", "5"),
        // As it is counted where there are limits, but without end.
        ("sign_in.per_account", "100000/h"),
        ("sign_in.per_peer", "1000000/min"),
        ("limits.failed_authentications", ""),
    ]);
    let (_, lower) = somebody(&town.workspace());
    town.house.set("passwords.bcrypt_cost", &cost.to_string());
    town.server = town.house.serve();
    let place = town.workspace();
    let (_, known) = somebody(&place);
    let (_, empty) = without_password(&town, &place, false);
    let (_, pending) = without_password(&town, &place, true);
    let (inactive_id, inactive) = somebody(&place);
    town.maisa().update(&inactive_id, serde_json::json!({"status": "inactive"})).expect(200);
    let nobody = |n: usize| by_email(&format!("nobody{n}@example.com"), "wrong horse");
    let mut bad = Vec::new();
    for (kind, email) in
        [("known", known), ("lower cost", lower), ("no password", empty), ("pending", pending), ("inactive", inactive)]
    {
        let found = compare(&town, pairs, |_| by_email(&email, "wrong horse"), nobody);
        eprintln!("{kind} and unknown, {pairs} pairs: AUC {found:.3}");
        if (found - 0.5).abs() > tolerance {
            bad.push((kind, found));
        }
    }
    assert!(bad.is_empty(), "{bad:?}");
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
