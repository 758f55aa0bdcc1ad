//! Keys.

use super::fixtures::*;
use crate::id::UserId;
use crate::key::{Key, KeyId, KeyReach, SecretHash};
use crate::ports::{OwnedKey, Principal, Store};
use crate::role::{Permission, Permissions};
use crate::user::User;

pub(super) fn key(id: &str, reach: KeyReach, owner: Option<UserId>) -> Key {
    Key {
        id: KeyId::from_stored(id.to_owned()),
        name: format!("key '{id}' \"é😀\\"),
        secret: SecretHash::from_stored((0..32).map(|n| n * 8).collect()),
        reach,
        owner,
        permissions: None,
        created_at: at(0),
        expires_at: None,
        revoked_at: None,
        pinned: None,
        plan: None,
        session: false,
    }
}

fn permissions(names: &[&str]) -> Permissions {
    names.iter().map(|name| Permission::parse(name).expect("a permission")).collect()
}

/// Every reach; permissions in their order, none at all, and those of the owner.
pub fn every_field_of_a_key_comes_back(store: &impl Store) {
    for n in [2, 1, 3] {
        add_workspace(store, n, &[]);
    }
    add(store, [known_user(1), user(2)]);
    for (n, member) in [(2, 1), (1, 1), (3, 2)] {
        store.write(move |tx| tx.add_member(&workspace_id(n), &user_id(member))).expect("a member");
    }
    let keys = [
        key("a", KeyReach::Installation, None),
        key("b", KeyReach::Workspace(workspace_id(1)), None),
        key("c", KeyReach::Owner, Some(user_id(1))),
        Key {
            permissions: Some(permissions(&["users:write", "projects:read", "users:read"])),
            ..key("d", KeyReach::Installation, Some(user_id(1)))
        },
        Key {
            permissions: Some(permissions(&[])),
            expires_at: Some(at(5)),
            ..key("e", KeyReach::Workspace(workspace_id(1)), Some(user_id(1)))
        },
        Key { revoked_at: Some(at(6)), ..key("f", KeyReach::Installation, None) },
        Key {
            pinned: Some("a door".to_owned()),
            plan: Some("é😀".to_owned()),
            ..key("g", KeyReach::Installation, None)
        },
        Key { session: true, expires_at: Some(at(5)), ..key("h", KeyReach::Owner, Some(user_id(1))) },
    ];
    let written = keys.clone();
    store.write(move |tx| written.iter().try_for_each(|key| tx.insert_key(key))).expect("added");
    let User { status, roles, default_workspace, .. } = known_user(1);
    let principal = Principal { status, roles, default_workspace };
    for key in &keys {
        assert_eq!(store.read(|reads| reads.key(&key.id)), Ok(Some(key.clone())));
        let workspaces = if key.reach == KeyReach::Owner { vec![workspace_id(1), workspace_id(2)] } else { Vec::new() };
        let owned = OwnedKey { key: key.clone(), owner: key.owner.as_ref().map(|_| principal.clone()), workspaces };
        assert_eq!(store.glance(|reads| reads.owned_key(&key.id)), Ok(Some(owned)));
    }
    assert_eq!(store.glance(|reads| reads.owned_key(&KeyId::from_stored("i".to_owned()))), Ok(None));
    let (session, others) = keys.split_last().expect("keys");
    assert_eq!(store.read(|reads| reads.keys()), Ok(others.to_vec()));
    assert_eq!(store.read(|reads| reads.sessions(None, 9)), Ok(vec![session.clone()]));
    let again = keys[0].clone();
    assert!(store.write(move |tx| tx.insert_key(&again)).is_err(), "an id is taken once");
}

/// And by id where that is the same.
pub fn keys_come_by_time_of_creation(store: &impl Store) {
    let made = |id, micros| Key { created_at: at(micros), ..key(id, KeyReach::Installation, None) };
    let keys = [made("a", 3), made("c", 1), made("b", 1), made("d", -1)];
    store.write(move |tx| keys.iter().try_for_each(|key| tx.insert_key(key))).expect("added");
    let ids = store.read(|reads| Ok(reads.keys()?.into_iter().map(|key| key.id.to_string()).collect::<Vec<_>>()));
    assert_eq!(ids, Ok(["d", "b", "c", "a"].map(str::to_owned).to_vec()));
}

/// The later ones are told that there is such a key.
pub fn the_first_revocation_counts(store: &impl Store) {
    let fresh = key("a", KeyReach::Installation, None);
    let (id, written, other) = (fresh.id.clone(), fresh.clone(), key("b", KeyReach::Installation, None));
    store.write(move |tx| tx.insert_key(&written).and_then(|()| tx.insert_key(&other))).expect("added");
    for micros in [7, 8] {
        let id = id.clone();
        assert_eq!(store.write(move |tx| tx.revoke_key(&id, at(micros))), Ok(true));
    }
    let revoked = Key { revoked_at: Some(at(7)), ..fresh };
    assert!(!revoked.is_live(at(7)));
    assert_eq!(store.read(|reads| reads.key(&id)), Ok(Some(revoked)));
    let other = store.read(|reads| reads.key(&KeyId::from_stored("b".to_owned()))).expect("a look");
    assert_eq!(other.and_then(|key| key.revoked_at), None);
    let unknown = KeyId::from_stored("z".to_owned());
    assert_eq!(store.write(move |tx| tx.revoke_key(&unknown, at(9))), Ok(false));
}

/// And of no other key.
pub fn pin_and_plan_are_set_and_taken_away(store: &impl Store) {
    let (fresh, other) = (key("a", KeyReach::Installation, None), key("b", KeyReach::Installation, None));
    let (id, written) = (fresh.id.clone(), [fresh.clone(), other.clone()]);
    store.write(move |tx| written.iter().try_for_each(|key| tx.insert_key(key))).expect("added");
    for (pinned, plan) in [(Some("one"), None), (Some("other"), Some("large")), (None, Some("small")), (None, None)] {
        let set = id.clone();
        let there = store.write(move |tx| Ok((tx.pin_key(&set, pinned)?, tx.set_key_plan(&set, plan)?)));
        assert_eq!(there, Ok((true, true)));
        let expected = Key { pinned: pinned.map(str::to_owned), plan: plan.map(str::to_owned), ..fresh.clone() };
        assert_eq!(store.read(|reads| reads.keys()), Ok(vec![expected, other.clone()]));
    }
    let unknown = KeyId::from_stored("z".to_owned());
    let there = store.write(move |tx| Ok((tx.pin_key(&unknown, Some("x"))?, tx.set_key_plan(&unknown, None)?)));
    assert_eq!(there, Ok((false, false)));
}
