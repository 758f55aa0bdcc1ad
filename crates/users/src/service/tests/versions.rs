//! Versions: every change makes another one, and what is asked of one is decided together with the change.

use std::sync::Barrier;
use std::thread;

use super::house::{House, email, no_change, object, password, policy, role};
use crate::error::{Conflict, Result, UserError};
use crate::key::KeyReach;
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::role::{RoleDefinition, RolePolicy};
use crate::{
    FullNameChange, Precondition, RoleChange, Status, StatusChange, Timestamp, User, UserChange, Users, Version,
    Versions,
};

/// The user must be as it is here.
fn as_seen(user: &User) -> Precondition {
    one_of([user.version()])
}

fn one_of(versions: impl IntoIterator<Item = Version>) -> Precondition {
    Precondition { one_of: Some(Versions::These(versions.into_iter().collect())), none_of: None }
}

fn none_of(versions: Versions) -> Precondition {
    Precondition { one_of: None, none_of: Some(versions) }
}

fn bio(text: &str) -> UserChange {
    UserChange { bio: Some(Some(Bio::parse(text).unwrap())), ..no_change() }
}

/// One change for each field, in the order of their declaration.
fn changes(house: &House) -> Vec<UserChange> {
    let text = "something else";
    vec![
        UserChange { email: Some(email("other@example.com")), ..no_change() },
        UserChange { username: Some(Username::parse("other").unwrap()), ..no_change() },
        UserChange { password: Some(password("another password")), ..no_change() },
        UserChange { full_name: Some(FullNameChange::Set(FullName::parse(text).ok())), ..no_change() },
        UserChange { avatar_url: Some(AvatarUrl::parse("https://example.com/a").ok()), ..no_change() },
        bio(text),
        UserChange { timezone: Some(Timezone::parse("Europe/London").ok()), ..no_change() },
        UserChange { locale: Some(Locale::parse("en-GB").ok()), ..no_change() },
        UserChange { department: Some(Department::parse(text).ok()), ..no_change() },
        UserChange { preferences: Some(object(r#"{"a":1}"#)), ..no_change() },
        UserChange { settings: Some(object(r#"{"a":1}"#)), ..no_change() },
        UserChange { metadata: Some(object(r#"{"a":1}"#)), ..no_change() },
        UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() },
        UserChange { roles: Some(RoleChange::To(house.roles(&["guest", "user"]))), ..no_change() },
        UserChange { default_workspace: Some(Some(house.second.to_string())), ..no_change() },
    ]
}

#[test]
fn every_change_of_a_field_is_another_version() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let mut seen = vec![ada.version()];
    for change in changes(&house) {
        let after = house.update(&house.admin, ada.id.as_str(), change.clone()).unwrap();
        assert!(!seen.contains(&after.version()), "{change:?}");
        assert_eq!(house.read(&ada).version(), after.version());
        seen.push(after.version());
        let again = house.update(&house.admin, ada.id.as_str(), UserChange { password: None, ..change });
        assert_eq!(again.map(|user| user.version()), Ok(after.version()), "what changes nothing makes no version");
    }
}

#[test]
fn what_happens_to_a_record_by_other_ways_is_another_version_as_well() {
    let house = House::new();
    let ada = house.user("ada", &["user", "guest"], &house.first);
    let caller = house.caller_of(&ada);
    let mut last = ada.clone();
    let mut differs = |what: &str| {
        let now = house.read(&ada);
        assert!(now.revision > last.revision && now != last, "{what}");
        last = now;
    };
    house.merge(&caller, object(r#"{"theme":"dark"}"#)).unwrap();
    differs("a merge of preferences");
    house.operator.set_password("ada@example.com", &password("another password")).unwrap();
    differs("a password");
    house.operator.remove_member(house.first.as_str(), "ada@example.com").unwrap();
    differs("the end of the default workspace's membership");
    let turned: Vec<RoleDefinition> = {
        let define = |name| RoleDefinition { name: role(name), permissions: Default::default() };
        ["guest", "user", "manager", "developer", "admin"].map(define).into()
    };
    let turned = RolePolicy::new(turned).unwrap();
    Users::new(house.store.clone(), turned.into(), house.environment.ports()).align_roles().unwrap();
    differs("another ranking of the roles");
    assert_eq!(last.shown_role(), &role("guest"));
}

#[test]
fn a_state_that_was_never_seen_is_not_the_one_that_has_its_number() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    // The store was put back to how it was before, and went another way.
    let lost = Version { changed_at: Timestamp::from_micros(ada.updated_at.micros() - 1).unwrap(), ..ada.version() };
    let other = Version { user: house.admin_user.id.clone(), ..ada.version() };
    let earlier = Version { revision: 0, ..ada.version() };
    for stranger in [lost, other, earlier] {
        let refused = house.users.update(&house.admin, ada.id.as_str(), bio("x"), one_of([stranger.clone()]));
        assert_eq!(refused, Err(UserError::PreconditionFailed), "{stranger:?}");
        assert!(house.users.update(&house.admin, ada.id.as_str(), no_change(), none_of(these([stranger]))).is_ok());
    }
    assert_eq!(house.read(&ada), ada);
}

fn these(versions: impl IntoIterator<Item = Version>) -> Versions {
    Versions::These(versions.into_iter().collect())
}

#[test]
fn a_precondition_holds_or_nothing_happens() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let (id, caller) = (ada.id.as_str(), house.caller_of(&ada));
    let other = Version { revision: 9, ..ada.version() };
    let all = Precondition { one_of: Some(Versions::All), none_of: None };
    for holds in [
        Precondition::default(),
        as_seen(&ada),
        one_of([other.clone(), ada.version()]),
        all.clone(),
        none_of(these([other.clone()])),
        none_of(these([])),
        Precondition { none_of: Some(these([other.clone()])), ..as_seen(&ada) },
    ] {
        assert_eq!(house.users.update(&house.admin, id, no_change(), holds.clone()), Ok(ada.clone()), "{holds:?}");
        let merged = house.users.merge_own_preferences(&caller, object("{}"), holds.clone());
        assert_eq!(merged, Ok(ada.clone()), "{holds:?}");
    }
    for fails in [
        one_of([other.clone()]),
        one_of([]),
        none_of(Versions::All),
        none_of(these([other.clone(), ada.version()])),
        Precondition { none_of: Some(these([ada.version()])), ..as_seen(&ada) },
        Precondition { none_of: Some(these([other.clone()])), ..one_of([other]) },
    ] {
        let refused = Err(UserError::PreconditionFailed);
        assert_eq!(house.users.update(&house.admin, id, bio("x"), fails.clone()), refused, "{fails:?}");
        assert_eq!(house.users.update(&house.admin, id, no_change(), fails.clone()), refused, "{fails:?}");
        assert_eq!(house.users.merge_own_preferences(&caller, object("{}"), fails.clone()), refused, "{fails:?}");
        assert_eq!(house.users.delete(&house.admin, id, fails.clone()), refused.map(|_| ()), "{fails:?}");
    }
    assert_eq!(house.read(&ada), ada);
    assert_eq!(house.users.delete(&house.admin, id, as_seen(&ada)), Ok(()));
    assert_eq!(house.users.delete(&house.admin, id, all), Err(UserError::no_user(id)));
}

#[test]
fn who_may_not_and_what_makes_no_sense_is_told_first_and_a_conflict_last() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let (id, root) = (ada.id.as_str(), house.admin_user.id.as_str());
    let stale = || one_of([]);
    let reader = house.service(&house.first, &["users:read"]);
    let stranger = house.service(&house.second, &["users:read", "users:write", "users:delete"]);
    let update = |caller, id, change| house.users.update(caller, id, change, stale()).unwrap_err();
    let delete = |caller, id| house.users.delete(caller, id, stale()).unwrap_err();

    let required = crate::Permission::users_write();
    assert_eq!(update(&reader, id, bio("x")), UserError::Forbidden { required });
    assert_eq!(update(&stranger, id, bio("x")), UserError::no_user(id));
    let required = crate::Permission::users_delete();
    assert_eq!(delete(&reader, id), UserError::Forbidden { required });
    assert_eq!(delete(&stranger, id), UserError::no_user(id));
    let pending = UserChange { status: Some(StatusChange::To(Status::Pending)), ..no_change() };
    assert_eq!(update(&house.admin, id, pending), UserError::StatusNotSettable(Status::Pending));
    let elsewhere = UserChange { default_workspace: Some(Some("elsewhere".to_owned())), ..no_change() };
    assert_eq!(update(&house.admin, id, elsewhere), UserError::no_workspace("elsewhere"));

    let taken = UserChange { email: Some(house.admin_user.email.clone()), ..no_change() };
    assert_eq!(update(&house.admin, id, taken.clone()), UserError::PreconditionFailed);
    assert_eq!(house.update(&house.admin, id, taken), Err(Conflict::Email.into()));
    let everything = policy().known_permissions();
    let everything: Vec<&str> = everything.iter().map(|permission| permission.as_str()).collect();
    let steward = house.caller(&house.key(None, KeyReach::Installation, Some(&everything)));
    let disable = UserChange { status: Some(StatusChange::MayAct(false)), ..no_change() };
    assert_eq!(update(&steward, root, disable.clone()), UserError::PreconditionFailed);
    assert_eq!(house.update(&steward, root, disable), Err(Conflict::LastAdministrator.into()));
    assert_eq!(delete(&steward, root), UserError::PreconditionFailed);
    assert_eq!(house.delete(&steward, root), Err(Conflict::LastAdministrator.into()));
}

#[test]
fn of_many_who_have_seen_the_same_one_changes_it() {
    const RACERS: usize = 8;
    let house = House::new();
    let mut user = house.user("ada", &["user"], &house.first);
    for round in 0..20 {
        let start = Barrier::new(RACERS);
        let outcomes: Vec<Result<User>> = thread::scope(|scope| {
            let race = |racer: usize| {
                let (house, user, start) = (&house, &user, &start);
                move || {
                    start.wait();
                    let change = bio(&format!("{round}: {racer}"));
                    house.users.update(&house.admin, user.id.as_str(), change, as_seen(user))
                }
            };
            let racers: Vec<_> = (0..RACERS).map(|racer| scope.spawn(race(racer))).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert!(lost.iter().all(|outcome| *outcome == Err(UserError::PreconditionFailed)), "{lost:?}");
        user = won.into_iter().next().unwrap().unwrap();
        assert_eq!(house.read(&user), user);
    }
}
