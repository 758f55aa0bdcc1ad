//! Two stores on one database, as two processes have them.

use std::sync::{Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use storage::AnyStore;
use users::audit::{Action, Actor, Event, Occasion, Outcome, Reason};
use users::error::Result;
use users::key::KeyId;
use users::outbox::{MessageKind, OutboxMessage};
use users::ports::{Lock, Reads, Store, Tx};
use users::testing::contract::user;
use users::{Conflict, EventId, MessageId, RoleName, Status, Timestamp, User, UserError, UserId};

use crate::house::{House, increment, look, number, timed, until};

#[test]
fn two_writers_on_one_database_lose_nothing() {
    const THREADS: u32 = 8;
    const ROUNDS: u32 = 25;
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    thread::scope(|scope| {
        for n in 0..THREADS {
            let store = if n % 2 == 0 { &one } else { &other };
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    increment(store).expect("written");
                }
            });
        }
    });
    for store in [&one, &other] {
        assert_eq!(number(look(store).expect("a look")), THREADS * ROUNDS);
    }
}

#[test]
fn what_one_answers_the_other_sees_at_once() {
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    for n in 0..50_u32 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        increment(writer).expect("written");
        assert_eq!(number(look(reader).expect("a look")), n + 1);
    }
}

fn administrators(reads: &mut dyn Reads, ids: &[UserId]) -> Result<usize> {
    let mut count = 0;
    for id in ids {
        count += usize::from(reads.user(id)?.is_some_and(|user| user.is_active()));
    }
    Ok(count)
}

/// Disables the target on behalf of the actor, if another administrator stays, as the core does it.
fn disable(tx: &mut dyn Tx, target: &UserId, actor: &UserId) -> Result<()> {
    tx.lock(Lock::User { target, actor: Some(actor) })?;
    tx.lock(Lock::Administrators)?;
    if !tx.user(actor)?.is_some_and(|user| user.is_active()) {
        return Err(UserError::Unauthenticated);
    }
    let found = tx.user(target)?.ok_or_else(|| UserError::no_user(target.as_str()))?;
    if !tx.has_active_with_role(&RoleName::from_stored("user".to_owned()), Some(target))? {
        return Err(Conflict::LastAdministrator.into());
    }
    tx.update_user(&User { status: Status::Inactive, ..found })
}

