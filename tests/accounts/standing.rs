//! Who gets in, who does not, and what ends a session.

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{PASSWORD, by_email, by_username, login, somebody, token, without_password};
use crate::harness::{Answer, Town, eventually, town};

#[test]
fn a_new_password_ends_the_other_sessions() {
    let (town, place) = (town(), town().workspace());
    let (id, email) = somebody(&place);
    let is_in = |key: &str| town.mm_as(key).me().status == 200;
    let (one, two) = (token(town, &email, PASSWORD), token(town, &email, PASSWORD));
    town.mm_as(&one).update(&id, json!({"full_name": "A"})).expect(200);
    assert!(is_in(&one) && is_in(&two));
    town.mm_as(&one).update(&id, json!({"password": "second horse"})).expect(200);
    assert_eq!((is_in(&one), is_in(&two)), (true, false));
    login(&town.server.http, &by_email(&email, PASSWORD)).mm_error(401, "AUTHENTICATION_FAILED");
    let two = token(town, &email, "second horse");
    town.mm().update(&id, json!({"password": "third horse!"})).expect(200);
    assert_eq!((is_in(&one), is_in(&two)), (false, false));
    let one = token(town, &email, "third horse!");
    town.house.cli_with_input(&["user", "set-password", &email], "a fourth horse, later\n").done();
    eventually(Duration::from_secs(5), "the session is over", || (!is_in(&one)).then_some(()));
    token(town, &email, "a fourth horse, later");
}

#[test]
fn who_may_not_act_is_out_at_once() {
    let (town, place) = (town(), town().workspace());
    let (id, email) = somebody(&place);
    let key = token(town, &email, PASSWORD);
    for status in ["suspended", "inactive"] {
        town.maisa().update(&id, json!({"status": status})).expect(200);
        town.mm_as(&key).me().mm_error(401, "AUTHENTICATION_FAILED");
        login(&town.server.http, &by_email(&email, PASSWORD)).mm_error(401, "AUTHENTICATION_FAILED");
        town.maisa().update(&id, json!({"status": "active"})).expect(200);
        town.mm_as(&key).me().expect(200);
    }
    town.mm().delete(&id).expect(204);
    town.mm_as(&key).me().mm_error(401, "AUTHENTICATION_FAILED");
    login(&town.server.http, &by_email(&email, PASSWORD)).mm_error(401, "AUTHENTICATION_FAILED");
}

/// What is told, but for what differs between any two answers.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&&*name.to_lowercase()));
    let text = answer.text();
    let time = answer.str("/timestamp");
    (answer.status, headers.cloned().collect(), text.replace(&time, ""))
}

#[test]
fn nobody_who_is_refused_learns_why() {
    let town = Town::new();
    let place = town.workspace();
    let (_, email) = somebody(&place);
    let barred = |status: &str| {
        let (id, email) = somebody(&place);
        town.maisa().update(&id, json!({"status": status})).expect(200);
        email
    };
    let refusals: Vec<Value> = vec![
        by_email(&email, "wrong horse"),
        by_email(&email, ""),
        by_email(&email, &format!("{PASSWORD}\0")),
        by_email(&email, &"x".repeat(100_000)),
        by_username(&email, PASSWORD),
        by_username("", ""),
        by_username("a\0b", "x"),
        by_username(&"ü".repeat(50_000), "x"),
        by_email("nobody@example.com", PASSWORD),
        by_username("nobody", PASSWORD),
        by_email(&without_password(&town, &place, false).1, ""),
        by_email(&without_password(&town, &place, true).1, ""),
        by_email(&barred("inactive"), PASSWORD),
        by_email(&barred("suspended"), PASSWORD),
    ];
    let first = told(&login(&town.server.http, &refusals[0]).mm_error(401, "AUTHENTICATION_FAILED"));
    assert!(first.1.iter().any(|(name, value)| name.eq_ignore_ascii_case("www-authenticate") && value == "Bearer"));
    for body in &refusals {
        assert_eq!(
            told(&login(&town.server.http, body)),
            first,
            "{}",
            &body.to_string()[..40.min(body.to_string().len())]
        );
    }
}
