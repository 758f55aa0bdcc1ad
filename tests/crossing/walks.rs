//! A walk by cursor and a walk by offset see the same directory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::harness::{Workspace, id, town};

fn maisa_id(user: &Value) -> String {
    user["id"].as_str().unwrap().to_owned()
}

#[test]
fn by_cursor_and_by_offset_the_same_users_come_in_the_same_order() {
    let place = town().workspace();
    for n in 0..23 {
        if n % 2 == 0 {
            place.user("ada");
        } else {
            let body = place.application("bob");
            let body = serde_json::json!({"email": body["email"], "name": "Bob", "role": "user"});
            town().maisa_as(&place.steward().secret).create(body).expect(201);
        }
    }
    let key = place.steward().secret;
    let (mm, maisa) = (town().mm_as(&key), town().maisa_as(&key));
    let whole: Vec<String> = mm.walk(&place.id, 200).iter().map(id).collect();
    assert_eq!(whole.len(), 23);
    assert!(whole.is_sorted());
    for limit in [1, 2, 7, 22, 23, 24, 100] {
        assert_eq!(mm.walk(&place.id, limit).iter().map(id).collect::<Vec<_>>(), whole, "by cursor, {limit} at a time");
        assert_eq!(maisa.walk(limit).iter().map(maisa_id).collect::<Vec<_>>(), whole, "by offset, {limit} at a time");
    }
}

/// Creates and deletes users of its own until told to stop. Gives how many.
fn trouble(place: &Workspace, stop: &AtomicBool) -> usize {
    let mut passed = 0;
    while !stop.load(Ordering::Relaxed) {
        let made: Vec<String> = (0..3).map(|_| place.user("passing")).collect();
        for user in made {
            town().mm().delete(&user).expect(204);
            passed += 1;
        }
    }
    passed
}

#[test]
fn under_inserts_and_deletes_a_walk_by_cursor_visits_all_who_stay_exactly_once() {
    let place = town().workspace();
    let mut stay = BTreeSet::new();
    for n in 0..90 {
        let user = place.user("here");
        match n % 3 {
            0 => town().mm().delete(&user).expect(204).status,
            _ => u16::from(stay.insert(user)),
        };
    }
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let troublemakers: Vec<_> = (0..3).map(|_| scope.spawn(|| trouble(&place, &stop))).collect();
        for limit in [1, 2, 3, 7, 20, 1, 2] {
            let mut visits: BTreeMap<String, usize> = BTreeMap::new();
            for user in town().mm().walk(&place.id, limit) {
                *visits.entry(id(&user)).or_default() += 1;
            }
            for user in &stay {
                assert_eq!(visits.get(user), Some(&1), "by {limit}");
            }
            assert!(visits.values().all(|times| *times == 1), "nobody is seen twice, by {limit}");
        }
        stop.store(true, Ordering::Relaxed);
        let passed: usize = troublemakers.into_iter().map(|one| one.join().unwrap()).sum();
        assert!(passed > 50, "only {passed} came and went: no trouble at all");
    });
}
