//! Messages and tokens.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::fixtures::*;
use crate::error::Result;
use crate::id::MessageId;
use crate::outbox::{Backlog, Delivery, MessageKind, OutboxMessage};
use crate::ports::Store;
use crate::token::{IssuedToken, Purpose, Token, TokenHash};

fn message_id(n: u32) -> MessageId {
    MessageId::parse(&format!("{n:08x}-0000-7000-a000-000000000000")).expect("an id")
}

/// A message that was asked for at its number, to that user.
pub(super) fn message(n: u32, user: u32, kind: MessageKind) -> OutboxMessage {
    OutboxMessage::new(message_id(n), user_id(user), kind, at(n.into()))
}

fn hash(n: u32) -> TokenHash {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    Token::from_random(&bytes).hash()
}

/// A token of that user, which was made at its number.
pub(super) fn token(n: u32, user: u32) -> IssuedToken {
    IssuedToken {
        hash: hash(n),
        user: user_id(user),
        purpose: Purpose::Activation,
        email_key: format!("user{user}@example.com"),
        message: message_id(n),
        created_at: at(n.into()),
        expires_at: at(i64::from(n) + 10),
    }
}

fn enqueue(store: &impl Store, messages: impl IntoIterator<Item = OutboxMessage>) {
    let messages: Vec<OutboxMessage> = messages.into_iter().collect();
    store.write(move |tx| messages.iter().try_for_each(|message| tx.enqueue(message))).expect("enqueued");
}

fn issue(store: &impl Store, tokens: impl IntoIterator<Item = IssuedToken>) -> Result<()> {
    let tokens: Vec<IssuedToken> = tokens.into_iter().collect();
    store.write(move |tx| tokens.iter().try_for_each(|token| tx.insert_token(token)))
}

/// The numbers of those that are there.
fn left(store: &impl Store, numbers: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let is_there = |n: &u32| store.read(|reads| reads.token(&hash(*n))).expect("a look").is_some();
    numbers.into_iter().filter(is_there).collect()
}

fn abandoned(message: OutboxMessage) -> OutboxMessage {
    let delivery = Delivery { abandoned_at: Some(at(5)), ..message.delivery };
    OutboxMessage { delivery, ..message }
}

/// Whatever it says.
pub fn every_field_of_a_message_comes_back(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let tried = Delivery {
        attempts: 7,
        due_at: at(-3),
        leased_until: Some(at(4)),
        tried_since: Some(at(-9)),
        last_error: Some("451 später, \u{1f980}".to_owned()),
        abandoned_at: Some(at(6)),
    };
    let tried = OutboxMessage { delivery: tried, ..message(1, 2, MessageKind::Password) };
    enqueue(store, [message(2, 1, MessageKind::Activation), tried.clone()]);
    assert_eq!(store.read(|reads| reads.message(&message_id(1))), Ok(Some(tried.clone())));
    assert_eq!(store.read(|reads| reads.message(&message_id(3))), Ok(None));
    let expected = vec![tried, message(2, 1, MessageKind::Activation)];
    assert_eq!(store.read(|reads| reads.messages(None, 500)), Ok(expected), "by id");
    let ids = |after: Option<u32>, limit| {
        let after = after.map(message_id);
        let found = store.read(|reads| reads.messages(after.as_ref(), limit)).expect("a look");
        found.into_iter().map(|message| message.id).collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(None, 1), ids(Some(1), 1), ids(Some(2), 9)),
        (vec![message_id(1)], vec![message_id(2)], Vec::new())
    );
}

/// Those that are not given up, and no more of them than were asked for.
pub fn messages_are_due_from_the_earliest_on(store: &impl Store) {
    add(store, [user(1)]);
    let due = |now, limit| {
        let due = store.write(move |tx| tx.due_messages(at(now), limit)).expect("a look");
        due.into_iter().map(|message| message.id).collect::<Vec<_>>()
    };
    let next = || store.read(|reads| reads.next_due());
    assert_eq!((next(), due(100, 9)), (Ok(None), Vec::new()));
    let gone = abandoned(message(1, 1, MessageKind::Activation));
    enqueue(store, [4, 2, 5, 3].map(|n| message(n, 1, MessageKind::Activation)).into_iter().chain([gone]));
    assert_eq!(next(), Ok(Some(at(2))));
    assert_eq!(due(1, 9), Vec::new());
    assert_eq!(due(4, 9), [2, 3, 4].map(message_id));
    assert_eq!(due(100, 2), [2, 3].map(message_id));
    assert_eq!(due(100, 0), Vec::new());
    assert_eq!(store.read(|reads| reads.backlog()), Ok(Backlog { waiting: 4, abandoned: 1 }));
}

/// Whoever comes with another number of attempts changes nothing.
pub fn a_message_is_changed_by_who_holds_it(store: &impl Store) {
    add(store, [user(1)]);
    let first = message(1, 1, MessageKind::Activation);
    let delivery = Delivery { attempts: 1, due_at: at(9), leased_until: Some(at(9)), ..first.delivery.clone() };
    let second = OutboxMessage { delivery, ..first.clone() };
    enqueue(store, [first.clone(), message(2, 1, MessageKind::Activation)]);
    let update = |to: &OutboxMessage, attempts| {
        let to = to.clone();
        store.write(move |tx| tx.update_message(&to, attempts))
    };
    let delete = |attempts| store.write(move |tx| tx.delete_message(&message_id(1), attempts));
    let found = || store.read(|reads| reads.message(&message_id(1))).expect("a look");
    assert_eq!((update(&second, 1), found()), (Ok(false), Some(first.clone())));
    assert_eq!((update(&second, 0), found()), (Ok(true), Some(second.clone())));
    assert_eq!((delete(0), found()), (Ok(false), Some(second.clone())));
    assert_eq!((update(&first, 1), found()), (Ok(true), Some(first.clone())), "what is absent is made absent");
    assert_eq!((delete(0), found()), (Ok(true), None));
    assert_eq!((delete(0), update(&first, 0)), (Ok(false), Ok(false)));
    assert_eq!(store.read(|reads| reads.backlog()), Ok(Backlog { waiting: 1, abandoned: 0 }), "others stay");
}

