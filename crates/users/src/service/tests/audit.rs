//! What is noted of an act.

use super::house::{House, new_user, no_change, object};
use super::sign_in;
use crate::audit::{Action, Actor, Event, Occasion, Outcome, Reason, Refusal, changed_fields};
use crate::key::KeyReach;
use crate::ports::{AuditReads, Store};
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::service::{Identified, Seen};
use crate::user::{Status, User};
use crate::{Conflict, Email, NewUser, PlainPassword, Precondition, Setback, StatusChange, Timestamp, UserChange};

/// All that has happened since so many events.
fn since(house: &House, before: usize) -> Vec<Event> {
    house.store.read(|reads| AuditReads::events(reads, None, None, 1_000)).unwrap().split_off(before)
}

#[test]
fn an_act_is_noted_with_who_did_it_and_its_occasion() {
    let house = House::new();
    let before = since(&house, 0).len();
    let users = house.users.on(Occasion::request("door.changeIt", "r"));
    let change = UserChange { bio: Some(Some(Bio::parse("x").unwrap())), ..no_change() };
    let id = house.admin_user.id.clone();
    users.update(&house.admin, id.as_str(), change, Precondition::default()).unwrap();
    let [event] = since(&house, before).try_into().unwrap();
    assert_eq!(event.actor, Actor::Key { key: house.admin.key.clone(), owner: Some(id.clone()) });
    assert_eq!((event.action, event.outcome, event.user), (Action::UserChanged, Outcome::Done, Some(id)));
    assert_eq!((event.occasion, event.fields), (Occasion::request("door.changeIt", "r"), vec!["bio".into()]));
    house.update(&house.admin, house.admin_user.id.as_str(), no_change()).unwrap();
    assert_eq!(since(&house, before).len(), 1);
}

#[test]
fn what_is_undone_was_not() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let before = since(&house, 0).len();
    let taken = UserChange { email: Some(house.admin_user.email.clone()), ..no_change() };
    assert_eq!(house.update(&house.admin, ada.id.as_str(), taken), Err(Conflict::Email.into()));
    assert_eq!(house.create(&house.admin, new_user("ada")), Err(Conflict::Email.into()));
    assert_eq!(since(&house, before), []);
}

