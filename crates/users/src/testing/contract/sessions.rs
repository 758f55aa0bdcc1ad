//! Signing in.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use super::fixtures::*;
use super::keys::key;
use crate::attempts::{self, Subject};
use crate::audit::{Act, Actor, Occasion};
use crate::error::UserError;
use crate::key::{Key, KeyId, KeyReach};
use crate::password::PasswordHash;
use crate::ports::{Credentials, Login, Randomness, Store};
use crate::rate::Rate;
use crate::service::{end_session, end_sessions};
use crate::testing::CountedRandomness;
use crate::user::{Status, User};

fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

/// Both lead to the same account; without a password there is none.
pub fn credentials_are_found_by_either_name(store: &impl Store) {
    let (one, other) = (user(1), User { status: Status::Suspended, ..user(2) });
    let one = User { default_workspace: Some(workspace_id(1)), ..one };
    add_workspace(store, 1, &[]);
    let added = store.write(move |tx| {
        tx.insert_user(&one, Some(&hash("$2b$04$one")))?;
        tx.insert_user(&other, None)
    });
    added.expect("added");
    let found = |login: Login<'_>| store.read(|reads| reads.credentials(login)).expect("a look");
    let (password, home) = (Some(hash("$2b$04$one")), Some(workspace_id(1)));
    let one = Credentials { user: user_id(1), status: Status::Active, password, home };
    let other = Credentials { user: user_id(2), status: Status::Suspended, password: None, home: None };
    assert_eq!(found(Login::Email(user(1).email.key())), Some(one.clone()));
    assert_eq!(found(Login::Username(&user(1).username.key())), Some(one));
    assert_eq!(found(Login::Username(&user(2).username.key())), Some(other));
    assert_eq!(found(Login::Username(user(1).email.key())), None, "an address is no username");
    assert_eq!(found(Login::Email("")), None);
    let hashes = [1, 2, 3].map(|n| store.read(|reads| reads.password_hash(&user_id(n))));
    assert_eq!(hashes, [Ok(Some(hash("$2b$04$one"))), Ok(None), Ok(None)]);
    store.write(|tx| tx.set_password(&user_id(1), &hash("$2b$04$new"))).expect("set");
    assert_eq!(store.read(|reads| reads.password_hash(&user_id(1))), Ok(Some(hash("$2b$04$new"))));
}

fn session(id: &str, owner: u32, end: i64) -> Key {
    Key { session: true, expires_at: Some(at(end)), ..key(id, KeyReach::Owner, Some(user_id(owner))) }
}

fn id(text: &str) -> KeyId {
    KeyId::from_stored(text.to_owned())
}

fn add_keys(store: &impl Store, keys: Vec<Key>) {
    store.write(move |tx| keys.iter().try_for_each(|key| tx.insert_key(key))).expect("keys are added");
}

/// None of another user, no other key, not the one that is excepted; one that was ended before, or is over, stays as it was.
pub fn an_end_of_sessions_ends_those_of_the_user(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let ended = Key { revoked_at: Some(at(1)), ..session("ended", 1, 9) };
    let over = session("over", 1, 5);
    let keys = vec![
        session("a", 1, 9),
        session("b", 1, 9),
        session("c", 1, 9),
        ended,
        over.clone(),
        session("other", 2, 9),
        key("key", KeyReach::Owner, Some(user_id(1))),
    ];
    add_keys(store, keys);
    let end = |except: Option<&str>, micros| {
        let except = except.map(id);
        let mut ended =
            store.write(move |tx| tx.end_sessions(&user_id(1), except.as_ref(), at(micros))).expect("ended");
        ended.sort();
        ended
    };
    assert_eq!(end(Some("b"), 5), [id("a"), id("c")]);
    assert_eq!(end(None, 6), [id("b")]);
    assert_eq!(end(None, 7), Vec::<KeyId>::new());
    let revoked = |name: &str| store.read(|reads| reads.key(&id(name))).expect("a look").expect("a key").revoked_at;
    assert_eq!(["a", "b", "c", "ended"].map(revoked), [Some(at(5)), Some(at(6)), Some(at(5)), Some(at(1))]);
    assert_eq!(["other", "key", "over"].map(revoked), [None, None, None]);
    assert_eq!(store.read(|reads| reads.key(&over.id)), Ok(Some(over)));
}