/// Of its kind and to the same user.
pub fn a_new_message_takes_the_place_of_earlier_ones(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let of_password = IssuedToken { purpose: Purpose::Password, ..token(2, 1) };
    issue(store, [token(1, 1), of_password, token(3, 2)]).expect("issued");
    let other = [message(2, 1, MessageKind::Password), message(3, 2, MessageKind::Activation)];
    let earlier = [message(1, 1, MessageKind::Activation), abandoned(message(4, 1, MessageKind::Activation))];
    enqueue(store, earlier.into_iter().chain(other.clone()));
    let new = message(5, 1, MessageKind::Activation);
    let asked = new.clone();
    store.write(move |tx| asked.ask_anew(tx)).expect("asked");
    let expected: Vec<OutboxMessage> = other.into_iter().chain([new]).collect();
    assert_eq!(store.read(|reads| reads.messages(None, 500)), Ok(expected));
    assert_eq!(left(store, 1..=3), [2, 3]);
    let withdraw = |kind| store.write(move |tx| tx.withdraw_messages(&user_id(1), kind));
    for (kind, expected) in
        [(MessageKind::Activation, true), (MessageKind::Activation, false), (MessageKind::Password, true)]
    {
        assert_eq!(withdraw(kind), Ok(expected), "it is told whether there was one");
    }
}

/// Whatever it says; and it leads to a user, and is there once.
pub fn every_field_of_a_token_comes_back(store: &impl Store) {
    add(store, [user(1)]);
    let other = IssuedToken { purpose: Purpose::Password, email_key: "é@bücher.example".to_owned(), ..token(2, 1) };
    issue(store, [token(1, 1), other.clone()]).expect("issued");
    assert_eq!(store.read(|reads| reads.token(&hash(1))), Ok(Some(token(1, 1))));
    assert_eq!(store.read(|reads| reads.token(&hash(2))), Ok(Some(other)));
    assert_eq!(store.read(|reads| reads.token(&hash(3))), Ok(None));
    assert!(issue(store, [token(3, 9)]).is_err());
    assert!(issue(store, [token(1, 1)]).is_err());
}

/// And leave those of others.
pub fn tokens_go_with_the_user_or_for_a_purpose(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let of_password = |n, user| IssuedToken { purpose: Purpose::Password, ..token(n, user) };
    issue(store, [token(1, 1), of_password(2, 1), token(3, 1), token(4, 2), of_password(5, 2)]).expect("issued");
    store.write(|tx| tx.delete_tokens_for(&user_id(1), Purpose::Activation)).expect("deleted");
    assert_eq!(left(store, 1..=5), [2, 4, 5]);
    store.write(|tx| tx.delete_tokens_of(&user_id(2))).expect("deleted");
    assert_eq!(left(store, 1..=5), [2]);
}

/// No more of them than were asked for, and none that counts.
pub fn tokens_that_have_expired_go_from_the_earliest_on(store: &impl Store) {
    add(store, [user(1)]);
    issue(store, [4, 2, 6, 1, 3, 5].map(|n| token(n, 1))).expect("issued");
    let remove = |now, limit| store.write(move |tx| tx.remove_tokens(at(now), limit)).expect("removed");
    remove(10, 9);
    assert_eq!(left(store, 1..=6).len(), 6, "before its end a token counts");
    remove(14, 3);
    assert_eq!(left(store, 1..=6), [4, 5, 6]);
    remove(14, 3);
    assert_eq!(left(store, 1..=6), [5, 6]);
}

/// As the core does it: whoever finds a message due holds it from then on.
pub fn of_many_who_claim_each_message_goes_to_one(store: &impl Store) {
    const RACERS: usize = 8;
    add(store, (1..=40).map(user));
    enqueue(store, (1..=40).map(|n| message(n, n, MessageKind::Activation)));
    let start = Barrier::new(RACERS);
    let claim = || {
        store.write(|tx| {
            let due = tx.due_messages(at(100), 3)?;
            for message in &due {
                let attempts = message.delivery.attempts;
                let delivery = Delivery { attempts: attempts + 1, due_at: at(1_000), ..message.delivery.clone() };
                tx.update_message(&OutboxMessage { delivery, ..message.clone() }, attempts)?;
            }
            Ok(due.into_iter().map(|message| message.id).collect::<Vec<_>>())
        })
    };
    let claimed: Vec<MessageId> = thread::scope(|scope| {
        let race = || {
            start.wait();
            let mut claimed = Vec::new();
            while store.read(|reads| reads.next_due()).expect("a look").is_some_and(|due| due < at(1_000)) {
                claimed.extend(claim().expect("claimed"));
            }
            claimed
        };
        let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(race)).collect();
        racers.into_iter().flat_map(|racer| racer.join().expect("no panic")).collect()
    });
    assert_eq!(claimed.len(), 40, "each once: {claimed:?}");
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), (1..=40).map(message_id).collect());
}
