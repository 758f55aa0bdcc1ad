//! What becomes of a record.

use super::house::{House, email, new_user, no_change, object, password, role};
use crate::error::{Conflict, UserError};
use crate::profile::{FullName, Username};
use crate::service::{FullNameChange, RoleChange, StatusChange};
use crate::user::{Status, User};
use crate::{NewUser, UserChange};

fn apply(house: &House, user: &User, change: UserChange) -> User {
    house.update(&house.admin, user.id.as_str(), change).unwrap()
}

fn full_name(text: &str) -> FullName {
    FullName::parse(text).unwrap()
}

#[test]
fn a_change_that_changes_nothing_leaves_no_trace() {
    let house = House::new();
    let ada = house.user("ada", &["user", "developer"], &house.first);
    let same = UserChange {
        email: Some(ada.email.clone()),
        username: Some(ada.username.clone()),
        full_name: Some(FullNameChange::Shown(full_name("ada"))),
        preferences: Some(object("{}")),
        status: Some(StatusChange::MayAct(true)),
        roles: Some(RoleChange::Shown(role("developer"))),
        default_workspace: Some(Some(house.first.to_string())),
        ..no_change()
    };
    assert_eq!(apply(&house, &ada, same), ada);
    assert_eq!(house.read(&ada), ada);
}

#[test]
fn every_change_is_a_revision() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let named =
        apply(&house, &ada, UserChange { full_name: Some(FullNameChange::Set(Some(full_name("Ada")))), ..no_change() });
    assert_eq!((named.revision, named.shown_name()), (2, "Ada"));
    assert!(named.updated_at > ada.updated_at);
    let again = apply(&house, &ada, UserChange { password: Some(password("a new password")), ..no_change() });
    assert_eq!(again.revision, 3);
}

#[test]
fn an_empty_full_name_reads_as_the_username() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let empty =
        apply(&house, &ada, UserChange { full_name: Some(FullNameChange::Set(Some(full_name("")))), ..no_change() });
    assert_eq!(empty.shown_name(), "ada");
    let kept =
        apply(&house, &ada, UserChange { full_name: Some(FullNameChange::Shown(full_name("ada"))), ..no_change() });
    assert_eq!(kept, empty);
}

#[test]
fn a_shown_role_that_differs_becomes_the_only_one() {
    let house = House::new();
    let ada = house.user("ada", &["user", "admin", "developer"], &house.first);
    assert_eq!(ada.shown_role(), &role("admin"));
    let same = apply(&house, &ada, UserChange { roles: Some(RoleChange::Shown(role("admin"))), ..no_change() });
    assert_eq!(same.roles, house.roles(&["admin", "developer", "user"]));
    let demoted = apply(&house, &ada, UserChange { roles: Some(RoleChange::Shown(role("developer"))), ..no_change() });
    assert_eq!(demoted.roles, house.roles(&["developer"]));
}

#[test]
fn status_and_being_active() {
    let house = House::new();
    let table = [
        (Status::Active, StatusChange::MayAct(false), Ok(Status::Inactive)),
        (Status::Suspended, StatusChange::MayAct(false), Ok(Status::Suspended)),
        (Status::Pending, StatusChange::MayAct(false), Ok(Status::Pending)),
        (Status::Pending, StatusChange::MayAct(true), Ok(Status::Active)),
        (Status::Suspended, StatusChange::MayAct(true), Ok(Status::Active)),
        (Status::Pending, StatusChange::To(Status::Pending), Ok(Status::Pending)),
        (Status::Active, StatusChange::To(Status::Pending), Err(UserError::StatusNotSettable(Status::Pending))),
        (Status::Pending, StatusChange::To(Status::Suspended), Ok(Status::Suspended)),
    ];
    for (n, (from, change, expected)) in table.into_iter().enumerate() {
        let invited = NewUser { invite: true, ..new_user(&format!("user{n}")) };
        let user = house.create(&house.admin, invited).unwrap();
        if from != Status::Pending {
            apply(&house, &user, UserChange { status: Some(StatusChange::To(from)), ..no_change() });
        }
        let change = UserChange { status: Some(change), ..no_change() };
        let after = house.update(&house.admin, user.id.as_str(), change).map(|user| user.status);
        assert_eq!(after, expected, "{from:?}");
    }
}

