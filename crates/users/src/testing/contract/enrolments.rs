//! Many users at once, of whom some collide.

use super::fixtures::*;
use crate::error::{Result, UserError};
use crate::password::PasswordHash;
use crate::ports::{Enrolment, Store};
use crate::user::User;

fn plain(user: User) -> Enrolment {
    Enrolment { user, password: None, workspaces: Vec::new() }
}

fn enrol(store: &impl Store, enrolments: Vec<Enrolment>) -> Result<Vec<bool>> {
    store.write(move |tx| tx.enrol(&enrolments.iter().collect::<Vec<_>>()))
}

/// The record, and its memberships.
pub fn an_enrolment_brings_all_of_a_user(store: &impl Store) {
    add_workspace(store, 1, &[]);
    add_workspace(store, 2, &[]);
    let password = Some(PasswordHash::from_stored("$2b$12$".to_owned()));
    let workspaces = vec![workspace_id(2), workspace_id(1)];
    let known = Enrolment { user: known_user(1), password, workspaces };
    assert_eq!(enrol(store, vec![known, plain(user(2))]), Ok(vec![true, true]));
    assert_eq!((find(store, 1), find(store, 2)), (Some(known_user(1)), Some(user(2))));
    let of = |n| store.read(move |reads| reads.workspaces_of(&user_id(n)));
    assert_eq!((of(1), of(2)), (Ok(vec![workspace_id(1), workspace_id(2)]), Ok(Vec::new())));
    assert_eq!(enrol(store, Vec::new()), Ok(Vec::new()));
}

/// By id, address or username; in the same transaction more can be done.
pub fn who_collides_is_left_out_and_the_rest_is_added(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[]);
    let joins = |user| Enrolment { workspaces: vec![workspace_id(1)], ..plain(user) };
    let users = [
        joins(User { email: email("USER1@example.com"), ..user(2) }),
        joins(user(3)),
        joins(User { username: username("User1"), ..user(4) }),
        joins(User { id: user_id(1), ..user(5) }),
        joins(user(6)),
    ];
    let added = store.write(move |tx| {
        let added = tx.enrol(&users.iter().collect::<Vec<_>>())?;
        tx.set_fact("after", "them")?;
        Ok(added)
    });
    assert_eq!(added, Ok(vec![false, true, false, false, true]));
    assert_eq!(all(store, &members(&[1]), &Default::default()), user_ids([3, 6]));
    assert_eq!(all(store, &crate::page::Scope::Installation, &Default::default()), user_ids([1, 3, 6]));
    assert_eq!(find(store, 1), Some(user(1)));
    assert_eq!(store.read(|reads| reads.fact("after")).as_ref().map(Option::as_deref), Ok(Some("them")));
}

/// Who is not added takes nothing: with its id, another one is.
pub fn the_first_of_two_is_added(store: &impl Store) {
    add(store, [user(1)]);
    let users = vec![
        plain(User { email: user(1).email, ..user(2) }),
        plain(user(2)),
        plain(User { email: email("another@example.com"), username: username("another"), ..user(2) }),
        plain(user(3)),
        plain(User { id: user_id(4), ..user(3) }),
        plain(user(3)),
    ];
    assert_eq!(enrol(store, users), Ok(vec![false, true, false, true, false, false]));
    assert_eq!((find(store, 2), find(store, 3)), (Some(user(2)), Some(user(3))));
}

/// Whatever a statement of the store may hold.
pub fn more_than_a_statement_takes_are_added(store: &impl Store) {
    add_workspace(store, 1, &[]);
    add_workspace(store, 2, &[]);
    let joins = |n| Enrolment { workspaces: vec![workspace_id(1), workspace_id(2)], ..plain(user(n)) };
    assert_eq!(enrol(store, (1..=1_100).map(joins).collect()), Ok(vec![true; 1_100]));
    let counted = |n| store.read(move |reads| reads.count_users(&members(&[n]), &Default::default()));
    assert_eq!((counted(1), counted(2)), (Ok(1_100), Ok(1_100)));
}

/// Or nothing happens.
pub fn an_enrolment_leads_to_workspaces_that_are_there(store: &impl Store) {
    let nowhere = Enrolment { workspaces: vec![workspace_id(1)], ..plain(user(1)) };
    assert!(matches!(enrol(store, vec![nowhere]), Err(UserError::Internal(_))));
    assert_eq!(find(store, 1), None);
}
