//! What waits, who holds it, and for how long.

use std::sync::Arc;

use chrono::TimeDelta;

use super::house::{House, new_user};
use crate::outbox::{Delivery, MessageKind, OutboxMessage};
use crate::ports::{Reads, Store};
use crate::token::Purpose;
use crate::user::{Status, User};
use crate::{Fate, Letter, NewUser, Setback, Timestamp};

const LEASE: TimeDelta = TimeDelta::seconds(90);

/// A house in which time stands still, with a user who is invited.
fn house() -> (House, User) {
    let house = House::new();
    house.environment.clock.step_by(0);
    let user = house.create(&house.admin, NewUser { invite: true, ..new_user("ada") }).unwrap();
    (house, user)
}

fn pass(house: &House, span: TimeDelta) {
    house.environment.clock.advance(span.num_microseconds().unwrap());
}

fn take(house: &House) -> Option<Letter> {
    let mut taken = house.users.take_mail(10, LEASE).unwrap();
    assert!(taken.letters.len() <= 1 && taken.abandoned.is_empty(), "{taken:?}");
    taken.letters.pop()
}

fn fail(house: &House, letter: &Letter, is_final: bool) -> Fate {
    house.users.mail_failed(&letter.held, Setback { reason: "no".to_owned(), is_final }).unwrap()
}

fn only(house: &House) -> OutboxMessage {
    let [message] = &house.operator.mail_queue(None, 500).unwrap()[..] else { panic!("one message") };
    message.clone()
}

fn change(house: &House, user: &User, change: impl Fn(&mut User) + Send + Sync + 'static) {
    let (id, change) = (user.id.clone(), Arc::new(change));
    let changed = house.store.write(move |tx| {
        let mut user = tx.user(&id)?.unwrap();
        change(&mut user);
        tx.update_user(&user)
    });
    changed.unwrap();
}

#[test]
fn an_invitation_is_taken_once_and_gone_when_it_was_sent() {
    let (house, user) = house();
    assert!(house.users.has_mail().unwrap());
    let letter = take(&house).unwrap();
    assert_eq!((letter.kind, &letter.user, &letter.to), (MessageKind::Activation, &user.id, &user.email));
    assert_eq!(letter.name, user.shown_name());
    assert!(take(&house).is_none() && !house.users.has_mail().unwrap(), "it is held");
    assert!(house.users.mail_sent(&letter.held).unwrap());
    assert!(house.operator.mail_queue(None, 500).unwrap().is_empty());
    assert!(!house.users.mail_sent(&letter.held).unwrap(), "it was already");
}

#[test]
fn what_is_not_heard_of_is_sent_again_and_both_links_work() {
    let (house, user) = house();
    let first = take(&house).unwrap();
    pass(&house, LEASE - TimeDelta::microseconds(1));
    assert!(take(&house).is_none());
    pass(&house, TimeDelta::microseconds(1));
    let second = take(&house).unwrap();
    assert_eq!((&first.held.id, second.held.attempt), (&second.held.id, 2));
    assert_ne!(first.token, second.token);
    for letter in [&first, &second] {
        let token = house.store.read(|reads| reads.token(&letter.token.hash())).unwrap().unwrap();
        assert_eq!((&token.user, token.purpose, &token.message), (&user.id, Purpose::Activation, &first.held.id));
        assert_eq!(token.email_key, user.email.key());
        assert_eq!(token.expires_at, token.created_at.after(TimeDelta::hours(72)));
    }
    assert!(!house.users.mail_sent(&first.held).unwrap(), "who comes too late holds nothing");
    assert_eq!(fail(&house, &first, false), Fate::NotHeld);
    house.users.mail_released(&first.held, None).unwrap();
    assert!(take(&house).is_none());
    assert!(house.users.mail_sent(&second.held).unwrap());
}

