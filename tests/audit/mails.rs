//! What becomes of mails, from asking for one to the account that it leads to.

use serde_json::{Value, json};

use super::{Diary, by, by_operator, by_page, by_user, done, nobody, post, with};
use crate::accounts::links::{GOOD, form};
use crate::harness::{Town, eventually, fresh};
use crate::mail::{Mood, SOON, Sink, queue, town};

/// Somebody who is invited through Maisa, and what is told of that.
fn invite(town: &Town) -> (String, [Value; 2]) {
    let place = town.workspace();
    let steward = place.steward();
    let body = json!({"email": format!("{}@example.com", fresh("invited")), "name": "Ada", "role": "user"});
    let id = town.maisa_as(&steward.secret).with("x-request-id", "r").create(body).expect(201).str("/data/id");
    let row = |action| done(&by(&steward.secret, None), "maisa.createUser", Some("r"), action, &id, &place.id);
    (id.clone(), [row("user.created"), row("user.invited")])
}

fn given_up((user, place): (&str, &str)) -> Value {
    done(&nobody(), "sending mail", None, "mail.abandoned", user, place)
}

fn tried_anew((user, place): (&str, &str)) -> Value {
    done(&by_operator(), "mail retry", None, "mail.retried", user, place)
}

#[test]
fn a_mail_is_given_up_tried_anew_and_leads_to_an_account() {
    let sink = Sink::new(Mood::Says("RCPT", "550 5.1.1 who is that?"));
    let town = town(&sink);
    let mut diary = Diary::of(&town);
    let (id, [created, invited]) = invite(&town);
    let made = |rows: &mut Vec<Value>| rows.retain(|row| row["user_id"] == *id);
    let mut rows = Vec::new();
    eventually(SOON, "it is given up", || {
        rows.append(&mut diary.read());
        made(&mut rows);
        (rows.len() >= 3).then_some(())
    });
    let place = created["workspace_id"].as_str().unwrap().to_owned();
    let who = (&*id, &*place);
    assert_eq!(rows, [created, invited, given_up(who)], "{}", Value::from(rows.clone()));

    // What is refused is none, and again it is given up.
    town.cli(&["mail", "retry", "01890000-0000-7000-8000-000000000000"]).refused();
    diary.expect(&[]);
    let message = queue(&town.house)[0]["message_id"].as_str().unwrap().to_owned();
    town.cli(&["mail", "retry", &message]).done();
    diary.expect_soon(&[tried_anew(who), given_up(who)]);
    sink.becomes(Mood::Friendly);
    town.cli(&["mail", "retry", "--all"]).done();
    let mail = sink.await_mails(1, SOON)[0].clone();
    eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
    // That it has arrived is no row: it is what was asked for.
    diary.expect(&[tried_anew(who)]);

    let form = form(&[("token", &mail.token()), ("password", GOOD), ("again", GOOD)]);
    post(&town.server.http, "/activate", &form).expect(200);
    let row = |action| by_page(&by_user(&id), "activate", action, &id, &place);
    diary.expect(&[with(row("user.activated"), json!({"fields": ["verified", "status"]})), row("password.changed")]);
}

/// Nobody may use a link any more, so there is nothing to send, and nothing to give up.
#[test]
fn a_mail_to_whom_it_would_not_help_is_taken_back() {
    let sink = Sink::new(Mood::Says("RCPT", "451 later"));
    let town = town(&sink);
    let (id, _) = invite(&town);
    eventually(SOON, "it was tried", || {
        queue(&town.house).first().is_some_and(|message| !message["last_error"].is_null()).then_some(())
    });
    town.maisa().update(&id, json!({"status": "suspended"})).expect(200);
    let mut diary = Diary::of(&town);
    assert!(queue(&town.house).is_empty());
    sink.becomes(Mood::Friendly);
    town.cli(&["mail", "retry", "--all"]).done();
    diary.expect(&[]);
    assert!(sink.received().is_empty());
}
