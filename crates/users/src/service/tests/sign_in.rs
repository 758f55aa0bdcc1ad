//! Signing in and out, on the store in memory.

use std::time::Duration;

use super::house::{House, no_change, password};
use crate::error::UserError;
use crate::key::{KeyId, KeyReach};
use crate::password::TypedPassword;
use crate::ports::{Clock, Store};
use crate::rate::Rate;
use crate::user::{Status, User};
use crate::{AccountName, Email, NewUser, SignIn, SignInRules, SignedIn, StatusChange, UserChange, Users};

pub const PASSWORD: &str = "correct horse";

/// Three guesses an hour, and nine from one address.
pub fn rules() -> SignInRules {
    SignInRules {
        session: Duration::from_secs(600),
        per_account: Rate::parse("3/h"),
        per_peer: Rate::parse("9/h"),
        mails_per_account: None,
        mails_per_peer: Rate::parse("4/h"),
    }
}

pub fn users(house: &House) -> Users<crate::testing::MemoryStore> {
    house.users.clone().signing_in(rules())
}

/// Somebody with that password.
pub fn ada(house: &House) -> User {
    let new = NewUser {
        password: Some(password(PASSWORD)),
        workspace: Some(house.first.to_string()),
        ..super::house::new_user("Ada")
    };
    house.create(&house.admin, new).unwrap()
}

pub fn by_email(address: &str, password: &str) -> SignIn {
    SignIn {
        account: AccountName::Email(Email::parse(address).unwrap()),
        password: TypedPassword::new(password.to_owned()),
        origin: Some([192, 0, 2, 1].into()),
    }
}

fn by_username(name: &str, password: &str) -> SignIn {
    SignIn { account: AccountName::Username(name.to_owned()), ..by_email("x@example.com", password) }
}

fn refusal(signed_in: crate::error::Result<SignedIn>) -> UserError {
    signed_in.map(|signed_in| signed_in.user).unwrap_err()
}

fn sessions(house: &House) -> Vec<KeyId> {
    let sessions = house.store.read(|reads| reads.sessions(None, 100)).unwrap();
    sessions.into_iter().filter(|key| key.revoked_at.is_none()).map(|key| key.id).collect()
}

#[test]
fn either_name_in_any_case_leads_in_and_gives_a_key_of_the_user() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    for sign_in in [
        by_email("Ada@example.com", PASSWORD),
        by_email("aDA@EXAMPLE.com", PASSWORD),
        by_username("Ada", PASSWORD),
        by_username("aDA", PASSWORD),
    ] {
        let signed_in = users.sign_in(&sign_in).unwrap();
        assert_eq!((signed_in.user.id.clone(), signed_in.lasts), (user.id.clone(), Duration::from_secs(600)));
        let caller = users.authenticate(&signed_in.key).unwrap();
        assert!(caller.is(&user.id) && caller.stands_for_owner());
        let key = house.store.read(|reads| reads.key(signed_in.key.id())).unwrap().unwrap();
        assert!(key.session && key.reach == KeyReach::Owner && key.permissions.is_none());
        assert_eq!(key.expires_at.unwrap().since(key.created_at), chrono::TimeDelta::seconds(600));
    }
    assert_eq!(sessions(&house).len(), 4);
}

#[test]
fn a_sign_in_shows_and_is_another_state_of_the_record_but_no_change_of_it() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    let signed_in = users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    let read = house.read(&user);
    assert_eq!(signed_in.user, read);
    assert!(read.last_login.is_some_and(|login| login > user.updated_at));
    assert_eq!(User { last_login: None, revision: user.revision, ..read.clone() }, user);
    assert_ne!(read.version(), user.version());
    // A store that is put back to before the sign-in gives the same revision again; the versions differ all the same.
    let other = User { last_login: house.environment.clock.now().into(), ..read.clone() };
    assert_ne!(read.version(), other.version());
}

