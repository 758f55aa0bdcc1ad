//! What happens to an account while its password is compared.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::house::{House, no_change, password};
use super::sign_in::{PASSWORD, ada, by_email, rules};
use crate::attempts::Subject;
use crate::error::{Result, UserError};
use crate::password::{self, Cost, PasswordHash, TypedPassword};
use crate::ports::{PasswordHasher, Store};
use crate::rate::Rate;
use crate::strength::Verdict;
use crate::testing::CheapHasher;
use crate::user::{Status, User};
use crate::{PlainPassword, SignInRules, StatusChange, UserChange};

type Interruption = Box<dyn FnOnce() + Send>;

/// Hashes at a cost, and lets something happen after the next comparison.
struct Interrupted {
    cost: Cost,
    then: Mutex<Option<Interruption>>,
    compared: AtomicUsize,
    is_busy: bool,
}

impl Interrupted {
    fn new(cost: u32, is_busy: bool) -> Arc<Self> {
        let cost = Cost::new(cost).unwrap();
        Arc::new(Self { cost, then: Mutex::default(), compared: AtomicUsize::new(0), is_busy })
    }

    fn then(&self, what: impl FnOnce() + Send + 'static) {
        *self.then.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(what));
    }
}

impl PasswordHasher for Interrupted {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        CheapHasher.weigh(password, user)
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        CheapHasher.hash(password)
    }

    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        if self.is_busy {
            return Err(UserError::Busy("hashing"));
        }
        self.compared.fetch_add(1, Ordering::SeqCst);
        let verified = password::verify(typed, hash, self.cost);
        let then = self.then.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(then) = then {
            then();
        }
        verified
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        password::renew(typed, old, self.cost)
    }
}

fn house(cost: u32) -> (House, Arc<Interrupted>) {
    let hasher = Interrupted::new(cost, false);
    (House::hashing(hasher.clone()), hasher)
}

fn stored(house: &House) -> String {
    let user = house.store.read(|reads| reads.user_by_email_key("ada@example.com")).unwrap().unwrap();
    house.store.read(|reads| reads.password_hash(&user.id)).unwrap().unwrap().as_str().to_owned()
}

#[test]
fn a_hash_of_a_lower_cost_is_made_anew_at_a_sign_in() {
    let (house, _) = house(6);
    let user = ada(&house);
    assert!(stored(&house).starts_with("$2b$04$"));
    let revision = house.read(&user).revision;
    house.users.sign_in(&by_email("ada@example.com", "wrong")).unwrap_err();
    assert!(stored(&house).starts_with("$2b$04$"), "a wrong password renews nothing");
    let session = house.users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    let new = stored(&house);
    assert!(new.starts_with("$2b$06$"));
    assert_eq!(house.read(&user).revision, revision + 1);
    house.users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    assert_eq!(stored(&house), new);
    assert!(house.users.authenticate(&session.key).is_ok(), "a hash that is made anew is no new password");
}

#[test]
fn a_password_that_is_changed_meanwhile_leads_no_more_in_and_is_not_put_back() {
    let (house, hasher) = house(6);
    let user = ada(&house);
    let (users, admin, id) = (house.users.clone(), house.admin.clone(), user.id.clone());
    hasher.then(move || {
        let change = UserChange { password: Some(password("another horse")), ..no_change() };
        users.update(&admin, id.as_str(), change, Default::default()).unwrap();
    });
    let refused = house.users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap_err();
    assert_eq!(refused, UserError::Unauthenticated);
    assert_eq!(hasher.compared.load(Ordering::SeqCst), 2, "the new one was compared as well");
    assert!(stored(&house).starts_with("$2b$04$"), "the old one is not stored again");
    assert!(house.users.sign_in(&by_email("ada@example.com", "another horse")).is_ok());
}

#[test]
fn of_two_who_renew_a_hash_at_once_both_get_in() {
    let (house, hasher) = house(6);
    ada(&house);
    let users = house.users.clone();
    hasher.then(move || drop(users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap()));
    house.users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap();
    assert_eq!(hasher.compared.load(Ordering::SeqCst), 3);
}

#[test]
fn who_is_barred_or_deleted_meanwhile_does_not_get_in() {
    for is_deleted in [false, true] {
        let (house, hasher) = house(4);
        let user = ada(&house);
        let (users, admin, id) = (house.users.clone(), house.admin.clone(), user.id.clone());
        hasher.then(move || {
            if is_deleted {
                return users.delete(&admin, id.as_str(), Default::default()).unwrap();
            }
            let change = UserChange { status: Some(StatusChange::To(Status::Suspended)), ..no_change() };
            users.update(&admin, id.as_str(), change, Default::default()).map(|_| ()).unwrap();
        });
        let refused = house.users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap_err();
        assert_eq!(refused, UserError::Unauthenticated);
        assert_eq!(house.store.read(|reads| reads.sessions(None, 100)), Ok(Vec::new()));
    }
}

#[test]
fn an_attempt_that_finds_no_turn_costs_the_account_nothing_and_the_address_one() {
    let hasher = Interrupted::new(4, true);
    let house = House::hashing(hasher);
    let user = ada(&house);
    let users = house.users.clone().signing_in(SignInRules { per_peer: Rate::parse("10/h"), ..rules() });
    let sign_in = || users.sign_in(&by_email("ada@example.com", PASSWORD)).unwrap_err();
    for _ in 0..10 {
        assert_eq!(sign_in(), UserError::Busy("hashing"));
    }
    assert!(house.store.attempts().iter().all(|(subject, _)| *subject != Subject::account(&user.id)));
    assert!(matches!(sign_in(), UserError::TooOften { .. }));
}

/// An attempt is counted before it costs anything, so whoever comes meanwhile finds it, and one beyond the rate costs no hash.
#[test]
fn attempts_are_counted_before_anything_is_compared() {
    let (house, hasher) = house(4);
    ada(&house);
    let users = house.users.clone().signing_in(rules());
    let (meanwhile, outcomes) = (users.clone(), Arc::new(Mutex::new(Vec::new())));
    let seen = outcomes.clone();
    let guess = |users: &crate::Users<crate::testing::MemoryStore>, password: &str| {
        let refused = users.sign_in(&by_email("ada@example.com", password)).unwrap_err();
        matches!(refused, UserError::TooOften { .. })
    };
    hasher.then(move || {
        let outcomes = ["wrong", "wrong", PASSWORD].map(|password| guess(&meanwhile, password));
        seen.lock().unwrap_or_else(PoisonError::into_inner).extend(outcomes);
    });
    assert!(!guess(&users, "wrong"));
    assert_eq!(*outcomes.lock().unwrap_or_else(PoisonError::into_inner), [false, false, true]);
    assert!(guess(&users, PASSWORD));
    assert_eq!(hasher.compared.load(Ordering::SeqCst), 3, "beyond the rate nothing is compared");
}
