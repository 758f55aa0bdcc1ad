//! Who guesses at links, or asks for too many of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use users::token::Purpose;

use super::{Diary, nobody, told, with};
use crate::accounts::links::{GOOD, form, guest, link, link_of_age};
use crate::harness::{Http, Request, Town};

pub fn refused(operation: &str, reason: &str, user: &Value) -> Value {
    json!({
        "actor": nobody(), "action": "link.refused", "user_id": user, "key_id": null, "workspace_id": null,
        "dialect": operation.split_once('.').map(|(dialect, _)| dialect), "operation": operation, "request_id": "r",
        "outcome": "refused", "reason": reason, "fields": [],
    })
}

/// The row of a user stands where that user starts.
fn in_workspace(row: Value, workspace: &str) -> Value {
    let workspace = row["user_id"].as_str().map(|_| workspace);
    with(row.clone(), json!({"workspace_id": workspace}))
}

/// Stops the server, so that all is written, and gives what was refused since then: one row for each user and minute.
fn refusals(town: Town, before: usize) -> (String, BTreeMap<Option<String>, Vec<Value>>) {
    let Town { server, house, .. } = town;
    server.stop();
    let rows: Vec<Value> =
        told(&house, &[]).split_off(before).into_iter().filter(|row| row["outcome"] == "refused").collect();
    let text = Value::from(rows.clone()).to_string();
    let (mut by_user, mut minutes): (BTreeMap<_, Vec<Value>>, _) = (BTreeMap::new(), BTreeSet::new());
    for mut row in rows {
        let user = row["user_id"].as_str().map(str::to_owned);
        assert!(
            minutes.insert((user.clone(), row["at"].as_str().unwrap()[..16].to_owned())),
            "twice in a minute: {row}"
        );
        super::forget_own(&mut row);
        by_user.entry(user).or_default().push(row);
    }
    (text, by_user)
}

/// A form, or a look at the page, from some address.
fn send(http: &Http, from: &str, token: &str, method: &str) -> u16 {
    let request = match method {
        "POST" => Request::new("POST", "/activate")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&[("token", token), ("password", GOOD), ("again", GOOD)])),
        _ => Request::new(method, &format!("/activate?token={token}")),
    };
    http.send(&request.header("x-forwarded-for", from).header("x-request-id", "r")).unwrap().status
}

/// Whoever guesses, from wherever, at whichever process: one row a minute, and one for each user whose late link is tried.
#[test]
fn who_guesses_at_links_is_told_once_a_minute() {
    let town = Town::with(&[("limits.trusted_proxies", "127.0.0.1")]);
    let second = town.house.serve();
    let (late, other) = (guest(&town), guest(&town));
    let good = link(&town.house, &other.id, Purpose::Activation);
    let old = link_of_age(&town.house, &late.id, Purpose::Activation, 72 * 3_600 + 1);
    let (before, place) = (told(&town.house, &[]).len(), town.first_workspace.clone());
    // Who looks at a link that counts, or comes without any, guesses at nothing.
    for method in ["GET", "HEAD"] {
        assert_eq!(send(&town.server.http, "192.0.2.1", &good, method), 200);
        assert_eq!(send(&town.server.http, "192.0.2.1", "", method), 404);
    }
    assert_eq!(send(&town.server.http, "192.0.2.1", "", "POST"), 404);
    second.http.send(&Request::get("/activate")).unwrap().expect(404);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(told(&town.house, &[]).len(), before);

    for n in 0..60 {
        let http = if n % 2 == 0 { &town.server.http } else { &second.http };
        let token = if n % 5 == 0 {
            format!("guess{n}")
        } else {
            format!("{n:02}").replace(['0', '1', '8', '9'], "q").repeat(16)
        };
        assert_eq!(send(http, &format!("192.0.2.{n}"), &token, ["GET", "POST", "HEAD"][n % 3]), 404);
    }
    for method in ["GET", "POST"] {
        assert_eq!(send(&town.server.http, "192.0.2.1", &old, method), 404);
    }
    second.stop();
    let (text, by_user) = refusals(town, before);
    assert_eq!(by_user.keys().cloned().collect::<Vec<_>>(), [None, Some(late.id)], "{text}");
    for (user, rows) in by_user {
        let row = in_workspace(refused("activate", "void_link", &json!(user)), &place);
        assert!(rows.iter().all(|told| *told == row), "{rows:?}");
    }
    for secret in ["192.0.2", "guess", &*old, &good, &late.email, "@"] {
        assert!(!text.contains(secret), "{secret} is told: {text}");
    }
}

/// A guess that only looks is one as well.
#[test]
fn each_way_of_guessing_is_told() {
    for method in ["GET", "HEAD", "POST"] {
        let town = Town::new();
        let mut diary = Diary::of(&town);
        assert_eq!(send(&town.server.http, "192.0.2.1", &"q".repeat(32), method), 404);
        diary.expect_soon(&[refused("activate", "void_link", &Value::Null)]);
    }
}

/// By whichever door and in whichever form: who is asked for is told, if it is anybody, and nobody else.
#[test]
fn who_asks_for_too_many_links_is_told_once_a_minute() {
    let town = Town::with(&[("sign_in.mails_per_account", "1/h")]);
    let (known, other) = (guest(&town), guest(&town));
    let (before, place) = (told(&town.house, &[]).len(), town.first_workspace.clone());
    let in_json = |path: &str, email: &str| {
        let body = json!({"email": email}).to_string();
        town.server.http.send(&Request::new("POST", path).header("x-request-id", "r").json(body)).unwrap().status
    };
    for (email, first) in [(&*known.email, 202), ("nobody@example.com", 202)] {
        let page = || super::post(&town.server.http, "/activate/resend", &form(&[("email", email)])).status;
        assert_eq!([page(), page(), page()], [first, 429, 429]);
        assert_eq!(in_json("/activate/resend", email), 429);
        assert_eq!(in_json("/v1/auth/password/forgot", email), 429);
    }
    assert_eq!([0; 2].map(|_| in_json("/v1/auth/password/forgot", &other.email)), [204, 429]);
    let (text, by_user) = refusals(town, before);
    for (user, operation) in
        [(None, "activate_resend"), (Some(known.id), "activate_resend"), (Some(other.id), "mechamental.forgotPassword")]
    {
        let row = &by_user[&user][0];
        assert_eq!(*row, in_workspace(refused(operation, "too_many_links", &json!(user)), &place));
    }
    assert_eq!(by_user.len(), 3, "{text}");
    assert!(!text.contains('@'), "{text}");
}