#[test]
fn nobody_else_learns_why_it_is_refused() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    house.user("nopassword", &["user"], &house.first);
    for sign_in in [
        by_email("ada@example.com", "wrong horse"),
        by_email("ada@example.com", ""),
        by_email("nobody@example.com", PASSWORD),
        by_email("nopassword@example.com", ""),
        by_username("ada@example.com", PASSWORD),
        by_username("a\0da", PASSWORD),
        by_username("", ""),
    ] {
        assert_eq!(refusal(users.sign_in(&sign_in)), UserError::Unauthenticated, "{sign_in:?}");
    }
    house.wait(36_000);
    for status in [Status::Inactive, Status::Suspended] {
        let change = UserChange { status: Some(StatusChange::To(status)), ..no_change() };
        house.update(&house.admin, user.id.as_str(), change).unwrap();
        assert_eq!(refusal(users.sign_in(&by_email("ada@example.com", PASSWORD))), UserError::Unauthenticated);
    }
    assert_eq!(house.read(&user).last_login, None);
    assert_eq!(sessions(&house), []);
}

#[test]
fn beyond_the_rate_of_the_account_even_the_right_password_waits() {
    let house = House::new();
    let (users, _) = (users(&house), ada(&house));
    for name in ["nobody@example.com", "ada@example.com"] {
        house.wait(360_000);
        for _ in 0..3 {
            assert_eq!(refusal(users.sign_in(&by_email(name, "wrong"))), UserError::Unauthenticated);
        }
        let UserError::TooOften { retry_after } = refusal(users.sign_in(&by_email(name, PASSWORD))) else {
            panic!("it is let in")
        };
        assert!(retry_after <= Duration::from_secs(1_200) && retry_after > Duration::from_secs(1_190));
    }
    house.wait(1_190);
    assert!(matches!(refusal(users.sign_in(&by_email("ada@example.com", PASSWORD))), UserError::TooOften { .. }));
    house.wait(10);
    let signed_in = users.sign_in(&by_email("ada@example.com", PASSWORD));
    assert!(signed_in.is_ok(), "{signed_in:?}");
    for _ in 0..3 {
        assert_eq!(refusal(users.sign_in(&by_email("ada@example.com", "wrong"))), UserError::Unauthenticated);
    }
}

#[test]
fn beyond_the_rate_of_the_address_every_account_waits_and_only_attempts_in_vain_count() {
    let house = House::new();
    let (users, _) = (users(&house), ada(&house));
    for n in 0..8 {
        let wrong = by_email(&format!("u{n}@example.com"), "wrong");
        assert_eq!(refusal(users.sign_in(&wrong)), UserError::Unauthenticated);
    }
    for _ in 0..20 {
        users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    }
    assert_eq!(refusal(users.sign_in(&by_email("u8@example.com", "wrong"))), UserError::Unauthenticated);
    assert!(matches!(refusal(users.sign_in(&by_email("u9@example.com", "wrong"))), UserError::TooOften { .. }));
    assert!(matches!(refusal(users.sign_in(&by_email("ada@example.com", PASSWORD))), UserError::TooOften { .. }));
    let elsewhere = SignIn { origin: Some([192, 0, 2, 2].into()), ..by_email("ada@example.com", PASSWORD) };
    users.sign_in(&elsewhere).unwrap();
}

#[test]
fn a_session_ends_by_itself_and_by_signing_out_and_other_keys_do_not() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    let sign_in = || users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap().key;
    let (one, other) = (sign_in(), sign_in());
    let caller = users.authenticate(&one).unwrap();
    users.sign_out(&caller).unwrap();
    assert_eq!(users.authenticate(&one).unwrap_err(), UserError::Unauthenticated);
    assert_eq!(users.sign_out(&caller), Err(UserError::Unauthenticated), "it is over");
    let key = house.key_of(&user);
    assert_eq!(users.sign_out(&users.authenticate(&key).unwrap()), Err(UserError::NoSession));
    assert!(users.authenticate(&key).is_ok() && users.authenticate(&other).is_ok());
    house.wait(600);
    assert_eq!(users.authenticate(&other).unwrap_err(), UserError::Unauthenticated);
    assert!(users.authenticate(&key).is_ok());
}