/// Many more than a statement can name.
pub fn however_many_sessions_there_are_they_end(store: &impl Store) {
    const SESSIONS: usize = 40_000;
    add(store, [user(1)]);
    add_keys(store, (0..SESSIONS).map(|n| session(&n.to_string(), 1, 9)).collect());
    let end = || store.write(|tx| tx.end_sessions(&user_id(1), None, at(5))).expect("ended").len();
    assert_eq!([end(), end()], [SESSIONS, 0]);
}

/// By its owner and by a new password, at the same moment.
pub fn a_session_that_many_end_at_once_is_told_once(store: &impl Store) {
    const SESSIONS: usize = 12;
    const ENDERS: usize = 4;
    add(store, [user(1)]);
    let sessions: Vec<Key> = (0..SESSIONS).map(|n| session(&n.to_string(), 1, 9)).collect();
    add_keys(store, sessions.clone());
    let start = Barrier::new(ENDERS + 1);
    let randomness: Arc<dyn Randomness> = Arc::new(CountedRandomness::default());
    let (actor, occasion) = (Actor::Operator, Occasion::default());
    let act = Act { at: at(5), actor, occasion, randomness };
    thread::scope(|scope| {
        for _ in 0..ENDERS {
            scope.spawn(|| {
                start.wait();
                for key in &sessions {
                    let (id, act) = (key.id.clone(), act.clone());
                    match store.write(move |tx| end_session(tx, &id, &act)) {
                        Ok(()) | Err(UserError::Unauthenticated) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
        start.wait();
        let act = act.clone();
        // Somewhere in the midst of the others.
        thread::sleep(Duration::from_millis(3));
        store.write(move |tx| end_sessions(tx, &user(1), None, &act)).expect("ended");
    });
    let told = store.read(|reads| reads.events(None, None, 1_000)).expect("a look");
    let mut told: Vec<KeyId> = told.into_iter().filter_map(|event| event.key).collect();
    let mut ids: Vec<KeyId> = sessions.into_iter().map(|key| key.id).collect();
    told.sort();
    ids.sort();
    assert_eq!(told, ids);
}

/// And by id where that is the same; a page goes on behind the one before, whether or not the last of it is there any more.
pub fn sessions_come_by_their_end(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let other = key("key", KeyReach::Owner, Some(user_id(1)));
    let service = key("service", KeyReach::Installation, None);
    let over = Key { revoked_at: Some(at(1)), ..session("d", 2, 2) };
    add_keys(store, vec![session("c", 1, 1), session("a", 1, 3), session("b", 2, 2), over, other.clone(), service]);
    let page = |after: Option<(i64, &str)>, limit| {
        let after = after.map(|(end, name)| (at(end), id(name)));
        let page = store.read(|reads| reads.sessions(after.as_ref(), limit)).expect("a look");
        page.iter().map(|key| key.id.to_string()).collect::<String>()
    };
    assert_eq!([page(None, 9), page(None, 2), page(None, 0)], ["cbda", "cb", ""]);
    let behind = [(1, "c"), (2, "b"), (2, "c"), (2, "d"), (3, "a")];
    assert_eq!(behind.map(|place| page(Some(place), 2)), ["bd", "da", "da", "a", ""]);
    let ids = ["a", "b", "service", "nobody", "key"].map(id);
    let mut owners = store.read(|reads| reads.owners(&ids)).expect("a look");
    owners.sort();
    assert_eq!(owners, [(id("a"), user_id(1)), (id("b"), user_id(2)), (other.id, user_id(1))]);
}

/// A few at a time; no other key, however long ago it ended.
pub fn ended_sessions_go_from_the_first_to_end_on(store: &impl Store) {
    add(store, [user(1)]);
    let old = Key { expires_at: Some(at(0)), ..key("key", KeyReach::Owner, Some(user_id(1))) };
    add_keys(store, vec![session("c", 1, 3), session("a", 1, 1), session("d", 1, 4), session("b", 1, 2), old]);
    let left = |before, limit| {
        let removed = store.write(move |tx| tx.remove_ended_sessions(at(before), limit)).expect("removed");
        let keys = store.read(|reads| Ok([reads.sessions(None, 9)?, reads.keys()?].concat())).expect("a look");
        let mut ids: Vec<String> = keys.iter().map(|key| key.id.to_string()).collect();
        ids.sort();
        (removed, ids.join(" "))
    };
    assert_eq!(left(4, 2), (2, "c d key".to_owned()));
    assert_eq!(left(4, 2), (1, "d key".to_owned()));
    assert_eq!(left(4, 2), (0, "d key".to_owned()));
}

fn subject(name: &str) -> Subject {
    Subject::unknown(name)
}

/// Of each subject its own.
pub fn arrivals_are_kept_replaced_and_forgotten(store: &impl Store) {
    let arrival = |name: &'static str| store.write(move |tx| tx.arrival(&subject(name))).expect("a look");
    let set = |name: &'static str, to: Option<i64>| {
        store.write(move |tx| tx.set_arrival(&subject(name), to.map(at))).expect("set");
    };
    assert_eq!(arrival("a"), None);
    set("a", Some(1));
    set("b", Some(-2));
    assert_eq!((arrival("a"), arrival("b")), (Some(at(1)), Some(at(-2))));
    set("a", Some(3));
    assert_eq!((arrival("a"), arrival("b")), (Some(at(3)), Some(at(-2))));
    set("a", None);
    set("a", None);
    assert_eq!((arrival("a"), arrival("b")), (None, Some(at(-2))));
}

/// A few at a time.
pub fn old_arrivals_go_from_the_earliest_on(store: &impl Store) {
    let names = ["c", "a", "d", "b"];
    let set = store.write(move |tx| {
        names.iter().zip([3, 1, 4, 2]).try_for_each(|(name, n)| tx.set_arrival(&subject(name), Some(at(n))))
    });
    set.expect("set");
    let left = || {
        let removed = store.write(|tx| tx.remove_arrivals(at(4), 2)).expect("removed");
        let there = |name: &&str| {
            let name = subject(name);
            store.write(move |tx| tx.arrival(&name)).expect("a look").is_some()
        };
        (removed, ["a", "b", "c", "d"].iter().filter(|name| there(name)).copied().collect::<String>())
    };
    assert_eq!([left(), left(), left()], [(2, "cd".to_owned()), (1, "d".to_owned()), (0, "d".to_owned())]);
}

/// By whichever name, and with nobody else.
pub fn what_was_tried_at_an_account_goes_with_it(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let subjects = |n: u32| {
        let (email, username) = (user(n).email, user(n).username.key());
        let (unknown, named) = (Subject::unknown_email(email.key()), Subject::unknown_username(&username));
        [Subject::account(&user_id(n)), unknown, named, Subject::mail(&email)]
    };
    let set = store.write(move |tx| {
        [1, 2].iter().flat_map(|n| subjects(*n)).try_for_each(|subject| tx.set_arrival(&subject, Some(at(1))))
    });
    set.expect("set");
    delete(store, 1);
    let there = |subject: Subject| store.write(move |tx| tx.arrival(&subject)).expect("a look").is_some();
    assert_eq!([1, 2].map(|n| subjects(n).map(there)), [[false; 4], [true; 4]]);
}

/// However they come, and in whatever order they name whom they are counted to.
pub fn of_many_who_try_at_once_as_many_as_may_do(store: &impl Store) {
    const WRITERS: usize = 8;
    const TRIES: usize = 5;
    let (one, other) = ((subject("one"), Rate::parse("12/h")), (subject("other"), Rate::parse("99/h")));
    let allowed: usize = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                let both = if n % 2 == 0 { [one.clone(), other.clone()] } else { [other.clone(), one.clone()] };
                scope.spawn(move || {
                    let tries = (0..TRIES).filter(|_| {
                        let both = both.clone();
                        store.write(move |tx| attempts::count(tx, &both, at(0))).expect("counted").is_ok()
                    });
                    tries.count()
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).sum()
    });
    assert_eq!(allowed, 12);
}
