//! One server process and one mail server, in every mood.

use std::thread;
use std::time::Duration;

use crate::harness::{eventually, house::free_address, timed};

use super::{Mood, SOON, Sink, invite, queue, town};

#[test]
fn an_invitation_arrives_and_is_forgotten() {
    let sink = Sink::new(Mood::Friendly);
    let town = town(&sink);
    let (user, address) = invite(&town.server, &town.root.key);
    let (time, received) = timed(|| sink.await_mails(1, SOON));
    assert!(time < Duration::from_secs(3), "it took {time:?}");
    let mail = &received[0];
    assert_eq!((mail.from.as_str(), &mail.to), ("accounts@example.com", &vec![address.clone()]));
    assert_eq!(mail.header("From"), "Example <accounts@example.com>");
    assert_eq!(mail.header("To"), format!("\"Ada Lovelace\" <{address}>"));
    assert_eq!(mail.header("Subject"), "Choose a password for your account");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.id().ends_with("@example.com>"), "{}", mail.id());
    assert_eq!(mail.token().len(), 32);
    assert!(mail.text.contains("https://accounts.example.com/in/activate?token=3D"), "{}", mail.text);
    eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
    let log = town.server.log();
    assert!(log.contains(&user) && log.contains("a mail was sent"), "{log}");
    for secret in [address.as_str(), "Ada", &mail.token()] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    if town.house.data().exists() {
        for file in town.house.data_files() {
            let bytes = std::fs::read(&file).unwrap();
            let token = mail.token();
            assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "a token lies in {file:?}");
        }
    }
}

#[test]
fn who_is_not_invited_gets_no_mail() {
    let sink = Sink::new(Mood::Friendly);
    let town = town(&sink);
    let body = serde_json::json!({"email": "a@example.com", "name": "A", "role": "user", "sendActivationEmail": false});
    town.maisa().create(body).expect(201);
    thread::sleep(Duration::from_secs(2));
    assert!(sink.received().is_empty());
}

#[test]
fn a_mail_server_that_comes_later_gets_what_waits() {
    let address = free_address();
    let town = crate::harness::Town::in_house(super::house(address));
    invite(&town.server, &town.root.key);
    eventually(SOON, "it was tried", || {
        queue(&town.house)
            .first()
            .is_some_and(|message| message["attempts"] == 1 && !message["last_error"].is_null())
            .then_some(())
    });
    let message = &queue(&town.house)[0];
    assert_eq!((&message["state"], &message["kind"]), (&"waiting".into(), &"activation".into()), "{message}");
    assert!(message["last_error"].as_str().unwrap().starts_with("connecting: "), "{message}");
    eventually(SOON, "the metric says so", || (town.server.metric("diglot_mail_waiting") == 1).then_some(()));
    let sink = Sink::at(address, Mood::Friendly);
    // It would be tried 30 seconds later by itself.
    town.cli(&["mail", "retry", "--all"]).done();
    sink.await_mails(1, SOON);
    eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
    eventually(SOON, "the metric says so", || (town.server.metric("diglot_mail_waiting") == 0).then_some(()));
    let log = town.server.log();
    assert_eq!(log.matches("no mail can be sent now").count(), 1, "{log}");
    assert_eq!(log.matches("mail is sent again").count(), 1, "{log}");
}

#[test]
#[ignore = "long: it waits for half a minute"]
fn it_is_tried_again_by_itself() {
    let sink = Sink::new(Mood::Says("RCPT", "451 later"));
    let town = town(&sink);
    invite(&town.server, &town.root.key);
    eventually(SOON, "it was tried", || {
        queue(&town.house).first().is_some_and(|message| !message["last_error"].is_null()).then_some(())
    });
    sink.becomes(Mood::Friendly);
    let (time, _) = timed(|| sink.await_mails(1, Duration::from_secs(45)));
    assert!(time > Duration::from_secs(25), "it took only {time:?}");
}