#[test]
fn it_is_tried_for_a_day_at_growing_intervals() {
    let (house, _) = house();
    let start = only(&house).created_at;
    let mut minutes = Vec::new();
    loop {
        let letter = take(&house).unwrap();
        match fail(&house, &letter, false) {
            Fate::Again(at) => {
                assert_eq!(only(&house).delivery.due_at, at);
                pass(&house, at.utc() - only(&house).created_at.utc() - passed(&house, start));
                minutes.push((passed(&house, start).num_seconds() as f64) / 60.0);
            }
            Fate::Abandoned => break,
            Fate::NotHeld => panic!("it is held"),
        }
    }
    assert_eq!(minutes[..9], [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 124.0]);
    assert_eq!(minutes.last(), Some(&(24.0 * 60.0)), "the last time is when the day is over");
    assert_eq!(minutes.len(), 31);
    let message = only(&house);
    assert_eq!(message.delivery.abandoned_at, Some(start.after(TimeDelta::hours(24))));
    assert_eq!((message.delivery.attempts, message.delivery.last_error.as_deref()), (32, Some("no")));
    assert!(!house.users.has_mail().unwrap());
    let backlog = house.users.mail_backlog().unwrap();
    assert_eq!((backlog.waiting, backlog.abandoned), (0, 1));
}

fn passed(house: &House, start: Timestamp) -> TimeDelta {
    use crate::ports::Clock;
    house.environment.clock.now().utc() - start.utc()
}

#[test]
fn a_day_begins_with_the_first_attempt() {
    let (house, _) = house();
    pass(&house, TimeDelta::days(7));
    let letter = take(&house).unwrap();
    assert!(matches!(fail(&house, &letter, false), Fate::Again(_)), "it waited, but nobody tried");
}

#[test]
fn what_would_fail_again_is_given_up_until_the_operator_asks() {
    let (house, _) = house();
    let letter = take(&house).unwrap();
    assert_eq!(fail(&house, &letter, true), Fate::Abandoned);
    pass(&house, TimeDelta::days(2));
    assert!(take(&house).is_none());
    let retried = house.operator.retry_mail(letter.held.id.as_str()).unwrap();
    assert_eq!((retried.delivery.abandoned_at, retried.delivery.attempts), (None, 1));
    let again = take(&house).unwrap();
    assert_eq!((&again.held.id, again.held.attempt), (&letter.held.id, 2));
    let refused = house.operator.retry_mail(letter.held.id.as_str()).unwrap_err();
    assert!(refused.to_string().contains("is being sent"), "{refused}");
    assert!(matches!(fail(&house, &again, false), Fate::Again(_)), "a day begins anew");
    assert!(take(&house).is_none());
    assert_eq!(house.operator.retry_all_mail(), Ok(1), "what waits is sent at once, too");
    let again = take(&house).unwrap();
    assert_eq!(house.operator.retry_all_mail(), Ok(0), "but not what is being sent");
    assert_eq!(fail(&house, &again, true), Fate::Abandoned);
    assert_eq!(house.operator.retry_all_mail(), Ok(1));
    house.users.mail_sent(&take(&house).unwrap().held).unwrap();
    for gone in [letter.held.id.as_str(), "no id"] {
        let refused = house.operator.retry_mail(gone).unwrap_err();
        assert!(refused.to_string().contains(gone), "{refused}");
    }
}

#[test]
fn what_is_given_back_can_be_taken_at_once() {
    let (house, _) = house();
    let letter = take(&house).unwrap();
    let before = only(&house).delivery;
    house.users.mail_released(&letter.held, Some("later".to_owned())).unwrap();
    assert_eq!(only(&house).delivery.last_error.as_deref(), Some("later"));
    let letter = take(&house).unwrap();
    assert_eq!(letter.held.attempt, 2);
    assert_eq!(before.tried_since, only(&house).delivery.tried_since);
    house.users.mail_released(&letter.held, None).unwrap();
    assert_eq!(only(&house).delivery.last_error.as_deref(), Some("later"), "nothing new");
    assert_eq!((only(&house).delivery.tried_since, only(&house).delivery.due_at), (None, only(&house).created_at));
    pass(&house, TimeDelta::days(2));
    let letter = take(&house).unwrap();
    assert!(matches!(fail(&house, &letter, false), Fate::Again(_)), "its day begins with the first true attempt");
}

