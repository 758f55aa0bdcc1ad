//! What happened long ago is forgotten, as is what keys called; what is younger stays.

use std::collections::BTreeMap;
use std::time::Duration;

use gateway::environment::SystemClock;
use users::audit::{Action, Actor, Event, Occasion, Outcome, Reason};
use users::key::KeyId;
use users::ports::{Clock, Store};
use users::usage::{Day, Detail, DetailKind, Tally, Usage};
use users::{EventId, Timestamp};

use super::told;
use crate::harness::{House, Town, eventually};

const DAY: i64 = 86_400_000_000;

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_micros(SystemClock.now().micros() - days * DAY).unwrap()
}

fn event(n: u32, days: i64, outcome: Outcome) -> Event {
    Event {
        id: EventId::parse(&format!("{n:08x}-0000-7000-a000-000000000000")).unwrap(),
        at: days_ago(days),
        actor: Actor::Nobody,
        action: Action::UserChanged,
        user: None,
        key: None,
        workspace: None,
        occasion: Occasion::command("long ago"),
        outcome,
        fields: Vec::new(),
    }
}

/// A server that starts finds a store that was there for years, in which calls were counted, as they are no more.
#[test]
fn what_is_old_is_forgotten_and_what_is_young_stays() {
    let mut house = House::vacant();
    house.set("audit.retention", "30d").set("usage.retention", "10d").set("usage.enabled", "false");
    let made = house.init();
    let key = KeyId::from_stored(super::key_id(made["key"].as_str().unwrap()).to_owned());
    let store = house.store();
    // More than are forgotten at a time.
    let mut events: Vec<Event> = (0..1_200).map(|n| event(n, 31 + i64::from(n), Outcome::Done)).collect();
    events.push(event(2_000, 31, Outcome::Refused(Reason::Forbidden)));
    events.extend((3_000..3_030).map(|n| event(n, i64::from(n) - 3_000, Outcome::Done)));
    events.push(event(4_000, 29, Outcome::Refused(Reason::Forbidden)));
    let details = BTreeMap::from([(Detail { kind: DetailKind::Agent, name: Some("old".to_owned()) }, 1)]);
    let called = |days| Usage {
        key: key.clone(),
        day: Day::of(days_ago(days)),
        operation: "maisa.getUser".to_owned(),
        tally: Tally { calls: 1, errors: 0, last_seen: days_ago(days), details: details.clone() },
    };
    let usage: Vec<Usage> = (0..100).map(called).collect();
    store
        .write(move |tx| {
            tx.audit(&events)?;
            tx.add_usage(&usage)
        })
        .unwrap();
    assert_eq!(told(&house, &[]).len(), 3 + 1_232);

    let server = house.serve();
    let days = || store.read(|reads| reads.usage_of(&key, Day::from_number(0))).unwrap();
    eventually(Duration::from_secs(30), "the old is forgotten", || {
        (told(&house, &[]).len() == 3 + 31 && days().len() == 11).then_some(())
    });
    let left = told(&house, &[]);
    assert!(left.iter().all(|row| row["event_id"].as_str().unwrap() >= "00000bb8"), "{left:?}");
    let first = Day::of(days_ago(10)).number();
    assert_eq!(
        days().iter().map(|usage| usage.day.number()).collect::<Vec<_>>(),
        (first..=first + 10).collect::<Vec<_>>()
    );
    assert!(days().iter().all(|usage| usage.tally.details.len() == 1));
    server.stop();
    assert_eq!((told(&house, &[]).len(), days().len()), (3 + 31, 11), "and no more than that");
}

#[test]
fn how_long_it_is_known_is_a_setting() {
    let mut house = House::empty();
    for wrong in ["1h", "soon", "", "-1d"] {
        house.set("audit.retention", wrong);
        house.cli(&["check"]).misused().naming("audit.retention");
    }
    // By default for more than a year.
    let town = Town::new();
    town.house.store().write(|tx| tx.audit(&[event(1, 399, Outcome::Done), event(2, 401, Outcome::Done)])).unwrap();
    let Town { server, house, .. } = town;
    server.stop();
    let server = house.serve();
    let of = |wanted: &str| {
        told(&house, &[]).iter().filter(|row| row["event_id"].as_str().unwrap().starts_with(wanted)).count()
    };
    eventually(Duration::from_secs(10), "the oldest is forgotten", || (of("00000002") == 0).then_some(()));
    assert_eq!(of("00000001"), 1);
    server.stop();
}