#[test]
fn of_two_administrators_who_disable_each_other_one_stays() {
    const ROUNDS: usize = 200;
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    let both = [user(1), user(2)];
    let ids = both.clone().map(|user| user.id);
    let inserted = both.clone();
    one.write(move |tx| inserted.iter().try_for_each(|user| tx.insert_user(user, None))).expect("two administrators");
    for round in 0..ROUNDS {
        let act = |store: &AnyStore, target: &UserId, actor: &UserId| {
            let (target, actor) = (target.clone(), actor.clone());
            store.write(move |tx| disable(tx, &target, &actor))
        };
        let outcomes = thread::scope(|scope| {
            let first = scope.spawn(|| act(&one, &ids[0], &ids[1]));
            let second = scope.spawn(|| act(&other, &ids[1], &ids[0]));
            [first.join().expect("an outcome"), second.join().expect("an outcome")]
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "round {round}: {outcomes:?}");
        assert!(outcomes.contains(&Err(UserError::Unauthenticated)), "round {round}: {outcomes:?}");
        assert_eq!(one.read(|reads| administrators(reads, &ids)), Ok(1), "round {round}");
        let restored = both.clone();
        one.write(move |tx| restored.iter().try_for_each(|user| tx.update_user(user))).expect("restored");
    }
}

#[test]
fn of_sixteen_who_want_one_address_one_gets_it() {
    const RACERS: u32 = 16;
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    for round in 0..10 {
        let outcomes: Vec<Result<()>> = thread::scope(|scope| {
            let race = |n: u32| {
                let store = if n.is_multiple_of(2) { &one } else { &other };
                let racer = User { id: user(100 * round + n).id, ..user(round) };
                move || store.write(move |tx| tx.insert_user(&racer, None))
            };
            let racers: Vec<_> = (1..=RACERS).map(|n| scope.spawn(race(n))).collect();
            racers.into_iter().map(|racer| racer.join().expect("an outcome")).collect()
        });
        let taken = outcomes.iter().filter(|outcome| **outcome == Err(Conflict::Email.into())).count();
        assert_eq!((outcomes.iter().filter(|o| o.is_ok()).count(), taken), (1, RACERS as usize - 1), "{outcomes:?}");
    }
}

#[test]
fn a_deadlock_is_undone_and_tried_again() {
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    let both = [user(1), user(2)];
    let (ids, inserted) = (both.clone().map(|user| user.id), both);
    one.write(move |tx| inserted.iter().try_for_each(|user| tx.insert_user(user, None))).expect("two users");
    let cross = |store: &AnyStore, ids: [UserId; 2]| {
        store.write(move |tx| {
            for id in &ids {
                tx.lock(Lock::User { target: id, actor: None })?;
                let found = tx.user(id)?.ok_or_else(|| UserError::no_user(id.as_str()))?;
                tx.update_user(&User { revision: found.revision + 1, ..found })?;
                thread::sleep(std::time::Duration::from_millis(20));
            }
            Ok(())
        })
    };
    const ROUNDS: i64 = 5;
    thread::scope(|scope| {
        for (store, order) in [(&one, [ids[0].clone(), ids[1].clone()]), (&other, [ids[1].clone(), ids[0].clone()])] {
            let cross = &cross;
            scope.spawn(move || (0..ROUNDS).for_each(|_| cross(store, order.clone()).expect("done in the end")));
        }
    });
    for id in &ids {
        let revision = one.read(|reads| reads.user(id)).expect("a look").map(|user| user.revision);
        assert_eq!(revision, Some(user(1).revision + 2 * ROUNDS));
    }
}

#[test]
fn text_is_ordered_byte_by_byte_whatever_the_database_prefers() {
    let house = House::new();
    // A database whose own order is that of a language: a, B, c, and letters before digits' capital neighbours.
    let database = house.cluster.database_like("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
    let house = House { cluster: house.cluster, database };
    let store = house.open();
    let names = ["B", "a", "Z", "é", "_", "0", "ä", "~", "-"];
    let insert = |name: &str| format!("INSERT INTO workspaces VALUES ('{name}', '{name}', 0);");
    let mut other = house.cluster.connect(&house.database);
    other.batch_execute(&names.map(insert).concat()).expect("inserted");
    let listed = store.read(|reads| Ok(reads.workspaces()?.into_iter().map(|w| w.name).collect::<Vec<_>>()));
    let mut expected = names.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(listed, Ok(expected));
}

/// A refusal of one of many callers, in the minute `n`.
fn refusal(caller: u32, n: i64, id: u32) -> Event {
    let key = KeyId::from_stored(format!("key{caller}"));
    Event {
        id: EventId::from_stored(format!("{n:04}-{caller:04}-{id}")),
        at: Timestamp::from_micros(n * 60_000_000).expect("a time"),
        actor: Actor::Key { key, owner: None },
        action: Action::AccessRefused,
        user: None,
        key: None,
        workspace: None,
        occasion: Occasion::default(),
        outcome: Outcome::Refused(Reason::Forbidden),
        fields: Vec::new(),
    }
}

fn number_of(connection: &mut diesel::PgConnection, query: &str) -> i64 {
    use diesel::prelude::*;
    diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(query)).get_result(connection).expect("a number")
}

#[test]
fn two_who_note_the_same_refusals_in_another_order_do_not_wait_for_each_other() {
    const ROUNDS: i64 = 20;
    const CALLERS: u32 = 100;
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for (id, store) in [(1, &one), (2, &other)] {
            let start = &start;
            scope.spawn(move || {
                for n in 1..=ROUNDS {
                    let mut events: Vec<Event> = (0..CALLERS).map(|caller| refusal(caller, n, id)).collect();
                    if id == 2 {
                        events.reverse();
                    }
                    start.wait();
                    store.write(move |tx| tx.audit(&events)).expect("noted");
                }
            });
        }
    });
    let noted = one.read(|reads| Ok(reads.events(None, None, 10_000)?.len())).expect("a look");
    assert_eq!(noted as i64, ROUNDS * i64::from(CALLERS));
    // A server counts what a connection has seen when that is closed.
    one.close();
    other.close();
    drop((one, other));
    let mut connection = house.cluster.connect(&house.database);
    let others =
        "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())";
    until(Duration::from_secs(10), || number_of(&mut connection, others) == 0);
    let deadlocks = "(SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())";
    assert_eq!(number_of(&mut connection, deadlocks), 0);
}

/// A message that one process is about to take is passed over by the others; they take what is left, and wait for nobody.
#[test]
fn what_another_is_about_to_take_is_passed_over() {
    let house = House::new();
    let (one, other) = (house.open(), house.open());
    let now = user(1).created_at;
    let message = move |n: u32| {
        let id = MessageId::parse(&format!("{n:08x}-0000-7000-a000-000000000000")).expect("an id");
        OutboxMessage::new(id, user(n).id, MessageKind::Activation, now)
    };
    one.write(move |tx| {
        (1..=3).try_for_each(|n| tx.insert_user(&user(n), None).and_then(|()| tx.enqueue(&message(n))))
    })
    .expect("three messages");
    let (taken, is_taken) = mpsc::channel();
    let (leave, may_leave) = mpsc::channel::<()>();
    let may_leave = Mutex::new(may_leave);
    let holder = thread::spawn(move || {
        one.write(move |tx| {
            let held = tx.due_messages(now, 1)?;
            taken.send(held).map_err(|error| UserError::Internal(error.to_string()))?;
            // Until the others have looked.
            may_leave.lock().expect("no panic").recv_timeout(Duration::from_secs(10)).expect("they have");
            Ok(())
        })
    });
    let held = is_taken.recv().expect("it is taken");
    let (rest, time) = timed(|| other.write(move |tx| tx.due_messages(now, 10)));
    leave.send(()).expect("it waits");
    holder.join().expect("no panic").expect("written");
    let rest = rest.expect("it waits for nobody");
    assert!(time < Duration::from_secs(1), "{time:?}");
    assert_eq!((held.len(), rest.len()), (1, 2));
    assert!(rest.iter().all(|message| *message != held[0]));
}
