//! What keys call.

use std::collections::BTreeMap;
use std::thread;

use super::fixtures::*;
use super::keys::key;
use crate::key::{Key, KeyId, KeyReach};
use crate::ports::Store;
use crate::usage::{Day, Detail, DetailKind, Tally, Usage, Used};

fn id(name: &str) -> KeyId {
    KeyId::from_stored(name.to_owned())
}

fn add_keys(store: &impl Store, names: &[&str]) {
    let keys: Vec<Key> = names.iter().map(|name| key(name, KeyReach::Installation, None)).collect();
    store.write(move |tx| keys.iter().try_for_each(|key| tx.insert_key(key))).expect("added");
}

fn detail(kind: DetailKind, name: &str) -> Detail {
    Detail { kind, name: Some(name.to_owned()).filter(|name| !name.is_empty()) }
}

fn tally(calls: u64, last: i64, details: &[(DetailKind, &str, u64)]) -> Tally {
    let details = details.iter().map(|(kind, name, calls)| (detail(*kind, name), *calls)).collect();
    Tally { calls, errors: calls / 2, last_seen: at(last), details }
}

fn called(name: &str, day: i64, operation: &str, tally: Tally) -> Usage {
    Usage { key: id(name), day: Day::from_number(day), operation: operation.to_owned(), tally }
}

