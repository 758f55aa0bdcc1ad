//! How somebody comes in, stays, and is kept out.

use serde_json::{Value, json};
use users::token::Purpose;

use super::{Diary, by_operator, by_page, by_user, done, key_id, nobody, post, told, with};
use crate::accounts::desk::{PASSWORD, by_email, login, logout, somebody, token};
use crate::accounts::links::{GOOD, form, link};
use crate::harness::{Request, Town, eventually, fresh};

#[test]
fn an_invitation_leads_to_an_account_and_each_step_is_told() {
    let town = Town::new();
    let http = &town.server.http;
    let place = town.workspace();
    let steward = place.steward();
    let mut diary = Diary::of(&town);
    let email = format!("{}@example.com", fresh("guest"));
    let body = json!({"email": email, "name": "Grace", "role": "user", "sendActivationEmail": true});
    let id = town.maisa_as(&steward.secret).with("x-request-id", "r").create(body).expect(201).str("/data/id");
    let made = |action| done(&super::by(&steward.secret, None), "maisa.createUser", Some("r"), action, &id, &place.id);
    diary.expect(&[made("user.created"), made("user.invited")]);
    town.cli(&["user", "invite", &id]).done();
    diary.expect(&[done(&by_operator(), "user invite", None, "user.invited", &id, &place.id)]);
    post(http, "/activate/resend", &format!("email={}", email.replace('@', "%40")));
    diary.expect(&[by_page(&nobody(), "activate_resend", "user.invited", &id, &place.id)]);
    post(http, "/activate/resend", "email=nobody%40example.com");
    diary.expect(&[]);

    let token = link(&town.house, &id, Purpose::Activation);
    http.send(&Request::get(&format!("/activate?token={token}"))).unwrap().expect(200);
    let form = form(&[("token", &token), ("password", GOOD), ("again", GOOD)]);
    post(http, "/activate", &form).expect(200);
    let row = |action| by_page(&by_user(&id), "activate", action, &id, &place.id);
    diary.expect(&[with(row("user.activated"), json!({"fields": ["verified", "status"]})), row("password.changed")]);
    // Used up, it is gone, and so is whose it was.
    post(http, "/activate", &form).expect(404);
    diary.expect_soon(&[super::links::refused("activate", "void_link", &Value::Null)]);
}

#[test]
fn sessions_begin_and_end() {
    let town = Town::new();
    let http = &town.server.http;
    let place = town.workspace();
    let (id, email) = somebody(&place);
    let mut diary = Diary::of(&town);
    let by_mm = |actor: &Value, operation: &str, action: &str, key: &str| {
        let row = done(actor, operation, Some("r"), action, &id, &place.id);
        with(row, json!({"key_id": key}))
    };
    let one = token(&town, &email, PASSWORD);
    let told = diary.read();
    let request = told[0]["request_id"].clone();
    assert_eq!(
        told,
        [with(
            by_mm(&by_user(&id), "mechamental.login", "session.started", key_id(&one)),
            json!({"request_id": request})
        )]
    );
    assert_eq!(request.as_str().map(str::len), Some(36));

    let (other, third) = (token(&town, &email, PASSWORD), token(&town, &email, PASSWORD));
    diary.read();
    let own = json!({"kind": "key", "key_id": key_id(&one), "user_id": id});
    town.mm_as(&one).with("x-request-id", "r").update(&id, json!({"password": "violet tundra lamp"})).expect(200);
    let mut ended = diary.read();
    ended[1..].sort_by_key(ToString::to_string);
    let changed = done(&own, "mechamental.updateUser", Some("r"), "password.changed", &id, &place.id);
    let mut expected = [
        changed,
        by_mm(&own, "mechamental.updateUser", "session.ended", key_id(&other)),
        by_mm(&own, "mechamental.updateUser", "session.ended", key_id(&third)),
    ];
    expected[1..].sort_by_key(|row| row["key_id"].to_string());
    ended[1..].sort_by_key(|row| row["key_id"].to_string());
    assert_eq!(ended, expected);

    let out = logout(http, &one).expect(204);
    let request = out.header("x-request-id").map(str::to_owned);
    diary.expect(&[with(
        by_mm(&own, "mechamental.logout", "session.ended", key_id(&one)),
        json!({"request_id": request}),
    )]);

    let last = token(&town, &email, "violet tundra lamp");
    diary = Diary::of(&town);
    town.house.cli_with_input(&["user", "set-password", &id], "amber tundra lamp\n").done();
    let row = |action| done(&by_operator(), "user set-password", None, action, &id, &place.id);
    let rows: Vec<Value> = diary.read().into_iter().filter(|row| row["outcome"] == "done").collect();
    assert_eq!(rows, [row("password.changed"), with(row("session.ended"), json!({"key_id": key_id(&last)}))]);

    let ask = |email: &str| {
        let request = Request::new("POST", "/v1/auth/password/forgot").header("x-request-id", "r");
        http.send(&request.json(json!({"email": email}).to_string())).unwrap()
    };
    ask(&email);
    ask("nobody@example.com");
    let rows: Vec<Value> = diary.read().into_iter().filter(|row| row["outcome"] == "done").collect();
    assert_eq!(
        rows,
        [done(&nobody(), "mechamental.forgotPassword", Some("r"), "password.reset_asked", &id, &place.id)]
    );
}

