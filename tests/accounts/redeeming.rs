//! A link, from the first look to its end.

use serde_json::json;
use users::token::Purpose;

use super::links::{GOOD, guest, link, link_of_age, open, set, sign_in, submit};
use crate::harness::{Answer, Town, at_once, town};

/// What everybody gets whose token does not count.
fn void() -> Answer {
    open(&town().server.http, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").expect(404)
}

#[track_caller]
fn is_void(answer: &Answer) {
    let void = void();
    assert_eq!(answer.status, void.status, "{}", answer.story());
    assert_eq!(answer.text(), void.text(), "every token that does not count has the same page");
    let names = |answer: &Answer| answer.headers.iter().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>();
    assert_eq!(names(answer), names(&void));
}

#[test]
fn a_link_leads_from_pending_to_active_and_once_only() {
    let (town, guest) = (town(), guest(town()));
    let (http, token) = (&town.server.http, link(&town.house, &guest.id, Purpose::Activation));
    // A scanner of mails looks as often as it likes.
    for _ in 0..3 {
        let page = open(http, &token).expect(200).text();
        assert!(page.contains("Hello Grace Hopper.") && page.contains(&guest.email), "{page}");
    }
    assert_eq!(town.maisa().get(&guest.id).expect(200).str("/data/status"), "pending");
    sign_in(http, &guest.email, GOOD).expect(401);
    set(http, &token, "iloveyou").expect(422);
    submit(http, &token, GOOD, "violet tundra lump").expect(422);
    let done = set(http, &token, GOOD).expect(200).text();
    assert!(done.contains("your account is active") && done.contains(&guest.email), "{done}");

    assert_eq!(town.maisa().get(&guest.id).expect(200).str("/data/status"), "active");
    assert_eq!(town.mm().get(&guest.id).expect(200).at("/is_verified"), json!(true));
    let session = sign_in(http, &guest.email, GOOD).expect(200).str("/access_token");
    assert_eq!(town.mm_as(&session).me().expect(200).str("/email"), guest.email);

    is_void(&open(http, &token));
    is_void(&set(http, &token, "another good password"));
    is_void(&submit(http, &token, "short", "differs"));
    sign_in(http, &guest.email, "another good password").expect(401);
}

#[test]
fn what_does_not_count_tells_nothing() {
    let town = town();
    let http = &town.server.http;
    let late = guest(town);
    is_void(&open(http, &link_of_age(&town.house, &late.id, Purpose::Activation, 72 * 3_600)));
    is_void(&set(http, &link_of_age(&town.house, &late.id, Purpose::Activation, 72 * 3_600 + 1), GOOD));
    is_void(&set(http, &link_of_age(&town.house, &late.id, Purpose::Password, 3_600), GOOD));
    open(http, &link_of_age(&town.house, &late.id, Purpose::Activation, 71 * 3_600)).expect(200);
    assert_eq!(town.maisa().get(&late.id).expect(200).str("/data/status"), "pending");

    let replaced = guest(town);
    let token = link(&town.house, &replaced.id, Purpose::Activation);
    town.cli(&["user", "invite", &replaced.id]).done();
    is_void(&set(http, &token, GOOD));

    let moved = guest(town);
    let token = link(&town.house, &moved.id, Purpose::Activation);
    town.mm().update(&moved.id, json!({"email": format!("new-{}", moved.email)})).expect(200);
    is_void(&set(http, &token, GOOD));

    let barred = guest(town);
    let token = link(&town.house, &barred.id, Purpose::Activation);
    town.maisa().update(&barred.id, json!({"status": "suspended"})).expect(200);
    is_void(&open(http, &token));
    is_void(&set(http, &token, GOOD));
    town.maisa().update(&barred.id, json!({"status": "inactive"})).expect(200);
    is_void(&set(http, &token, GOOD));

    let gone = guest(town);
    let token = link(&town.house, &gone.id, Purpose::Activation);
    town.maisa().delete(&gone.id).expect(204);
    is_void(&open(http, &token));
    is_void(&set(http, &token, GOOD));
}

#[test]
fn a_new_password_ends_the_sessions_of_the_old_one() {
    let (town, guest) = (town(), guest(town()));
    let http = &town.server.http;
    set(http, &link(&town.house, &guest.id, Purpose::Activation), GOOD).expect(200);
    let session = sign_in(http, &guest.email, GOOD).expect(200).str("/access_token");
    town.mm_as(&session).me().expect(200);
    let token = link(&town.house, &guest.id, Purpose::Password);
    assert!(open(http, &token).expect(200).text().contains("Choose a new password"));
    let done = set(http, &token, "another good password").expect(200).text();
    assert!(done.contains("Your password is set"), "{done}");
    town.mm_as(&session).me().mm_error(401, "AUTHENTICATION_FAILED");
    sign_in(http, &guest.email, GOOD).expect(401);
    sign_in(http, &guest.email, "another good password").expect(200);
}

#[test]
fn of_many_who_send_one_link_at_once_one_sets_the_password() {
    const MANY: usize = 64;
    let town = Town::new();
    let guest = guest(&town);
    let (http, token) = (&town.server.http, link(&town.house, &guest.id, Purpose::Activation));
    let password = |n: usize| format!("{GOOD} {n}");
    let send = |n: usize| {
        let token = token.clone();
        Box::new(move || set(http, &token, &password(n))) as Box<dyn FnOnce() -> Answer + Send>
    };
    let answers = at_once((0..MANY).map(send).collect());
    let won: Vec<usize> = (0..MANY).filter(|n| answers[*n].status == 200).collect();
    let void = answers.iter().filter(|answer| answer.status == 404).count();
    assert_eq!((won.len(), void), (1, MANY - 1), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    sign_in(http, &guest.email, &password(won[0])).expect(200);
    sign_in(http, &guest.email, &password((won[0] + 1) % MANY)).expect(401);
}