fn note(store: &impl Store, calls: &[Usage]) {
    let calls = calls.to_vec();
    let noted = store.write(move |tx| {
        let mut keys: Vec<KeyId> = calls.iter().map(|call| call.key.clone()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(tx.hold_keys(&keys)?, keys);
        tx.add_usage(&calls)
    });
    noted.expect("noted");
}

fn of(store: &impl Store, name: &str, since: i64) -> Vec<Usage> {
    store.read(|reads| reads.usage_of(&id(name), Day::from_number(since))).expect("a look")
}

fn total(name: &str, operation: &str, tally: Tally) -> Used {
    Used { key: id(name), operation: operation.to_owned(), tally }
}

fn totals(store: &impl Store, since: i64) -> Vec<Used> {
    store.read(|reads| reads.usage(Day::from_number(since))).expect("a look")
}

use DetailKind::{Agent, Field, Parameter};

/// By day and operation; together by operation. The last call is the latest, whenever it was noted.
pub fn calls_add_up(store: &impl Store) {
    add_keys(store, &["a", "b"]);
    let first = called("a", 5, "door.x", tally(3, 9, &[(Agent, "one é😀", 2), (Agent, "", 1), (Field, "n", 3)]));
    let second = called("a", 5, "door.x", tally(4, 7, &[(Agent, "one é😀", 4), (Field, "m", 1)]));
    let both = tally(7, 9, &[(Agent, "one é😀", 6), (Agent, "", 1), (Field, "n", 3), (Field, "m", 1)]);
    let both = Tally { errors: 1 + 2, ..both };
    let others = [
        called("a", 5, "door.y", tally(1, 1, &[])),
        called("a", 6, "door.x", tally(2, 20, &[(Agent, "one é😀", 1), (Parameter, "n", 2)])),
        called("b", 4, "door.x", tally(1, 0, &[(Agent, "two", 1)])),
    ];
    note(store, std::slice::from_ref(&first));
    note(store, &others);
    note(store, &[second]);
    let summed = called("a", 5, "door.x", both.clone());
    assert_eq!(of(store, "a", 0), [summed.clone(), others[0].clone(), others[1].clone()]);
    assert_eq!(of(store, "a", 6), [others[1].clone()]);
    assert_eq!(of(store, "b", 0), [others[2].clone()]);
    assert_eq!(of(store, "b", 5), []);
    let mut whole = both;
    whole.add(others[1].tally.clone());
    let y = total("a", "door.y", others[0].tally.clone());
    let b = total("b", "door.x", others[2].tally.clone());
    assert_eq!(totals(store, 0), [total("a", "door.x", whole.clone()), y.clone(), b]);
    assert_eq!(totals(store, 5), [total("a", "door.x", whole), y]);
    assert_eq!(totals(store, 7), []);
}

/// Those that have names, of the keys and days that were asked for.
pub fn clients_are_known_by_day(store: &impl Store) {
    add_keys(store, &["a", "b", "c"]);
    let agents = |names: &[&str]| {
        tally(1, 0, &names.iter().map(|name| (Agent, *name, 1)).chain([(Field, "field", 1)]).collect::<Vec<_>>())
    };
    note(
        store,
        &[
            called("a", 4, "door.x", agents(&["old"])),
            called("a", 5, "door.x", agents(&["one", ""])),
            called("a", 5, "door.y", agents(&["one", "two"])),
            called("a", 6, "door.y", agents(&["three"])),
            called("b", 5, "door.x", agents(&["four"])),
            called("c", 5, "door.x", agents(&["five"])),
        ],
    );
    let found = |keys: &[&str]| {
        let keys: Vec<KeyId> = keys.iter().map(|name| id(name)).collect();
        let mut found = store.read(|reads| reads.agents(&keys, Day::from_number(5))).expect("a look");
        found.sort();
        found.dedup();
        found
    };
    let agent = |name: &str, day, agent: &str| (id(name), Day::from_number(day), agent.to_owned());
    let of_a = [agent("a", 5, "one"), agent("a", 5, "two"), agent("a", 6, "three")];
    assert_eq!(found(&["a"]), of_a);
    assert_eq!(found(&["b", "a"]), [&of_a[..], &[agent("b", 5, "four")]].concat());
    assert_eq!(found(&[]), []);
}

/// And what they called is gone with them.
pub fn keys_are_held_that_are_there(store: &impl Store) {
    add(store, [user(1)]);
    let owned = key("b", KeyReach::Owner, Some(user_id(1)));
    add_keys(store, &["c", "a"]);
    store.write(move |tx| tx.insert_key(&owned)).expect("added");
    note(store, &["a", "b"].map(|name| called(name, 1, "door.x", tally(1, 1, &[(Agent, "one", 1)]))));
    let held = || store.write(|tx| tx.hold_keys(&["d", "b", "c", "a"].map(id)));
    assert_eq!(held(), Ok(["a", "b", "c"].map(id).to_vec()));
    delete(store, 1);
    assert_eq!(held(), Ok(["a", "c"].map(id).to_vec()));
    assert_eq!((of(store, "a", 0).len(), of(store, "b", 0).len(), totals(store, 0).len()), (1, 0, 1));
}

/// Whole days of a key, and no more of them than were asked for.
pub fn old_days_are_forgotten_from_the_oldest_on(store: &impl Store) {
    add_keys(store, &["a", "b"]);
    let day = |name, day| called(name, day, "door.x", tally(1, day, &[(Agent, "one", 1), (Parameter, "p", 1)]));
    note(store, &[day("b", 1), day("a", 2), called("a", 2, "door.y", tally(1, 2, &[])), day("b", 2), day("a", 3)]);
    let forget = |before, limit| store.write(move |tx| tx.forget_usage(Day::from_number(before), limit));
    let left = || {
        let days = |name| of(store, name, 0).iter().map(|usage| usage.day.number()).collect::<Vec<_>>();
        (days("a"), days("b"))
    };
    assert_eq!((forget(1, 9), left()), (Ok(0), (vec![2, 2, 3], vec![1, 2])));
    assert_eq!((forget(3, 2), left()), (Ok(2), (vec![3], vec![2])));
    assert_eq!((forget(3, 2), left()), (Ok(1), (vec![3], vec![])));
    assert_eq!(forget(3, 2), Ok(0));
    assert_eq!(totals(store, 0), [total("a", "door.x", day("a", 3).tally)]);
    assert_eq!(store.read(|reads| Ok(reads.keys()?.len())), Ok(2), "the keys stay");
}

/// Whoever holds the same keys waits.
pub fn no_call_is_lost_among_many_who_note(store: &impl Store) {
    const WRITERS: i64 = 8;
    const TIMES: u64 = 12;
    add_keys(store, &["a", "b", "c"]);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let names = if writer % 2 == 0 { ["a", "b", "c"] } else { ["c", "b", "a"] };
                for _ in 0..TIMES {
                    note(store, &names.map(|name| called(name, 1, "door.x", tally(2, writer, &[(Agent, "one", 2)]))));
                }
            });
        }
    });
    let calls = 2 * TIMES * u64::try_from(WRITERS).expect("few");
    let details = BTreeMap::from([(detail(Agent, "one"), calls)]);
    let all = Tally { calls, errors: calls / 2, last_seen: at(WRITERS - 1), details };
    assert_eq!(totals(store, 0), ["a", "b", "c"].map(|name| total(name, "door.x", all.clone())));
}
