//! What belongs to whom.

use super::fixtures::*;
use super::keys::key;
use super::mail::{message, token};
use crate::key::{KeyId, KeyReach};
use crate::outbox::MessageKind;
use crate::page::Filter;
use crate::ports::{Found, Store};
use crate::user::{Status, User};

fn give_everything(store: &impl Store, n: u32) {
    let given = store.write(move |tx| {
        tx.insert_key(&key(&format!("own{n}"), KeyReach::Owner, Some(user_id(n))))?;
        tx.insert_key(&key(&format!("all{n}"), KeyReach::Installation, Some(user_id(n))))?;
        tx.enqueue(&message(n, n, MessageKind::Activation))?;
        tx.enqueue(&message(n + 100, n, MessageKind::Activation))?;
        tx.insert_token(&token(n, n))
    });
    given.expect("given");
}

/// Memberships, keys, messages and tokens.
pub fn what_belongs_to_a_user_goes_with_it(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[1]);
    add_workspace(store, 2, &[1]);
    save(store, User { default_workspace: Some(workspace_id(1)), ..user(1) }).expect("saved");
    give_everything(store, 1);
    delete(store, 1);
    assert_eq!(find(store, 1), None);
    let left = store.read(|reads| Ok((reads.keys()?, reads.workspaces_of(&user_id(1))?, reads.workspaces()?.len())));
    assert_eq!(left, Ok((Vec::new(), Vec::new(), 2)));
    assert_eq!(
        store.read(|reads| Ok((reads.messages(None, 500)?, reads.token(&token(1, 1).hash)?))),
        Ok((Vec::new(), None))
    );
    assert!(all(store, &members(&[1, 2]), &Filter::default()).is_empty());
    add(store, [user(1)]);
    assert_eq!(store.read(|reads| reads.workspaces_of(&user_id(1))), Ok(Vec::new()), "a namesake inherits nothing");
}

/// Theirs, and what belongs to nobody.
pub fn other_users_keep_what_is_theirs(store: &impl Store) {
    add(store, [user(1), user(2)]);
    add_workspace(store, 1, &[1, 2]);
    let settled = User { default_workspace: Some(workspace_id(1)), ..user(2) };
    save(store, settled.clone()).expect("saved");
    give_everything(store, 1);
    give_everything(store, 2);
    store.write(|tx| tx.insert_key(&key("nobody", KeyReach::Workspace(workspace_id(1)), None))).expect("added");
    delete(store, 1);
    assert_eq!(find(store, 2), Some(settled));
    let ids = store.read(|reads| Ok(reads.keys()?.into_iter().map(|key| key.id.to_string()).collect::<Vec<_>>()));
    assert_eq!(ids, Ok(["all2", "nobody", "own2"].map(str::to_owned).to_vec()));
    assert_eq!(all(store, &members(&[1]), &Filter::default()), user_ids([2]));
    let mail = store.read(|reads| Ok((reads.messages(None, 500)?.len(), reads.token(&token(2, 2).hash)?)));
    assert_eq!(mail, Ok((2, Some(token(2, 2)))));
}

/// However often it is made; it says whether it was there when it ends.
pub fn a_membership_is_there_once(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[1, 1]);
    store.write(|tx| tx.add_member(&workspace_id(1), &user_id(1))).expect("again");
    assert_eq!(all(store, &members(&[1]), &Filter::default()), user_ids([1]));
    let end = || store.write(|tx| tx.remove_member(&workspace_id(1), &user_id(1)));
    assert_eq!(end(), Ok(true));
    assert_eq!(end(), Ok(false));
    assert_eq!(store.write(|tx| tx.remove_member(&workspace_id(8), &user_id(8))), Ok(false));
    assert!(all(store, &members(&[1]), &Filter::default()).is_empty());
    assert_eq!(find(store, 1), Some(user(1)), "the user stays");
}

