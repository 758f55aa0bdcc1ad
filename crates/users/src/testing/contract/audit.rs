//! What has happened.

use std::borrow::Cow;
use std::sync::Barrier;
use std::thread;

use super::fixtures::*;
use crate::audit::{Action, Actor, Event, Occasion, Outcome, Place, Reason};
use crate::error::UserError;
use crate::id::EventId;
use crate::key::KeyId;
use crate::ports::Store;

fn key_id(name: &str) -> KeyId {
    KeyId::from_stored(name.to_owned())
}

fn event_id(n: u32) -> EventId {
    EventId::parse(&format!("{n:08x}-0000-7000-a000-000000000000")).expect("an id")
}

/// So many microseconds after the others.
fn event(n: u32, actor: Actor) -> Event {
    Event {
        id: event_id(n),
        at: at(n.into()),
        actor,
        action: Action::UserChanged,
        user: None,
        key: None,
        workspace: None,
        occasion: Occasion::default(),
        outcome: Outcome::Done,
        fields: Vec::new(),
    }
}

fn refusal(n: u32, key: &str, reason: Reason) -> Event {
    let actor = Actor::Key { key: key_id(key), owner: None };
    Event { action: Action::AccessRefused, outcome: Outcome::Refused(reason), ..event(n, actor) }
}

fn note(store: &impl Store, events: &[Event]) {
    let events = events.to_vec();
    store.write(move |tx| tx.audit(&events)).expect("noted");
}

/// The numbers of the events that are listed.
fn listed(store: &impl Store, user: Option<u32>, after: Option<&Place>, limit: u32) -> Vec<u32> {
    let user = user.map(user_id);
    let events = store.read(|reads| reads.events(user.as_ref(), after, limit)).expect("a look");
    let number = |event: Event| (0..).find(|n| event_id(*n) == event.id).expect("one of ours");
    events.into_iter().map(number).collect()
}

/// Whatever it has, and whatever it lacks.
pub fn every_field_of_an_event_comes_back(store: &impl Store) {
    let actors = [
        Actor::Key { key: key_id("a"), owner: None },
        Actor::Key { key: key_id("a"), owner: Some(user_id(1)) },
        Actor::User(user_id(2)),
        Actor::Operator,
        Actor::Nobody,
    ];
    let mut events: Vec<Event> = (1..).zip(actors).map(|(n, actor)| event(n, actor)).collect();
    events.push(Event {
        user: Some(user_id(3)),
        key: Some(key_id("b")),
        workspace: Some(workspace_id(1)),
        occasion: Occasion::request("door.operation", "r 1"),
        outcome: Outcome::Refused(Reason::Forbidden),
        fields: vec![Cow::Borrowed("email"), Cow::Borrowed("a \"b\" é")],
        ..event(9, Actor::Nobody)
    });
    for (n, action) in (10..).zip(Action::ALL) {
        events.push(Event { action: *action, ..event(n, Actor::Operator) });
    }
    for (n, reason) in (100..).zip(Reason::ALL) {
        events.push(Event { user: Some(user_id(4)), outcome: Outcome::Refused(*reason), ..event(n, Actor::Nobody) });
    }
    note(store, &events);
    assert_eq!(store.read(|reads| reads.events(None, None, 1_000)), Ok(events));
    note(store, &[]);
}

/// Whether it acts or is concerned, and once where it is both.
pub fn events_come_by_time_and_by_user(store: &impl Store) {
    let key = || Actor::Key { key: key_id("a"), owner: Some(user_id(1)) };
    let of = |n, user, actor| Event { user: Some(user_id(user)), ..event(n, actor) };
    let same = Event { at: at(3), ..event(4, key()) };
    note(store, &[same, of(3, 1, Actor::Operator), of(5, 2, key()), of(1, 1, key()), event(2, Actor::Nobody)]);
    assert_eq!(listed(store, None, None, 9), [1, 2, 3, 4, 5]);
    assert_eq!(listed(store, Some(1), None, 9), [1, 3, 4, 5]);
    assert_eq!(listed(store, Some(2), None, 9), [5]);
    assert_eq!(listed(store, Some(3), None, 9), [0; 0]);
    let since = |n| Place::before(at(n));
    assert_eq!(listed(store, None, Some(&since(3)), 9), [3, 4, 5]);
    assert_eq!(listed(store, Some(1), Some(&since(2)), 9), [3, 4, 5]);
    assert_eq!(listed(store, Some(1), Some(&since(6)), 9), [0; 0]);
}

