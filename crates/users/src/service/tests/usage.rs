//! What keys call, and which doors they may use.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::house::House;
use crate::key::{KeyId, KeyReach, PresentedKey};
use crate::ports::Clock;
use crate::time::Timestamp;
use crate::usage::{AGENTS, Day, Detail, DetailKind, Tally, Usage};
use crate::{OperatorError, Pinning};

const DAY: i64 = 86_400;

fn agent(name: &str) -> Detail {
    Detail { kind: DetailKind::Agent, name: Some(name.to_owned()) }
}

fn now(house: &House) -> Timestamp {
    house.environment.clock.now()
}

/// A call for each of these clients, at this moment.
fn call(house: &House, key: &KeyId, operation: &str, agents: &[String]) {
    let (now, calls) = (now(house), agents.len() as u64);
    let details: BTreeMap<Detail, u64> = agents.iter().map(|name| (agent(name), 1)).collect();
    let tally = Tally { calls, errors: 0, last_seen: now, details };
    let usage = Usage { key: key.clone(), day: Day::of(now), operation: operation.to_owned(), tally };
    house.users.record_usage(Arc::from([usage])).unwrap();
}

fn agents(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("agent/{n:02}")).collect()
}

fn a_key(house: &House) -> PresentedKey {
    house.key(None, KeyReach::Installation, Some(&["users:read"]))
}

/// How many clients have names, and how many calls have none.
fn told_apart(house: &House, key: &KeyId) -> Vec<(usize, u64)> {
    let (_, usage) = house.operator.usage_of(key.as_str(), Day::from_number(0)).unwrap();
    let mut days: BTreeMap<Day, BTreeMap<Detail, u64>> = BTreeMap::new();
    for usage in usage {
        let day = days.entry(usage.day).or_default();
        usage.tally.details.into_iter().for_each(|(detail, calls)| *day.entry(detail).or_default() += calls);
    }
    let told = |day: &BTreeMap<Detail, u64>| {
        let others = day.iter().filter(|(detail, _)| detail.name.is_none());
        (day.keys().filter(|detail| detail.name.is_some()).count(), others.map(|(_, calls)| *calls).sum())
    };
    days.values().map(told).collect()
}

#[test]
fn so_many_clients_of_a_key_are_told_apart_each_day() {
    let house = House::new();
    let (key, other) = (a_key(&house).id().clone(), a_key(&house).id().clone());
    call(&house, &key, "a.x", &agents(0..15));
    call(&house, &key, "a.y", &agents(10..AGENTS + 3));
    call(&house, &key, "a.x", &agents(0..AGENTS + 9));
    assert_eq!(told_apart(&house, &key), [(AGENTS, 3 + 9)], "whichever operation they call, and whenever it is noted");
    call(&house, &other, "a.x", &agents(30..32));
    assert_eq!(told_apart(&house, &other), [(2, 0)], "others have names of their own");
    house.wait(DAY);
    call(&house, &key, "a.x", &agents(50..53));
    assert_eq!(told_apart(&house, &key), [(AGENTS, 12), (3, 0)]);
}

#[test]
fn what_a_key_called_that_is_gone_is_forgotten_and_the_rest_is_noted() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let (gone, left) = (house.key_of(&ada).id().clone(), a_key(&house).id().clone());
    call(&house, &gone, "a.x", &agents(0..1));
    house.delete(&house.admin, ada.id.as_str()).unwrap();
    let tally = Tally { calls: 1, ..Tally::empty(now(&house)) };
    let usage = |key: &KeyId| {
        let (key, day) = (key.clone(), Day::of(tally.last_seen));
        Usage { key, day, operation: "a.x".to_owned(), tally: tally.clone() }
    };
    house.users.record_usage(Arc::from([usage(&gone), usage(&left), usage(&left)])).unwrap();
    let used = house.operator.usage_since(Day::from_number(0)).unwrap();
    assert_eq!(used.iter().map(|used| (used.key.clone(), used.tally.calls)).collect::<Vec<_>>(), [(left.clone(), 2)]);
    let clients = house.operator.clients(Day::from_number(0)).unwrap();
    assert_eq!(clients.iter().filter_map(|client| Some(&client.key.as_ref()?.id)).collect::<Vec<_>>(), [&left]);
}