#[test]
fn a_new_address_is_not_verified_and_a_taken_one_is_refused() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    house.user("bob", &["user"], &house.first);
    let taken = UserChange { email: Some(email("BOB@example.com")), ..no_change() };
    assert_eq!(house.update(&house.admin, ada.id.as_str(), taken), Err(Conflict::Email.into()));
    let taken = UserChange { username: Some(Username::parse("BOB").unwrap()), ..no_change() };
    assert_eq!(house.update(&house.admin, ada.id.as_str(), taken), Err(Conflict::Username.into()));
    let own = apply(&house, &ada, UserChange { username: Some(Username::parse("ADA").unwrap()), ..no_change() });
    assert_eq!(own.username.as_str(), "ADA");
}

#[test]
fn a_username_is_made_from_the_address() {
    let house = House::new();
    let create = |address: &str| {
        let new = NewUser { email: email(address), username: None, ..new_user("x") };
        house.create(&house.admin, new).map(|user| user.username.as_str().to_owned())
    };
    assert_eq!(create("Ada.L@example.com").as_deref(), Ok("Ada.L"));
    assert_eq!(create("ada.l@example.org").as_deref(), Ok("ada.l-2"));
    assert_eq!(create("ada.l@example.net").as_deref(), Ok("ada.l-3"));
    assert_eq!(create("ada.L@example.net"), Err(Conflict::Email.into()));
}

#[test]
fn preferences_are_patched_and_may_not_grow_without_end() {
    let house = House::new();
    let ada = house.user("ada", &["guest"], &house.first);
    let caller = house.caller_of(&ada);
    let patch = |text: &str| house.merge(&caller, object(text)).map(|user| user.preferences);
    assert_eq!(patch(r#"{"a":{"b":1.0,"c":2}}"#), Ok(object(r#"{"a":{"b":1.0,"c":2}}"#)));
    assert_eq!(patch(r#"{"a":{"c":null,"d":[null]}}"#), Ok(object(r#"{"a":{"b":1.0,"d":[null]}}"#)));
    let chunk = "x".repeat(200 * 1024);
    assert!(patch(&format!(r#"{{"one":"{chunk}"}}"#)).is_ok());
    assert_eq!(patch(&format!(r#"{{"two":"{chunk}"}}"#)), Err(UserError::TooLarge));
}

#[test]
fn naming_a_default_workspace_joins_it() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let change = UserChange { default_workspace: Some(Some(house.second.to_string())), ..no_change() };
    assert_eq!(apply(&house, &ada, change).default_workspace, Some(house.second.clone()));
    let joined = house.operator.user("ada@example.com").unwrap().workspaces;
    assert!(joined.contains(&house.first) && joined.contains(&house.second));
    let cleared = apply(&house, &ada, UserChange { default_workspace: Some(None), ..no_change() });
    assert_eq!(cleared.default_workspace, None);
    assert_eq!(house.operator.user("ada@example.com").unwrap().workspaces.len(), 2);
    let unknown = UserChange { default_workspace: Some(Some("elsewhere".to_owned())), ..no_change() };
    let refused = house.update(&house.admin, ada.id.as_str(), unknown);
    assert_eq!(refused, Err(UserError::no_workspace("elsewhere")));
}

#[test]
fn a_new_user_needs_a_home() {
    let house = House::new();
    let homeless = house.caller(&house.key(None, crate::key::KeyReach::Installation, Some(&["users:write"])));
    assert_eq!(house.create(&homeless, new_user("ada")), Err(UserError::WorkspaceRequired));
    let homeless_reader = house.caller(&house.key(None, crate::key::KeyReach::Installation, Some(&["users:read"])));
    assert_eq!(house.create(&homeless_reader, new_user("ada")), Err(UserError::WorkspaceRequired));
    let service = house.service(&house.second, &["users:read", "users:write", "projects:read"]);
    let new = NewUser { roles: Some(house.roles(&["guest"])), ..new_user("ada") };
    assert_eq!(house.create(&service, new).map(|user| user.default_workspace), Ok(Some(house.second.clone())));
    let foreign =
        NewUser { roles: Some(house.roles(&["guest"])), workspace: Some(house.first.to_string()), ..new_user("bob") };
    assert_eq!(house.create(&service, foreign), Err(UserError::no_workspace(house.first.as_str())));
}