/// By id.
pub fn memberships_come_by_workspace(store: &impl Store) {
    add(store, [user(1), user(2)]);
    for n in [3, 1, 2] {
        add_workspace(store, n, &[1]);
    }
    add_workspace(store, 4, &[2]);
    let expected = [1, 2, 3].map(workspace_id).to_vec();
    assert_eq!(store.read(|reads| reads.workspaces_of(&user_id(1))), Ok(expected));
}

/// By one question, whether they are many or none.
pub fn a_user_is_found_with_its_workspaces(store: &impl Store) {
    for n in [3, 1, 2] {
        add_workspace(store, n, &[]);
    }
    add(store, [known_user(1), user(2), user(3)]);
    for (n, member) in [(3, 1), (1, 1), (2, 1), (2, 3)] {
        store.write(move |tx| tx.add_member(&workspace_id(n), &user_id(member))).expect("a member");
    }
    let found = |n| store.glance(|reads| reads.user_and_workspaces(&user_id(n)));
    for (n, user, workspaces) in [(1, known_user(1), vec![1, 2, 3]), (2, user(2), vec![]), (3, user(3), vec![2])] {
        let memberships = workspaces.into_iter().map(workspace_id).collect();
        assert_eq!(found(n), Ok(Some(Found { user, memberships })));
    }
    assert_eq!(found(4), Ok(None));
}

/// Whoever the key's owner is; and a key is found whether or not there is such a user.
pub fn a_user_is_found_with_a_key(store: &impl Store) {
    for n in [2, 1] {
        add_workspace(store, n, &[]);
    }
    add(store, [known_user(1), user(2), user(3)]);
    for (n, member) in [(2, 1), (1, 1), (2, 2)] {
        store.write(move |tx| tx.add_member(&workspace_id(n), &user_id(member))).expect("a member");
    }
    let keys = [
        key("bare", KeyReach::Installation, None),
        key("own", KeyReach::Owner, Some(user_id(1))),
        key("in", KeyReach::Workspace(workspace_id(2)), Some(user_id(2))),
        key("alone", KeyReach::Owner, Some(user_id(3))),
    ];
    let added = keys.clone();
    store.write(move |tx| added.iter().try_for_each(|key| tx.insert_key(key))).expect("keys");
    let of_key = |id: &KeyId, n| store.glance(|reads| reads.owned_key_and_user(id, &user_id(n))).expect("a look");
    for key in &keys {
        let owned = store.glance(|reads| reads.owned_key(&key.id)).expect("a look").expect("a key");
        for n in 1..5 {
            let user = store.glance(|reads| reads.user_and_workspaces(&user_id(n))).expect("a look");
            assert_eq!(user.is_some(), n < 4);
            assert_eq!(of_key(&key.id, n), Some((owned.clone(), user)), "{} and user {n}", key.id);
        }
    }
    assert_eq!(of_key(&KeyId::from_stored("none".to_owned()), 1), None);
}

/// By the role shown; another than the one who is excepted.
pub fn an_active_user_with_a_role_is_found(store: &impl Store) {
    let admin = |n, status| User { status, roles: roles(&["admin", "user"]), ..user(n) };
    let found = |name: &str, except: Option<u32>| {
        let except = except.map(user_id);
        store.read(|reads| reads.has_active_with_role(&role(name), except.as_ref())).expect("a look")
    };
    add(store, [admin(1, Status::Inactive), admin(2, Status::Pending), admin(3, Status::Suspended), user(9)]);
    assert!(!found("admin", None));
    assert!(found("user", None));
    assert!(!found("user", Some(9)), "an administrator does not show that role");
    add(store, [admin(4, Status::Active)]);
    assert!(found("admin", None));
    assert!(found("admin", Some(1)));
    assert!(!found("admin", Some(4)));
    add(store, [admin(5, Status::Active)]);
    assert!(found("admin", Some(4)));
    assert!(!found("Admin", None));
}