#[test]
fn all_sessions_of_a_user_are_one_client() {
    let house = House::new();
    let ada = super::sign_in::ada(&house);
    let sign_in =
        || house.users.sign_in(&super::sign_in::by_email("ada@example.com", super::sign_in::PASSWORD)).unwrap();
    let own = house.key_of(&ada).id().clone();
    call(&house, &own, "a.x", &agents(0..1));
    for _ in 0..3 {
        let session = sign_in().key.id().clone();
        call(&house, &session, "a.x", &agents(0..1));
        call(&house, &session, "b.x", &agents(0..1));
    }
    let clients = house.operator.clients(Day::from_number(0)).unwrap();
    let told = |client: &crate::Client| {
        let calls = client.calls.iter().map(|(operation, tally)| (operation.clone(), tally.calls)).collect::<Vec<_>>();
        (client.key.as_ref().map(|key| key.id.clone()), client.owner.as_ref().map(|owner| owner.id.clone()), calls)
    };
    let (x, y) = ("a.x".to_owned(), "b.x".to_owned());
    assert_eq!(
        clients.iter().map(told).collect::<Vec<_>>(),
        [(Some(own), Some(ada.id.clone()), vec![(x.clone(), 1)]), (None, Some(ada.id), vec![(x, 3), (y, 3)])]
    );
}

#[test]
fn old_days_are_forgotten() {
    let house = House::new();
    let key = a_key(&house).id().clone();
    for _ in 0..3 {
        call(&house, &key, "a.x", &agents(0..1));
        house.wait(DAY);
    }
    let last = Day::of(now(&house));
    let forget = |days| house.users.forget_usage(Day::from_number(last.number() - days), 2);
    assert_eq!((forget(3), told_apart(&house, &key).len()), (Ok(false), 3));
    assert_eq!((forget(1), told_apart(&house, &key).len()), (Ok(true), 1));
    assert_eq!((forget(1), told_apart(&house, &key).len()), (Ok(false), 1));
}

#[test]
fn a_key_is_pinned_if_it_is_clean() {
    let house = House::new();
    let key = a_key(&house);
    let id = key.id().clone();
    let pin = |door, seconds: i64| {
        let since = Timestamp::from_micros(now(&house).micros() - seconds * 1_000_000).unwrap();
        house.operator.pin_key(id.as_str(), door, Some(since)).unwrap()
    };
    call(&house, &id, "old.x", &agents(0..1));
    house.wait(3_600);
    call(&house, &id, "old.y", &agents(0..1));
    call(&house, &id, "new.x", &agents(0..1));
    house.wait(60);
    let Pinning::StillCalls(_, calls) = pin(Some("new"), 2 * 3_600) else { panic!("it is not clean") };
    assert_eq!(calls.iter().map(|(operation, _)| operation.as_str()).collect::<Vec<_>>(), ["old.x", "old.y"]);
    let Pinning::StillCalls(_, calls) = pin(Some("new"), 3_000) else { panic!("it is not clean") };
    assert_eq!(calls.iter().map(|(operation, _)| operation.as_str()).collect::<Vec<_>>(), ["old.y"]);
    assert_eq!(house.users.authenticate(&key).unwrap().pinned, None, "nothing was changed");
    assert_eq!(pin(Some("new"), 30), Pinning::Done(id.clone()));
    assert_eq!(house.users.authenticate(&key).unwrap().pinned.as_deref(), Some("new"));
    assert_eq!(house.operator.pin_key(&key.reveal(), Some("old"), None).unwrap(), Pinning::Done(id.clone()));
    assert_eq!(house.users.authenticate(&key).unwrap().pinned.as_deref(), Some("old"));
    assert_eq!(house.operator.pin_key(id.as_str(), None, None).unwrap(), Pinning::Done(id.clone()));
    assert_eq!(house.users.authenticate(&key).unwrap().pinned, None);
}

#[test]
fn a_plan_is_given_and_taken_away() {
    let house = House::new();
    let key = a_key(&house);
    for plan in [Some("large"), Some("small"), None] {
        assert_eq!(house.operator.plan_key(key.id().as_str(), plan).unwrap(), *key.id());
        assert_eq!(house.users.authenticate(&key).unwrap().plan.as_deref(), plan);
    }
}

#[test]
fn there_must_be_such_a_key() {
    let house = House::new();
    for name in ["aaaaaaaaaaaaaaaa", "no key"] {
        let refused = [
            house.operator.pin_key(name, Some("a"), None).unwrap_err(),
            house.operator.plan_key(name, Some("a")).unwrap_err(),
            house.operator.usage_of(name, Day::from_number(0)).unwrap_err(),
        ];
        for error in refused {
            assert!(
                matches!(&error, OperatorError::Refused(text) if text.contains("no") && text.contains("key")),
                "{error:?}"
            );
        }
    }
}
