//! All or nothing, one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use super::claims::{claim, claim_id};
use super::fixtures::*;
use crate::error::{Conflict, Result, UserError};
use crate::page::{Filter, Scope};
use crate::ports::{Lock, Store, Tx};
use crate::user::User;

/// Changes something everywhere.
fn change_everything(tx: &mut dyn Tx) -> Result<()> {
    tx.insert_user(&user(2), None)?;
    tx.update_user(&User { revision: 2, ..user(1) })?;
    tx.insert_workspace(&workspace(2))?;
    tx.add_member(&workspace_id(2), &user_id(2))?;
    tx.add_member(&workspace_id(1), &user_id(2))?;
    tx.set_claim(&claim(2))?;
    tx.set_fact("colour", "blue")
}

fn nothing_has_changed(store: &impl Store) {
    assert_eq!(find(store, 1), Some(user(1)));
    assert_eq!(find(store, 2), None);
    assert_eq!(all(store, &members(&[1]), &Filter::default()), user_ids([1]));
    assert_eq!(store.read(|reads| Ok((reads.workspaces()?.len(), reads.fact("colour")?))), Ok((1, None)));
    assert_eq!(store.read(|reads| reads.claim(&claim_id(2))), Ok(None));
}

/// The error comes back as it was.
pub fn an_error_leaves_nothing(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[1]);
    let refused: Result<()> = store.write(|tx| {
        change_everything(tx)?;
        Err(UserError::WorkspaceRequired)
    });
    assert_eq!(refused, Err(UserError::WorkspaceRequired));
    nothing_has_changed(store);
    let conflict = store.write(|tx| {
        change_everything(tx)?;
        tx.insert_user(&User { id: user_id(3), ..user(1) }, None)
    });
    assert_eq!(conflict, Err(Conflict::Email.into()));
    nothing_has_changed(store);
    store.write(change_everything).expect("the same, without an error");
    assert_eq!(find(store, 2), Some(user(2)));
}

/// With its message; the store goes on.
pub fn a_panic_leaves_nothing_and_reaches_its_caller(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[1]);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.write(|tx| -> Result<()> {
            change_everything(tx)?;
            panic!("in the middle");
        })
    }));
    let message = panicked.expect_err("the panic");
    assert_eq!(message.downcast_ref::<&str>(), Some(&"in the middle"));
    nothing_has_changed(store);
    store.write(change_everything).expect("the store goes on");
}

/// The store goes on.
pub fn a_panic_of_a_reader_reaches_it_alone(store: &impl Store) {
    add(store, [user(1)]);
    for _ in 0..20 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            store.read(|reads| -> Result<()> {
                reads.user(&user_id(1))?;
                panic!("in the middle");
            })
        }));
        assert!(panicked.is_err());
    }
    add(store, [user(2)]);
    assert_eq!(find(store, 2), Some(user(2)));
}

/// Before anyone else does.
pub fn a_transaction_sees_its_own_changes(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[]);
    let seen = store.write(|tx| {
        change_everything(tx)?;
        tx.delete_user(&user_id(1))?;
        let count = tx.count_users(&Scope::Installation, &Filter::default())?;
        Ok((tx.user(&user_id(2))?, tx.user(&user_id(1))?, count, tx.fact("colour")?))
    });
    assert_eq!(seen, Ok((Some(user(2)), None, 1, Some("blue".to_owned()))));
}

/// Also if a write is answered between two looks.
pub fn a_reader_sees_one_state(store: &impl Store) {
    add(store, [user(1)]);
    let (looked, was_looked) = mpsc::channel();
    let (wrote, was_written) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            was_looked.recv().expect("a first look");
            // A store may make the writer wait for the reader: then this is answered later, which is as good.
            let (done, was_done) = mpsc::channel();
            thread::scope(|scope| {
                scope.spawn(move || {
                    save(store, User { revision: 2, ..user(1) }).expect("saved");
                    done.send(()).expect("it is waited for");
                });
                let _: std::result::Result<(), _> = was_done.recv_timeout(std::time::Duration::from_millis(300));
                wrote.send(()).expect("the reader waits");
            });
        });
        let looks = store.read(|reads| {
            let first = reads.user(&user_id(1))?;
            looked.send(()).expect("the writer waits");
            was_written.recv().expect("a write");
            Ok((first, reads.user(&user_id(1))?))
        });
        let (first, second) = looks.expect("two looks");
        assert_eq!(first, second);
    });
    assert_eq!(find(store, 1).map(|user| user.revision), Some(2));
}

/// By the very next look, on whichever thread.
pub fn a_reader_sees_what_was_answered(store: &impl Store) {
    add(store, [user(1)]);
    for revision in 2..100 {
        save(store, User { revision, ..user(1) }).expect("saved");
        let seen = thread::scope(|scope| scope.spawn(|| find(store, 1)).join()).expect("a look");
        assert_eq!(seen.map(|user| user.revision), Some(revision));
    }
}

/// Each makes sure of the user, reads, adds one, and writes.
pub fn no_change_is_lost_among_many_writers(store: &impl Store) {
    const WRITERS: i64 = 8;
    const ROUNDS: i64 = 25;
    add(store, [user(1)]);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let added = store.write(|tx| {
                        tx.lock(Lock::User { target: &user_id(1), actor: None })?;
                        let mut user = tx.user(&user_id(1))?.ok_or(UserError::Unauthenticated)?;
                        user.revision += 1;
                        tx.update_user(&user)
                    });
                    added.expect("added");
                }
            });
        }
    });
    assert_eq!(find(store, 1).map(|user| user.revision), Some(1 + WRITERS * ROUNDS));
}

/// The others hear that it is taken, and leave nothing.
pub fn one_of_many_wins_a_name(store: &impl Store) {
    const RACERS: u32 = 16;
    let outcomes: Vec<Result<()>> = thread::scope(|scope| {
        let race = |n| move || store.write(move |tx| tx.insert_user(&User { id: user_id(n), ..user(0) }, None));
        let racers: Vec<_> = (1..=RACERS).map(|n| scope.spawn(race(n))).collect();
        racers.into_iter().map(|racer| racer.join().expect("an outcome")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(Conflict::Email.into())).count(), RACERS as usize - 1);
    assert_eq!(all(store, &Scope::Installation, &Filter::default()).len(), 1);
}