/// Each thing that goes wrong for now: the message waits, with the reason, and arrives when it is over.
#[test]
fn what_is_not_taken_now_waits_and_arrives() {
    for (mood, reason) in [
        (
            Mood::Says("RCPT", "451 4.7.1 come back later"),
            "naming the recipient: transient error (451): 4.7.1 come back later",
        ),
        (Mood::Says("CONNECT", "554 no service"), "connecting: permanent error (554): no service"),
        (Mood::Says("MAIL", "550 5.7.1 not from you"), "naming the sender: permanent error (550): 5.7.1 not from you"),
        (Mood::Says("RCPT", "554 5.7.1 relay access denied"), "naming the recipient: permanent error (554)"),
        (Mood::Says("DATA", "452 no room"), "offering the text: transient error (452): no room"),
        (Mood::Says(".", "451 no room"), "sending the text: transient error (451): no room"),
        (Mood::Says(".", "354 go on"), "sending the text: the server says 354 go on"),
        (Mood::Away, "connecting: "),
        (Mood::Silent, "speaking to the server: the server takes too long"),
        (Mood::HangsUpInText, "sending the text: "),
        (Mood::HangsUpAfterText, "sending the text: "),
    ] {
        let sink = Sink::new(mood);
        let town = town(&sink);
        let (_, address) = invite(&town.server, &town.root.key);
        let message = eventually(SOON, "it was tried", || {
            queue(&town.house).pop().filter(|message| !message["last_error"].is_null())
        });
        assert_eq!((&message["state"], &message["attempts"]), (&"waiting".into(), &1.into()), "{mood:?}: {message}");
        assert!(message["last_error"].as_str().unwrap().starts_with(reason), "{mood:?}: {message}");
        sink.becomes(Mood::Friendly);
        town.cli(&["mail", "retry", message["message_id"].as_str().unwrap()]).done();
        let already = usize::from(mood == Mood::HangsUpAfterText);
        let received = sink.await_mails(1 + already, SOON);
        eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
        assert!(received.iter().all(|mail| mail.to == [address.as_str()] && mail.id() == received[0].id()));
        if let [first, second] = &received[..] {
            assert_ne!(first.token(), second.token(), "each attempt has a token of its own");
        }
        assert!(!town.server.log().contains(&address), "no address is in the log");
    }
}

/// A mailbox that is not there, or a text that nobody wants: given up at once, told, and sent only when the operator says so.
#[test]
fn what_is_refused_for_good_is_given_up() {
    for (mood, reason) in [
        (
            Mood::Says("RCPT", "550 5.1.1 <somebody@example.com>: no such user"),
            "naming the recipient: permanent error (550)",
        ),
        (Mood::Says("RCPT", "556 5.1.10 takes no mail"), "naming the recipient: permanent error (556)"),
        (Mood::Says(".", "554 5.6.0 spam"), "sending the text: permanent error (554): 5.6.0 spam"),
    ] {
        let sink = Sink::new(mood);
        let town = town(&sink);
        let (user, _) = invite(&town.server, &town.root.key);
        let message = eventually(SOON, "it is given up", || {
            queue(&town.house).pop().filter(|message| message["state"] == "abandoned")
        });
        assert!(message["last_error"].as_str().unwrap().starts_with(reason), "{message}");
        assert_eq!((&message["next_attempt"], &message["user_id"]), (&serde_json::Value::Null, &user.into()));
        eventually(SOON, "the metric says so", || (town.server.metric("diglot_mail_abandoned") == 1).then_some(()));
        let log = town.server.log();
        assert_eq!(log.matches("a message was given up").count(), 1, "{log}");
        assert!(!log.contains("somebody@example.com"), "{log}");
        let id = message["message_id"].as_str().unwrap();
        let text = town.cli(&["mail", "queue"]).done().out;
        assert!(text.contains(id) && text.contains("abandoned") && text.contains(reason), "{text}");
        sink.becomes(Mood::Friendly);
        thread::sleep(Duration::from_millis(1_500));
        assert!(sink.received().is_empty(), "not by itself");
        town.cli(&["mail", "retry", id]).done();
        sink.await_mails(1, SOON);
        eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
        town.cli(&["mail", "retry", id]).refused().naming(id);
    }
}

