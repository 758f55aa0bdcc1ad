//! Totals: at every moment as many as a walk finds, whatever was changed.

use std::thread;

use super::fixtures::*;
use crate::error::{Result, UserError};
use crate::page::{Filter, Scope};
use crate::ports::{Lock, Store};
use crate::user::User;

const ROLES: [&str; 3] = ["admin", "editor", "user"];

fn shown(n: u32, role: &str) -> User {
    User { roles: roles(&[role]), ..user(n) }
}

/// Nine users, whose roles take turns; workspace 1 has the first six, workspace 2 the last six, 3 nobody.
fn populate(store: &impl Store) {
    add(store, (1..=9).map(|n| shown(n, ROLES[n as usize % 3])));
    add_workspace(store, 1, &[1, 2, 3, 4, 5, 6]);
    add_workspace(store, 2, &[4, 5, 6, 7, 8, 9]);
    add_workspace(store, 3, &[]);
}

/// Of each scope, the totals of all and of each role, which must agree with a walk.
fn totals(store: &impl Store) -> Vec<[usize; 4]> {
    let scopes = [Scope::Installation, members(&[1]), members(&[2]), members(&[3]), members(&[1, 2])];
    let of = |scope: &Scope| {
        let count = |filter: &Filter| all(store, scope, filter).len();
        [count(&Filter::default()), count(&showing("admin")), count(&showing("editor")), count(&showing("user"))]
    };
    scopes.iter().map(of).collect()
}

/// Who comes, changes without a new role, and goes, with all memberships.
pub fn totals_follow_users(store: &impl Store) {
    assert_eq!(totals(store), [[0; 4]; 5]);
    populate(store);
    assert_eq!(totals(store), [[9, 3, 3, 3], [6, 2, 2, 2], [6, 2, 2, 2], [0; 4], [9, 3, 3, 3]]);
    save(store, User { revision: 2, ..shown(4, "editor") }).expect("saved");
    assert_eq!(totals(store)[0], [9, 3, 3, 3]);
    delete(store, 4);
    assert_eq!(totals(store), [[8, 3, 2, 3], [5, 2, 1, 2], [5, 2, 1, 2], [0; 4], [8, 3, 2, 3]]);
    (1..=9).filter(|n| *n != 4).for_each(|n| delete(store, n));
    assert_eq!(totals(store), [[0; 4]; 5]);
}

/// In every workspace. What counts is the highest.
pub fn totals_follow_roles(store: &impl Store) {
    populate(store);
    save(store, User { roles: roles(&["admin", "user"]), ..user(5) }).expect("saved");
    assert_eq!(totals(store), [[9, 4, 3, 2], [6, 3, 2, 1], [6, 3, 2, 1], [0; 4], [9, 4, 3, 2]]);
    save(store, User { roles: roles(&["user", "admin"]), ..user(5) }).expect("saved");
    assert_eq!(totals(store), [[9, 3, 3, 3], [6, 2, 2, 2], [6, 2, 2, 2], [0; 4], [9, 3, 3, 3]]);
    assert_eq!(all(store, &members(&[2]), &showing("user")), user_ids([5, 8]));
}

/// With the role that the user has by then.
pub fn totals_follow_memberships(store: &impl Store) {
    populate(store);
    let joined = |n: u32| store.write(move |tx| tx.add_member(&workspace_id(3), &user_id(n)));
    (1..=3).for_each(|n| joined(n).expect("added"));
    joined(3).expect("there already");
    assert_eq!(totals(store)[3], [3, 1, 1, 1]);
    save(store, shown(1, "admin")).expect("saved");
    assert_eq!(totals(store)[3], [3, 2, 0, 1]);
    assert_eq!(store.write(|tx| tx.remove_member(&workspace_id(3), &user_id(1))), Ok(true));
    assert_eq!(store.write(|tx| tx.remove_member(&workspace_id(3), &user_id(1))), Ok(false));
    assert_eq!(totals(store)[3], [2, 1, 0, 1]);
    joined(1).expect("added again");
    assert_eq!(all(store, &members(&[3]), &showing("admin")), user_ids([1, 3]));
}

/// Before anyone else sees them.
pub fn totals_are_seen_inside_a_transaction(store: &impl Store) {
    populate(store);
    let seen = store.write(|tx| {
        tx.insert_user(&shown(10, "admin"), None)?;
        tx.add_member(&workspace_id(1), &user_id(10))?;
        tx.update_user(&shown(1, "admin"))?;
        tx.delete_user(&user_id(3))?;
        let mut count = |filter| tx.count_users(&members(&[1]), &filter);
        Ok((count(Filter::default())?, count(showing("admin"))?, count(showing("editor"))?))
    });
    assert_eq!(seen, Ok((6, 3, 1)));
    assert_eq!(totals(store)[1], [6, 3, 1, 2]);
}

/// An error after all kinds of changes.
pub fn what_is_undone_counts_for_nothing(store: &impl Store) {
    populate(store);
    let before = totals(store);
    let refused: Result<()> = store.write(|tx| {
        tx.insert_user(&shown(10, "admin"), None)?;
        tx.add_member(&workspace_id(1), &user_id(10))?;
        tx.update_user(&shown(1, "admin"))?;
        tx.remove_member(&workspace_id(1), &user_id(2))?;
        tx.delete_user(&user_id(3))?;
        Err(UserError::WorkspaceRequired)
    });
    assert_eq!(refused, Err(UserError::WorkspaceRequired));
    assert_eq!(totals(store), before);
}

/// Each of whom creates, ranks, moves and deletes, and meets the others at one user and one workspace.
pub fn totals_hold_among_many_writers(store: &impl Store) {
    const WRITERS: u32 = 8;
    const ROUNDS: u32 = 12;
    add(store, [shown(1, "user")]);
    (1..=3).for_each(|n| add_workspace(store, n, &[]));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let n = 100 + writer * ROUNDS + round;
                    let role = |shift: u32| ROLES[((n + shift) % 3) as usize];
                    add(store, [shown(n, role(0))]);
                    store.write(move |tx| tx.add_member(&workspace_id(1), &user_id(n))).expect("added");
                    let (old, new) = (role(1), role(2));
                    let ranked = store.write(move |tx| {
                        tx.lock(Lock::User { target: &user_id(1), actor: None })?;
                        tx.update_user(&shown(1, old))
                    });
                    ranked.expect("ranked");
                    let moved = store.write(move |tx| {
                        tx.add_member(&workspace_id(1 + n % 3), &user_id(1))?;
                        tx.remove_member(&workspace_id(1 + (n + 1) % 3), &user_id(1))?;
                        tx.update_user(&shown(n, new))
                    });
                    moved.expect("moved");
                    if round % 2 == 1 {
                        delete(store, n);
                    }
                }
            });
        }
    });
    let there = 1 + (WRITERS * ROUNDS / 2) as usize;
    assert_eq!(totals(store)[0][0], there);
    assert!(totals(store)[1][0] + 1 >= there);
}
