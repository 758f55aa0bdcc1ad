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
    };
    let refused = house.operator.create_key(request).unwrap_err();
    let OperatorError::Usage(message) = refused else { panic!("{refused:?}") };
    assert!(message.starts_with("no role permits users:reed; known are users:read, "), "{message}");
}

#[test]
fn the_installation_has_one_secret() {
    let house = House::new();
    let secret = house.users.installation_secret().unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(house.users.installation_secret().unwrap(), secret);
}