#[test]
fn each_field_has_a_name() {
    let user = House::new().admin_user;
    let other = |time: Timestamp| Timestamp::from_micros(time.micros() + 1).unwrap();
    let same = user.clone();
    let changes: [(&str, User); 18] = [
        ("email", User { email: Email::parse("x@example.com").unwrap(), ..same.clone() }),
        ("verified", User { verified: !same.verified, ..same.clone() }),
        ("username", User { username: Username::parse("x").unwrap(), ..same.clone() }),
        ("full_name", User { full_name: Some(FullName::parse("x").unwrap()), ..same.clone() }),
        ("status", User { status: Status::Suspended, ..same.clone() }),
        ("roles", User { roles: House::new().roles(&["guest"]), ..same.clone() }),
        ("department", User { department: Some(Department::parse("x").unwrap()), ..same.clone() }),
        ("avatar_url", User { avatar_url: Some(AvatarUrl::parse("https://example.com/").unwrap()), ..same.clone() }),
        ("bio", User { bio: Some(Bio::parse("x").unwrap()), ..same.clone() }),
        ("timezone", User { timezone: Some(Timezone::parse("Europe/London").unwrap()), ..same.clone() }),
        ("locale", User { locale: Some(Locale::parse("en").unwrap()), ..same.clone() }),
        ("auth_provider", User { auth_provider: None, ..same.clone() }),
        ("preferences", User { preferences: object(r#"{"a":1}"#), ..same.clone() }),
        ("settings", User { settings: object(r#"{"a":1}"#), ..same.clone() }),
        ("metadata", User { metadata: object(r#"{"a":1}"#), ..same.clone() }),
        ("created_at", User { created_at: other(same.created_at), ..same.clone() }),
        ("last_login", User { last_login: Some(same.created_at), ..same.clone() }),
        ("default_workspace", User { default_workspace: None, ..same.clone() }),
    ];
    for (name, new) in changes {
        assert_eq!(changed_fields(&user, &new), [name]);
    }
    let moved = User { revision: 9, updated_at: other(same.updated_at), ..same };
    assert_eq!(changed_fields(&user, &moved), [""; 0], "what every change moves is no field");
}

#[test]
fn it_is_known_why_a_key_is_refused() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let (own, short, gone) = (house.key_of(&ada), house.key_for(10, &ada), house.key_of(&ada));
    let reaching = |reach| house.key(Some(&ada), reach, None);
    let (wide, narrow) = (reaching(KeyReach::Installation), reaching(KeyReach::Workspace(house.first.clone())));
    let service = house.key(None, KeyReach::Installation, Some(&["users:read"]));
    house.operator.revoke_key(gone.id().as_str()).unwrap();
    house.wait(11);
    let reason = |key| match house.users.identify(key, None, Seen::default()).unwrap() {
        Identified::Caller(..) => None,
        Identified::Refused(refusal) => {
            assert_eq!(refusal.workspace, Some(house.first.clone()), "that of its owner");
            Some((refusal.actor.key().cloned(), refusal.actor.user().cloned(), refusal.reason))
        }
        Identified::Unknown => panic!("it is known"),
    };
    let of = |key: &crate::PresentedKey, reason| Some((Some(key.id().clone()), Some(ada.id.clone()), reason));
    assert_eq!([&own, &service, &wide, &narrow].map(reason), [const { None }; 4]);
    assert_eq!(reason(&short), of(&short, Reason::Expired));
    assert_eq!(reason(&gone), of(&gone, Reason::Revoked));
    let leave = UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() };
    house.update(&house.admin, ada.id.as_str(), leave).unwrap();
    for key in [&own, &wide, &narrow] {
        assert_eq!(reason(key), of(key, Reason::OwnerInactive));
    }
    house.operator.revoke_key(wide.id().as_str()).unwrap();
    assert_eq!(reason(&wide), of(&wide, Reason::Revoked));
    let stranger = crate::PresentedKey::from_random(&[1; 10], &[2; 20]);
    assert_eq!(house.users.identify(&stranger, None, Seen::default()), Ok(Identified::Unknown));
}

#[test]
fn a_new_ranking_is_one_act() {
    let house = House::new();
    house.users.align_roles().unwrap();
    let before = since(&house, 0).len();
    house.users.align_roles().unwrap();
    assert_eq!(since(&house, before), []);
    let ranked = |names: &[&str]| {
        let define = |name: &&str| crate::role::RoleDefinition {
            name: crate::RoleName::from_stored((*name).to_owned()),
            permissions: [].into_iter().collect(),
        };
        crate::RolePolicy::new(names.iter().map(define).collect()).unwrap()
    };
    let turned = ranked(&["user", "admin"]);
    crate::Users::new(house.store.clone(), turned.into(), house.environment.ports()).align_roles().unwrap();
    let actions: Vec<Action> = since(&house, before).iter().map(|event| event.action).collect();
    assert_eq!(actions, [Action::RolesRanked]);
}

fn actions(events: &[Event]) -> Vec<Action> {
    events.iter().map(|event| event.action).collect()
}

#[test]
fn a_session_is_ended_by_one_name_and_only_if_it_was_not_over() {
    let house = House::new();
    let ada = sign_in::ada(&house);
    let sign_in = || house.users.sign_in(&sign_in::by_email("ada@example.com", sign_in::PASSWORD)).unwrap().key;
    let (out, revoked, changed, over) = (sign_in(), sign_in(), sign_in(), sign_in());
    let before = since(&house, 0).len();
    house.users.sign_out(&house.caller(&out)).unwrap();
    house.operator.revoke_key(revoked.id().as_str()).unwrap();
    house.operator.set_password("ada@example.com", &super::house::password("another horse")).unwrap();
    let rows = since(&house, before);
    let ended: Vec<&Event> = rows.iter().filter(|event| event.action == Action::SessionEnded).collect();
    let mut keys: Vec<_> = ended.iter().filter_map(|event| event.key.clone()).collect();
    keys.sort();
    let mut expected = [&out, &revoked, &changed, &over].map(|key| key.id().clone());
    expected.sort();
    assert_eq!(keys, expected);
    for event in &rows {
        assert_eq!((&event.user, &event.workspace), (&Some(ada.id.clone()), &Some(house.first.clone())), "{event:?}");
    }

    let late = house.users.sign_in(&sign_in::by_email("ada@example.com", "another horse")).unwrap().key;
    house.wait(3_600);
    let before = since(&house, 0).len();
    house.operator.set_password("ada@example.com", &super::house::password("a third horse")).unwrap();
    assert_eq!(actions(&since(&house, before)), [Action::PasswordChanged], "its time was over");
    let late = house.store.read(|reads| reads.key(late.id())).unwrap().unwrap();
    assert_eq!(late.revoked_at, None, "and stays as it was");
}

#[test]
fn who_could_not_sign_in_is_told_with_the_workspace() {
    let house = House::new();
    let ada = sign_in::ada(&house);
    let users = sign_in::users(&house);
    let refused =
        |name: &str, password| users.try_sign_in(&sign_in::by_email(name, password)).unwrap().unwrap_err().refusal;
    let of = |reason| Refusal {
        actor: Actor::Nobody,
        reason,
        user: Some(ada.id.clone()),
        workspace: Some(house.first.clone()),
    };
    assert_eq!(refused("ada@example.com", "wrong"), of(Reason::WrongPassword));
    let stranger = refused("nobody@example.com", "wrong");
    assert_eq!((stranger.user, stranger.workspace), (None, None));
    let leave = UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() };
    house.update(&house.admin, ada.id.as_str(), leave).unwrap();
    assert_eq!(refused("ada@example.com", sign_in::PASSWORD), of(Reason::UserInactive));
    refused("ada@example.com", "wrong");
    assert_eq!(refused("ada@example.com", "wrong"), of(Reason::TooManyAttempts));
}

#[test]
fn a_mail_is_told_with_the_workspace_of_its_user() {
    let house = House::new();
    let new = NewUser { invite: true, workspace: Some(house.first.to_string()), ..new_user("ada") };
    let ada = house.create(&house.admin, new).unwrap();
    let before = since(&house, 0).len();
    let letter = house.users.take_mail(1, chrono::TimeDelta::seconds(9)).unwrap().letters.remove(0);
    house.users.mail_failed(&letter.held, Setback { reason: "no".to_owned(), is_final: true }).unwrap();
    house.operator.retry_mail(letter.held.id.as_str()).unwrap();
    let rows = since(&house, before);
    assert_eq!(actions(&rows), [Action::MailAbandoned, Action::MailRetried]);
    for row in rows {
        assert_eq!((row.user, row.workspace), (Some(ada.id.clone()), Some(house.first.clone())));
    }
}

#[test]
fn what_is_done_to_a_key_is_told_with_the_workspace_where_it_starts() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let second = KeyReach::Workspace(house.second.clone());
    let keys = [
        (house.key_of(&ada), Some(&house.first)),
        (house.key(Some(&ada), KeyReach::Installation, None), Some(&house.first)),
        (house.key(Some(&ada), second.clone(), None), Some(&house.second)),
        (house.key(None, second, Some(&["users:read"])), Some(&house.second)),
        (house.key(None, KeyReach::Installation, Some(&["users:read"])), None),
    ];
    for (key, workspace) in keys {
        house.operator.plan_key(key.id().as_str(), Some("small")).unwrap();
        house.operator.pin_key(key.id().as_str(), Some("door"), None).unwrap();
        house.operator.revoke_key(key.id().as_str()).unwrap();
        let rows: Vec<_> = since(&house, 0).into_iter().filter(|event| event.key.as_ref() == Some(key.id())).collect();
        let expected = [Action::KeyCreated, Action::KeyPlanned, Action::KeyPinned, Action::KeyRevoked];
        assert_eq!(actions(&rows), expected);
        assert!(rows.iter().all(|row| row.workspace.as_ref() == workspace), "{rows:?}");
    }
}

/// Between two transactions a process may die, and leave the one without the other.
#[test]
fn an_act_is_one_transaction_with_its_row_and_its_message() {
    let house = House::new();
    let one_write = |what: &str, act: &dyn Fn()| {
        let (before, told) = (house.store.writes(), since(&house, 0).len());
        act();
        assert_eq!(house.store.writes() - before, 1, "{what}");
        assert!(since(&house, 0).len() > told, "{what} is told");
    };
    let invited = |name: &str| NewUser { invite: true, workspace: Some(house.first.to_string()), ..new_user(name) };
    let create = |name: &str| house.create(&house.admin, invited(name)).unwrap();
    one_write("an invitation", &|| drop(create("ada")));
    let (ada, bob) = (create("bob"), create("eve"));
    let id = ada.id.as_str();
    let bio = UserChange { bio: Some(Some(Bio::parse("x").unwrap())), ..no_change() };
    one_write("a change", &|| drop(house.update(&house.admin, id, bio.clone()).unwrap()));
    let new = PlainPassword::parse("violet tundra lamp").unwrap();
    let change = UserChange { password: Some(new.clone()), ..no_change() };
    one_write("a password", &|| drop(house.update(&house.admin, id, change.clone()).unwrap()));
    one_write("another invitation", &|| drop(house.operator.invite(id).unwrap()));
    one_write("a wish for a link", &|| house.users.ask_for_mail(&ada.email, Vec::new()).unwrap().unwrap());
    one_write("a password by the operator", &|| drop(house.operator.set_password(id, &new).unwrap()));
    let key = house.key_of(&ada);
    one_write("a key that ends", &|| drop(house.operator.revoke_key(key.id().as_str()).unwrap()));
    one_write("a membership", &|| house.operator.add_member(house.second.as_str(), id).unwrap());
    one_write("its end", &|| house.operator.remove_member(house.second.as_str(), id).unwrap());
    one_write("the end", &|| house.delete(&house.admin, bob.id.as_str()).unwrap());
}