#[test]
fn who_could_not_sign_in_is_told_once_a_minute() {
    let town = Town::with(&[("sign_in.per_account", "5/h")]);
    let http = &town.server.http;
    let place = town.workspace();
    let ((ada, ada_email), (bob, bob_email), (eve, eve_email)) = (somebody(&place), somebody(&place), somebody(&place));
    town.mm().update(&bob, json!({"is_active": false})).expect(200);
    let before = told(&town.house, &[]).len();
    for _ in 0..4 {
        login(http, &by_email(&ada_email, "wrong password")).expect(401);
        login(http, &by_email(&format!("{}@example.com", fresh("nobody")), "wrong password")).expect(401);
    }
    login(http, &by_email(&bob_email, PASSWORD)).expect(401);
    login(http, &by_email(&bob_email, "wrong password")).expect(401);
    for _ in 0..5 {
        login(http, &by_email(&eve_email, "wrong password")).expect(401);
    }
    for _ in 0..3 {
        login(http, &by_email(&eve_email, PASSWORD)).expect(429);
    }
    let expected = [
        (json!(ada), "wrong_password"),
        (json!(null), "wrong_password"),
        (json!(bob), "user_inactive"),
        (json!(bob), "wrong_password"),
        (json!(eve), "wrong_password"),
        (json!(eve), "too_many_attempts"),
    ];
    let rows = eventually(std::time::Duration::from_secs(10), "the refusals are written", || {
        let rows = told(&town.house, &[]).split_off(before);
        (rows.len() >= expected.len()).then_some(rows)
    });
    let mut seen: Vec<String> = Vec::new();
    for row in &rows {
        assert_eq!(
            (&row["action"], &row["outcome"], &row["actor"]),
            (&json!("sign_in.refused"), &json!("refused"), &nobody())
        );
        assert_eq!(
            (&row["operation"], &row["dialect"], &row["fields"]),
            (&json!("mechamental.login"), &json!("mechamental"), &json!([]))
        );
        seen.push(format!("{} {}", row["user_id"], row["reason"].as_str().unwrap()));
    }
    seen.sort_unstable();
    // (A minute may have begun meanwhile.)
    let minutes: std::collections::BTreeSet<&str> = rows.iter().map(|row| &row["at"].as_str().unwrap()[..16]).collect();
    if minutes.len() > 1 {
        seen.dedup();
    }
    let mut expected: Vec<String> = expected.iter().map(|(user, reason)| format!("{user} {reason}")).collect();
    expected.sort_unstable();
    assert_eq!(seen, expected);
}