#[test]
fn an_address_that_the_server_cannot_take_is_given_up_with_the_reason() {
    let sink = Sink::new(Mood::Friendly);
    let town = town(&sink);
    let body = serde_json::json!({"email": "ünï@example.com", "name": "U", "role": "user"});
    town.maisa().create(body).expect(201);
    let message = eventually(SOON, "it is given up", || {
        queue(&town.house).pop().filter(|message| message["state"] == "abandoned")
    });
    assert!(message["last_error"].as_str().unwrap().contains("SMTPUTF8"), "{message}");
    let body = serde_json::json!({"email": "u@bücher.example.com", "name": "U", "role": "user"});
    town.maisa().create(body).expect(201);
    assert_eq!(sink.await_mails(1, SOON)[0].to, ["u@xn--bcher-kva.example.com"]);
}

/// While the mail server is away, one message is tried now and then, however many wait.
#[test]
fn a_mail_server_that_is_away_is_left_alone() {
    let sink = Sink::new(Mood::Away);
    let town = town(&sink);
    for _ in 0..40 {
        invite(&town.server, &town.root.key);
    }
    thread::sleep(Duration::from_secs(6));
    let connections = sink.connections();
    assert!((2..=9).contains(&connections), "{connections} connections");
    assert_eq!(town.server.log().matches("no mail can be sent now").count(), 1);
    sink.becomes(Mood::Friendly);
    let messages = queue(&town.house);
    let begun = messages.iter().filter(|message| message["next_attempt"] != message["created_at"]);
    let begun = begun.filter(|message| message["state"] == "waiting").count();
    assert_eq!(begun, 1, "the others lose nothing of their day: {messages:?}");
    assert!(
        messages.iter().filter(|message| !message["last_error"].is_null()).count() > 1,
        "and it is told why they wait"
    );
    // That one waits for its half minute.
    sink.await_mails(39, Duration::from_secs(20));
}

/// Stopped while a mail server says nothing, a process leaves soon, and gives back what it holds.
#[test]
fn who_stops_gives_back_what_it_holds() {
    let sink = Sink::new(Mood::Silent);
    let mut house = super::house(sink.address);
    house.set("mail.timeout", "60s");
    let town = crate::harness::Town::in_house(house);
    invite(&town.server, &town.root.key);
    eventually(SOON, "it is being sent", || {
        queue(&town.house).first().is_some_and(|message| message["state"] == "being sent").then_some(())
    });
    let refused = town.cli(&["mail", "retry", queue(&town.house)[0]["message_id"].as_str().unwrap()]).refused();
    refused.naming("is being sent");
    let crate::harness::Town { server, house, .. } = town;
    let (time, ()) = timed(|| server.stop());
    assert!(time < Duration::from_secs(8), "it took {time:?}");
    assert_eq!(queue(&house)[0]["state"], "waiting");
    sink.becomes(Mood::Friendly);
    let _server = house.serve();
    sink.await_mails(1, SOON);
}

/// Stopped in the middle of a mail, it finishes it.
#[test]
fn what_is_being_taken_is_finished_before_the_end() {
    let sink = Sink::new(Mood::Slow(Duration::from_millis(800)));
    let town = town(&sink);
    invite(&town.server, &town.root.key);
    sink.await_mails(1, SOON);
    let crate::harness::Town { server, house, .. } = town;
    server.stop();
    assert!(queue(&house).is_empty(), "it is noted");
    let _server = house.serve();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(sink.received().len(), 1, "and not sent again");
}

/// Who is deleted gets no mail any more, and whoever may not use a link gets none.
#[test]
fn mail_follows_its_user() {
    let sink = Sink::new(Mood::Says("RCPT", "451 later"));
    let town = town(&sink);
    let (deleted, _) = invite(&town.server, &town.root.key);
    let (suspended, _) = invite(&town.server, &town.root.key);
    eventually(SOON, "both were tried", || {
        queue(&town.house).iter().all(|message| !message["last_error"].is_null()).then_some(())
    });
    town.maisa().delete(&deleted).expect(204);
    town.maisa().update(&suspended, serde_json::json!({"status": "suspended"})).expect(200);
    assert!(queue(&town.house).is_empty(), "nothing is left to be sent");
    sink.becomes(Mood::Friendly);
    let (_, address) = invite(&town.server, &town.root.key);
    assert_eq!(sink.await_mails(1, SOON)[0].to, [address]);
    town.maisa().update(&suspended, serde_json::json!({"status": "active"})).expect(200);
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(sink.received().len(), 1, "and nothing comes back");
}
