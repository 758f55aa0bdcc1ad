//! Who may do what.

use super::house::{House, email, new_user, no_change, password, permission, role};
use crate::error::{Conflict, UserError};
use crate::key::KeyReach;
use crate::profile::Bio;
use crate::service::{Identified, RoleChange, StatusChange};
use crate::user::Status;
use crate::{NewUser, UserChange, UserId};

fn forbidden(text: &str) -> UserError {
    UserError::Forbidden { required: permission(text) }
}

fn set_bio() -> UserChange {
    UserChange { bio: Some(Some(Bio::parse("hello").unwrap())), ..no_change() }
}

#[test]
fn lacking_a_permission_says_nothing_about_who_is_there() {
    let house = House::new();
    let guest = house.user("guest", &["guest"], &house.first);
    let other = house.user("other", &["user"], &house.first);
    let caller = house.caller_of(&guest);
    for id in [other.id.as_str(), "018f0000-0000-7000-8000-000000000000", "nobody"] {
        assert_eq!(house.users.get(&caller, id, None), Err(forbidden("users:read")));
        assert_eq!(house.update(&caller, id, set_bio()), Err(forbidden("users:write")));
        assert_eq!(house.delete(&caller, id), Err(forbidden("users:delete")));
    }
    assert_eq!(house.users.get(&caller, guest.id.as_str(), None).map(|user| user.id), Ok(guest.id));
}

#[test]
fn a_foreign_user_looks_like_no_user() {
    let house = House::new();
    let foreign = house.user("foreign", &["user"], &house.second);
    let caller = house.service(&house.first, &["users:read", "users:write", "users:delete"]);
    let id = foreign.id.as_str();
    assert_eq!(house.users.get(&caller, id, None), Err(UserError::no_user(id)));
    assert_eq!(house.update(&caller, id, set_bio()), Err(UserError::no_user(id)));
    assert_eq!(house.delete(&caller, id), Err(UserError::no_user(id)));
}

#[test]
fn everyone_may_change_itself_but_not_its_roles_or_status() {
    let house = House::new();
    let ada = house.user("ada", &["guest"], &house.first);
    let caller = house.caller_of(&ada);
    let id = ada.id.as_str();
    assert!(house.update(&caller, id, set_bio()).is_ok());
    assert!(house.update(&caller, id, UserChange { password: Some(password("new password")), ..no_change() }).is_ok());
    let promote = UserChange { roles: Some(RoleChange::Shown(role("admin"))), ..no_change() };
    assert_eq!(house.update(&caller, id, promote), Err(forbidden("users:write")));
    let leave = UserChange { status: Some(StatusChange::MayAct(false)), ..no_change() };
    assert_eq!(house.update(&caller, id, leave), Err(forbidden("users:write")));
    let same = UserChange {
        roles: Some(RoleChange::Shown(role("guest"))),
        status: Some(StatusChange::MayAct(true)),
        ..no_change()
    };
    assert_eq!(house.update(&caller, id, same).map(|user| user.roles), Ok(ada.roles));
}

#[test]
fn a_narrow_key_does_not_take_over_its_wide_owner() {
    let house = House::new();
    let reader = house.key(Some(&house.admin_user), KeyReach::Installation, Some(&["users:read"]));
    let id = house.admin_user.id.as_str();
    assert_eq!(house.update(&house.caller(&reader), id, set_bio()), Err(forbidden("users:write")));
    let writer = house.key(Some(&house.admin_user), KeyReach::Installation, Some(&["users:write"]));
    assert!(house.update(&house.caller(&writer), id, set_bio()).is_ok());
    let take_over = UserChange { password: Some(password("new password")), ..no_change() };
    assert_eq!(house.update(&house.caller(&writer), id, take_over), Err(forbidden("users:read")));
}

#[test]
fn nobody_takes_over_an_account_that_permits_more() {
    let house = House::new();
    let manager = house.user("manager", &["manager"], &house.first);
    let developer = house.user("developer", &["developer"], &house.first);
    let caller = house.caller_of(&manager);
    let id = developer.id.as_str();
    assert!(house.update(&caller, id, set_bio()).is_ok());
    for change in [
        UserChange { email: Some(email("mine@example.com")), ..no_change() },
        UserChange { password: Some(password("new password")), ..no_change() },
        UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() },
        UserChange { roles: Some(RoleChange::Shown(role("manager"))), ..no_change() },
    ] {
        assert_eq!(house.update(&caller, id, change), Err(forbidden("projects:read")));
    }
}

#[test]
fn nobody_grants_what_it_does_not_hold() {
    let house = House::new();
    let manager = house.user("manager", &["manager"], &house.first);
    let peer = house.user("peer", &["manager"], &house.first);
    let caller = house.caller_of(&manager);
    let admin = house.roles(&["admin"]);
    let create = NewUser { roles: Some(admin.clone()), ..new_user("mallory") };
    assert_eq!(house.create(&caller, create), Err(forbidden("users:delete")));
    let promote = UserChange { roles: Some(RoleChange::To(admin)), ..no_change() };
    assert_eq!(house.update(&caller, peer.id.as_str(), promote), Err(forbidden("users:delete")));
}

