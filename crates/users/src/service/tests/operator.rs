//! What the operator does.

use super::house::{House, email};
use crate::key::KeyReach;
use crate::profile::Username;
use crate::{Administrator, KeyRequest, OperatorError};

#[test]
fn a_store_is_initialised_once() {
    let house = House::new();
    let again = Administrator {
        email: email("again@example.com"),
        username: Username::parse("again").unwrap(),
        workspace_name: "Again".to_owned(),
    };
    assert!(matches!(house.operator.init(again), Err(OperatorError::HasAdministrator)));
    assert_eq!(house.operator.workspaces().unwrap().len(), 2);
}

#[test]
fn a_key_needs_an_owner_or_a_workspace_and_a_permission() {
    let house = House::new();
    let request = |reach, permissions: Option<&str>| KeyRequest {
        name: "k".to_owned(),
        reach,
        owner: None,
        permissions: permissions.map(|text| [super::house::permission(text)].into_iter().collect()),
        expires_at: None,
        plan: None,
    };
    let usage = |request| matches!(house.operator.create_key(request), Err(OperatorError::Usage(_)));
    assert!(usage(request(KeyReach::Owner, Some("users:read"))));
    assert!(usage(request(KeyReach::Installation, None)));
    assert!(house.operator.create_key(request(KeyReach::Installation, Some("users:read"))).is_ok());
}

#[test]
fn a_key_permits_what_some_role_does() {
    let house = House::new();
    let permissions = ["users:read", "users:reed"].map(super::house::permission);
    let request = KeyRequest {
        name: "k".to_owned(),
        reach: KeyReach::Installation,
        owner: None,
        permissions: Some(permissions.into_iter().collect()),
        expires_at: None,
        plan: None,
    };
    let refused = house.operator.create_key(request).unwrap_err();
    let OperatorError::Usage(message) = refused else { panic!("{refused:?}") };
    assert!(message.starts_with("no role permits users:reed; known are users:read, "), "{message}");
}

#[test]
fn a_key_is_revoked_by_its_id_or_by_all_of_it() {
    let house = House::new();
    let make = || {
        let permissions = Some([super::house::permission("users:read")].into_iter().collect());
        let (name, reach) = ("k".to_owned(), KeyReach::Installation);
        house
            .operator
            .create_key(KeyRequest { name, reach, owner: None, permissions, expires_at: None, plan: None })
            .unwrap()
    };
    let (one, two) = (make(), make());
    assert_eq!(house.operator.revoke_key(one.record.id.as_str()).unwrap(), one.record.id);
    assert_eq!(house.operator.revoke_key(&two.key.reveal()).unwrap(), two.record.id);
    let left = house.operator.keys().unwrap().into_iter().filter(|key| key.revoked_at.is_none());
    assert!(left.into_iter().all(|key| key.id != one.record.id && key.id != two.record.id));

    let refusal = |name: &str| house.operator.revoke_key(name).unwrap_err().to_string();
    assert!(refusal("aaaaaaaaaaaaaaaa").contains("no key aaaaaaaaaaaaaaaa"));
    let whole = two.key.reveal();
    let (_, secret) = whole.rsplit_once('_').unwrap();
    for mistyped in [secret, &whole[1..], &format!("{whole}x"), &format!("dgl_aaaaaaaaaaaaaaaa_{secret}")] {
        let said = refusal(mistyped);
        assert!(said.starts_with("there is no such key") && !said.contains(secret), "{said}");
    }
}

#[test]
fn the_installation_has_one_secret() {
    let house = House::new();
    let secret = house.users.installation_secret().unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(house.users.installation_secret().unwrap(), secret);
}