/// However many events there are of one moment.
pub fn pages_of_events_join(store: &impl Store) {
    let events = (0..40).map(|n| Event {
        at: at((n / 15).into()),
        user: Some(user_id(n % 3)),
        ..event(n, Actor::User(user_id(1)))
    });
    let events: Vec<Event> = events.collect();
    note(store, &events);
    for user in [None, Some(0), Some(1)] {
        let (all, mut walked, mut place) = (listed(store, user, None, 99), Vec::new(), None);
        loop {
            let user = user.map(user_id);
            let page = store.read(|reads| reads.events(user.as_ref(), place.as_ref(), 7)).expect("a page");
            assert!(page.len() <= 7, "{}", page.len());
            let Some(last) = page.last() else { break };
            place = Some(last.place());
            walked.extend(page.iter().map(|event| event.id.clone()));
        }
        assert_eq!(walked, all.into_iter().map(event_id).collect::<Vec<_>>(), "{user:?}");
    }
    assert_eq!((listed(store, None, None, 99).len(), listed(store, Some(0), None, 99).len()), (40, 14));
}

/// And one can tell of whom nobody has ever heard.
pub fn an_event_outlives_whom_it_concerns(store: &impl Store) {
    add(store, [user(1)]);
    note(store, &[Event { user: Some(user_id(1)), ..event(1, Actor::User(user_id(1))) }]);
    delete(store, 1);
    note(store, &[Event { user: Some(user_id(7)), workspace: Some(workspace_id(7)), ..event(2, Actor::Nobody) }]);
    assert_eq!(listed(store, Some(1), None, 9), [1]);
    assert_eq!(listed(store, Some(7), None, 9), [2]);
}

/// It goes with what was to happen.
pub fn what_is_undone_has_not_happened(store: &impl Store) {
    let refused = store.write(|tx| {
        tx.audit(&[event(1, Actor::Operator)])?;
        Err::<(), _>(UserError::TooLarge)
    });
    assert_eq!(refused, Err(UserError::TooLarge));
    assert_eq!(listed(store, None, None, 9), [0; 0]);
}

/// For each caller, reason and minute; a repetition leaves the rest of its transaction as it is.
pub fn a_refusal_is_noted_once_among_many(store: &impl Store) {
    const WRITERS: u32 = 8;
    let barrier = Barrier::new(WRITERS as usize);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for round in 0..10 {
                    let n = 100 * (writer + 1) + 4 * round;
                    note(
                        store,
                        &[
                            refusal(n, "a", Reason::Forbidden),
                            refusal(n + 1, "b", Reason::Forbidden),
                            refusal(n + 2, "a", Reason::Expired),
                            event(n + 3, Actor::Operator),
                        ],
                    );
                }
            });
        }
    });
    let events = store.read(|reads| reads.events(None, None, 1_000)).expect("a look");
    let (refused, done): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event.outcome != Outcome::Done);
    assert_eq!(done.len(), 10 * WRITERS as usize);
    let mut refused: Vec<String> = refused.iter().filter_map(Event::repetition).collect();
    refused.sort();
    let mut expected: Vec<String> =
        [refusal(0, "a", Reason::Forbidden), refusal(0, "b", Reason::Forbidden), refusal(0, "a", Reason::Expired)]
            .iter()
            .filter_map(Event::repetition)
            .collect();
    expected.sort();
    assert_eq!(refused, expected);
    let later = Event { at: at(60_000_000), ..refusal(5_000, "a", Reason::Forbidden) };
    note(store, &[later.clone(), later]);
    assert_eq!(store.read(|reads| reads.events(None, None, 1_000)).map(|events| events.len()), Ok(80 + 4));
}

/// And no more of them than were asked for.
pub fn old_events_are_forgotten_from_the_oldest_on(store: &impl Store) {
    let same = Event { at: at(3), ..event(4, Actor::Operator) };
    note(store, &[event(1, Actor::Operator), event(3, Actor::Nobody), same, event(5, Actor::Operator)]);
    note(store, &[refusal(2, "a", Reason::Forbidden)]);
    let forget = |before, limit| store.write(move |tx| tx.forget_audit(at(before), limit));
    let left = || listed(store, None, None, 9);
    assert_eq!((forget(1, 9), left()), (Ok(0), vec![1, 2, 3, 4, 5]));
    assert_eq!((forget(5, 3), left()), (Ok(3), vec![4, 5]));
    assert_eq!((forget(5, 3), left()), (Ok(1), vec![5]));
    assert_eq!((forget(5, 3), left()), (Ok(0), vec![5]));
    note(store, &[refusal(2, "a", Reason::Forbidden)]);
    assert_eq!(left(), [2, 5], "what was forgotten can be noted again");
}