#[test]
fn while_nobody_tries_its_day_stands_still() {
    let (house, _) = house();
    let letter = take(&house).unwrap();
    let Fate::Again(due) = fail(&house, &letter, false) else { panic!("a day has begun") };
    let start = only(&house).created_at;
    pass(&house, TimeDelta::days(3));
    let letter = take(&house).unwrap();
    assert_eq!(only(&house).delivery.tried_since, Some(start.after(TimeDelta::days(3) - due.since(start))));
    let Fate::Again(again) = fail(&house, &letter, false) else { panic!("mail was off, and it is given up") };
    assert_eq!(again.since(start), TimeDelta::days(3) + TimeDelta::seconds(30), "as long as it was tried");
    pass(&house, LEASE);
    let letter = take(&house).unwrap();
    house.users.mail_released(&letter.held, None).unwrap();
    assert_eq!(take(&house).unwrap().held.tried_since, Some(start.after(TimeDelta::days(3) - due.since(start))));
}

/// As many as there are, so many at a time; and whatever waits for its turn keeps its place.
#[test]
fn all_are_tried_anew_but_those_that_are_due() {
    const MANY: usize = 1_203;
    let (house, user) = house();
    let at = only(&house).created_at;
    let random = house.environment.ports().randomness;
    let messages: Vec<OutboxMessage> = (0..MANY)
        .map(|n| {
            let message = OutboxMessage::new(random.uuid().into(), user.id.clone(), MessageKind::Password, at);
            let given_up = (n % 3 == 0).then_some(at);
            let due_at = if n % 3 == 1 { at.after(TimeDelta::hours(1)) } else { at };
            let delivery = Delivery { due_at, abandoned_at: given_up, tried_since: Some(at), ..message.delivery };
            OutboxMessage { delivery, ..message }
        })
        .collect();
    let enqueued = messages.clone();
    house.store.write(move |tx| enqueued.iter().try_for_each(|message| tx.enqueue(message))).unwrap();
    pass(&house, TimeDelta::seconds(1));
    assert_eq!(house.operator.retry_all_mail(), Ok(MANY * 2 / 3));
    for (n, before) in messages.iter().enumerate() {
        let after = house.store.read(|reads| reads.message(&before.id)).unwrap().unwrap();
        assert_eq!(n % 3 == 2, after == *before, "{n}");
        assert_eq!(after.delivery.abandoned_at, None);
        assert!(after.delivery.due_at <= at.after(TimeDelta::seconds(1)));
    }
    assert_eq!(house.operator.retry_all_mail(), Ok(0), "all are due");
}

#[test]
fn who_may_not_use_a_link_gets_none() {
    for status in [Status::Inactive, Status::Suspended] {
        let (house, user) = house();
        change(&house, &user, move |user| user.status = status);
        let taken = house.users.take_mail(10, LEASE).unwrap();
        assert_eq!((taken.letters.len(), taken.abandoned.len()), (0, 1));
        assert!(only(&house).delivery.last_error.unwrap().contains(status.as_str()));
        assert!(take(&house).is_none());
    }
}

#[test]
fn a_new_message_ends_earlier_ones() {
    let (house, user) = house();
    let first = take(&house).unwrap();
    let now = only(&house).created_at;
    let (new, id) = (house.environment.ports().randomness.uuid().into(), user.id.clone());
    let new = OutboxMessage::new(new, id, MessageKind::Activation, now);
    house.store.write(move |tx| new.ask_anew(tx)).unwrap();
    assert!(!house.users.mail_sent(&first.held).unwrap());
    let second = take(&house).unwrap();
    assert_ne!(first.held.id, second.held.id);
    let found = |letter: &Letter| house.store.read(|reads| reads.token(&letter.token.hash())).unwrap();
    assert!(found(&first).is_none() && found(&second).is_some());
}

#[test]
fn tokens_that_have_expired_go_with_the_next_ones() {
    let (house, _) = house();
    let first = take(&house).unwrap();
    let found = |reads: &mut dyn Reads| reads.token(&first.token.hash());
    pass(&house, TimeDelta::hours(72) - TimeDelta::microseconds(1));
    take(&house).unwrap();
    assert!(house.store.read(found).unwrap().is_some());
    pass(&house, LEASE);
    take(&house).unwrap();
    assert!(house.store.read(found).unwrap().is_none());
}