#[test]
fn a_new_password_ends_the_sessions_but_the_one_that_sets_it() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    let sign_in = |password: &str| users.sign_in(&by_email("ada@example.com", password)).unwrap().key;
    let other = house.user("bob", &["user"], &house.first);
    let (one, two, key) = (sign_in(PASSWORD), sign_in(PASSWORD), house.key_of(&user));
    let change = |text: &str| UserChange { password: Some(password(text)), ..no_change() };
    let is_live = |key| users.authenticate(key).is_ok();
    let harmless = UserChange { bio: Some(None), ..no_change() };
    house.update(&users.authenticate(&one).unwrap(), user.id.as_str(), harmless).unwrap();
    assert!(is_live(&one) && is_live(&two));
    house.update(&house.admin, other.id.as_str(), change("another horse")).unwrap();
    assert!(is_live(&one) && is_live(&two));
    house.update(&users.authenticate(&one).unwrap(), user.id.as_str(), change("second horse")).unwrap();
    assert_eq!([is_live(&one), is_live(&two), is_live(&key)], [true, false, true]);
    let two = sign_in("second horse");
    house.update(&house.admin, user.id.as_str(), change("third horse!")).unwrap();
    assert_eq!([is_live(&one), is_live(&two), is_live(&key)], [false, false, true]);
    let one = sign_in("third horse!");
    house.operator.set_password("ada@example.com", &password("fourth horse")).unwrap();
    assert_eq!([is_live(&one), is_live(&key)], [false, true]);
}

#[test]
fn sessions_that_ended_long_ago_are_removed_by_later_ones() {
    let house = House::new();
    let (users, _) = (users(&house), ada(&house));
    for _ in 0..3 {
        users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    }
    let count = || house.store.read(|reads| reads.sessions(None, 100)).unwrap().len();
    house.wait(29 * 86_400);
    users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    assert_eq!(count(), 4);
    house.wait(2 * 86_400);
    users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    assert_eq!(count(), 2);
    house.users.sign_in(&by_email("ada@example.com", "wrong")).unwrap_err();
    house.wait(31 * 86_400);
    users.remove_what_is_over().unwrap();
    assert_eq!((count(), house.store.attempts()), (0, Vec::new()));
}

#[test]
fn nothing_that_was_typed_is_kept() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    for sign_in in [by_email("nobody@example.com", "secret"), by_username("somebody", "secret")] {
        assert_eq!(refusal(users.sign_in(&sign_in)), UserError::Unauthenticated);
    }
    assert_eq!(refusal(users.sign_in(&by_email("ada@example.com", "secret"))), UserError::Unauthenticated);
    let kept: Vec<String> = house.store.attempts().iter().map(|(subject, _)| subject.to_string()).collect();
    assert_eq!(kept.len(), 4, "{kept:?}");
    assert!(kept.contains(&format!("account:{}", user.id)) && kept.contains(&"peer:192.0.2.1".to_owned()));
    assert!(
        !kept.iter().any(|subject| ["nobody", "somebody", "secret", "ada"].iter().any(|word| subject.contains(word)))
    );
    let stored = house.store.read(|reads| reads.password_hash(&user.id)).unwrap().unwrap();
    assert!(stored.as_str().starts_with("$2b$04$"));
}

/// What one address asks for bars nobody behind it from signing in, and the other way round; so neither waits for the other, either.
#[test]
fn mails_are_counted_apart_from_attempts() {
    let house = House::new();
    let (users, user) = (users(&house), ada(&house));
    let origin = by_email("ada@example.com", PASSWORD).origin;
    let ask = |n: usize| {
        let address = Email::parse(&format!("u{n}@example.com")).unwrap();
        users.ask_for_mail(&address, users.limits_of_mail(&address, origin)).unwrap().map_err(Box::new)
    };
    assert!((0..4).all(|n| ask(n).is_ok()));
    let UserError::TooOften { retry_after } = ask(4).unwrap_err().error else { panic!("an address has few") };
    assert!(retry_after > Duration::from_secs(890), "{retry_after:?}");
    users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    house.wait(3_600);
    for n in 0..9 {
        refusal(users.sign_in(&by_email(&format!("u{n}@example.com"), "wrong")));
    }
    assert!(matches!(refusal(users.sign_in(&by_email("u@example.com", "wrong"))), UserError::TooOften { .. }));
    assert_eq!(users.ask_for_mail(&user.email, users.limits_of_mail(&user.email, origin)), Ok(Ok(())));
}