#[test]
fn a_member_of_several_workspaces_needs_a_caller_who_reaches_them_all() {
    let house = House::new();
    let shared = house.user("shared", &["user"], &house.first);
    house.operator.add_member(house.second.as_str(), shared.id.as_str()).unwrap();
    let all = ["users:read", "users:write", "users:delete", "projects:read", "projects:write"];
    let caller = house.service(&house.first, &all);
    let id = shared.id.as_str();
    assert!(house.update(&caller, id, set_bio()).is_ok());
    assert_eq!(house.delete(&caller, id), Err(forbidden("users:delete")));
    let suspend = UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() };
    assert_eq!(house.update(&caller, id, suspend.clone()), Err(forbidden("users:write")));
    assert!(house.update(&house.admin, id, suspend).is_ok());
    assert_eq!(house.delete(&house.admin, id), Ok(()));
}

#[test]
fn a_user_without_a_workspace_is_seen_by_installation_keys_and_itself() {
    let house = House::new();
    let lone = house.user("lone", &["user"], &house.first);
    house.operator.remove_member(house.first.as_str(), "lone@example.com").unwrap();
    assert_eq!(house.read(&lone).default_workspace, None);
    let neighbour = house.service(&house.first, &["users:read"]);
    assert_eq!(house.users.get(&neighbour, lone.id.as_str(), None), Err(UserError::no_user(lone.id.as_str())));
    let own = house.caller_of(&lone);
    assert!(house.users.get(&own, lone.id.as_str(), None).is_ok());
    assert!(house.users.get_own(&own).is_ok());
}

#[test]
fn the_last_active_administrator_stays() {
    let house = House::new();
    let second = house.user("second", &["admin"], &house.first);
    let boss = house.caller_of(&second);
    let last = house.admin_user.id.as_str();
    let everywhere = house.key(Some(&second), KeyReach::Installation, None);
    let caller = house.caller(&everywhere);
    let disable = |id: &str| {
        let change = UserChange { status: Some(StatusChange::MayAct(false)), ..no_change() };
        house.update(&caller, id, change).map(|_| ())
    };
    assert_eq!(house.update(&boss, second.id.as_str(), set_bio()).map(|_| ()), Ok(()));
    assert_eq!(disable(last), Ok(()));
    assert_eq!(house.delete(&caller, second.id.as_str()), Err(Conflict::LastAdministrator.into()));
    assert_eq!(house.operator.delete_user("second@example.com").map(|_| ()), Err(Conflict::LastAdministrator.into()));
}

#[test]
fn a_key_is_worth_what_its_owner_is_at_this_moment() {
    let house = House::new();
    let ada = house.user("ada", &["admin"], &house.first);
    let key = house.key_of(&ada);
    let before = house.caller(&key);
    assert!(before.permissions.has(&permission("users:delete")));

    let demote = UserChange { roles: Some(RoleChange::Shown(role("guest"))), ..no_change() };
    house.update(&house.admin, ada.id.as_str(), demote).unwrap();
    let other = house.user("other", &["guest"], &house.first);
    assert_eq!(house.delete(&before, other.id.as_str()), Err(forbidden("users:delete")));

    let suspend = UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() };
    house.update(&house.admin, ada.id.as_str(), suspend).unwrap();
    assert_eq!(house.users.authenticate(&key).err(), Some(UserError::Unauthenticated));
    assert_eq!(house.update(&before, ada.id.as_str(), set_bio()).err(), Some(UserError::Unauthenticated));
}

#[test]
fn a_revoked_or_expired_key_is_no_key() {
    let house = House::new();
    let key = house.key(None, KeyReach::Workspace(house.first.clone()), Some(&["users:read"]));
    assert!(house.users.authenticate(&key).is_ok());
    house.operator.revoke_key(key.id().as_str()).unwrap();
    assert_eq!(house.users.authenticate(&key).err(), Some(UserError::Unauthenticated));

    let short = house.key_for(60, &house.admin_user);
    house.wait(59);
    assert!(house.users.authenticate(&short).is_ok());
    house.wait(1);
    assert_eq!(house.users.authenticate(&short).err(), Some(UserError::Unauthenticated));
}

#[test]
fn a_key_sees_the_same_at_once_as_afterwards() {
    let house = House::new();
    let [ada, guest] =
        [("ada", "user"), ("guest", "guest")].map(|(name, role)| house.user(name, &[role], &house.first));
    let foreign = house.user("foreign", &["user"], &house.second);
    let keys = [
        house.key(None, KeyReach::Installation, Some(&["users:read"])),
        house.key(None, KeyReach::Workspace(house.second.clone()), Some(&["users:read"])),
        house.key(None, KeyReach::Installation, Some(&["users:write"])),
        house.key_of(&ada),
        house.key_of(&guest),
    ];
    let nobody = UserId::parse("018f0000-0000-7000-8000-000000000000").unwrap();
    for key in &keys {
        for id in [&ada.id, &guest.id, &foreign.id, &nobody] {
            let Ok(Identified::Caller(caller, seen)) = house.users.identify(key, Some(id), house.users.present())
            else {
                panic!("a caller")
            };
            let at_once = house.users.look(&caller, &seen, id.as_str(), None).map(|look| look.user().clone());
            assert_eq!(at_once, house.users.get(&house.caller(key), id.as_str(), None), "{key:?} and {id}");
            // It was somebody else who was looked at.
            let other = house.users.look(&caller, &seen, ada.id.as_str(), None).map(|look| look.user().clone());
            assert_eq!(other, house.users.get(&caller, ada.id.as_str(), None));
        }
    }
}
