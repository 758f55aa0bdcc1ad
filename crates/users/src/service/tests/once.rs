//! Requests that have their effect once.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::house::{House, email, new_user, no_change, password, role};
use crate::error::{Conflict, Result, UserError};
use crate::json::decode;
use crate::key::KeyReach;
use crate::once::{Claim, Fingerprint, IdempotencyKey, KeptAnswer};
use crate::password::{PasswordHash, TypedPassword};
use crate::ports::PasswordHasher;
use crate::profile::Username;
use crate::service::RoleChange;
use crate::strength::Verdict;
use crate::testing::CheapHasher;
use crate::user::User;
use crate::{Caller, Created, NewUser, Once, PlainPassword, Precondition, UserChange, UserId};

/// A request under this key, for what this operation does, which says this.
fn request(key: &str, operation: &str, said: &str) -> Option<Once> {
    Some(Once {
        operation: operation.to_owned(),
        key: IdempotencyKey::parse(key).unwrap(),
        fingerprint: Fingerprint::of(&decode(said.as_bytes()).unwrap()),
        answer: Arc::new(|user: &User| Ok(told(user))),
    })
}

fn once(key: &str) -> Option<Once> {
    request(key, "create", "{}")
}

/// What a client is told of a user.
fn told(user: &User) -> KeptAnswer {
    KeptAnswer(format!("{} {} {}", user.id, user.revision, user.email.as_str()))
}

fn invited(name: &str) -> NewUser {
    NewUser { invite: true, ..new_user(name) }
}

impl House {
    fn created(&self, once: Option<Once>, new: NewUser) -> User {
        match self.users.create(&self.admin, new, once) {
            Ok(Created::Now(user)) => user,
            other => panic!("{other:?}"),
        }
    }

    fn repeated(&self, once: Option<Once>, new: NewUser) -> Result<Created> {
        self.users.create(&self.admin, new, once)
    }
}

#[test]
fn a_repeat_gets_the_first_answer_whatever_has_become_of_the_user() {
    let house = House::new();
    let ada = house.created(once("k"), invited("ada"));
    let first = Ok(Created::Before(told(&ada)));
    assert_eq!(house.repeated(once("k"), invited("ada")), first);
    let moved = UserChange { email: Some(email("elsewhere@example.com")), ..no_change() };
    house.users.update(&house.admin, ada.id.as_str(), moved, Precondition::default()).unwrap();
    for _ in 0..3 {
        assert_eq!(house.repeated(once("k"), invited("ada")), first);
    }
    assert_eq!((house.store.outbox().len(), house.store.claims().len()), (1, 1));
    assert_eq!(house.repeated(None, invited("ada")), Err(Conflict::Username.into()), "without a key it is another one");
}

#[test]
fn a_key_means_the_same_only_to_the_same_caller_and_operation() {
    let house = House::new();
    let other = house.caller_of(&house.admin_user);
    house.created(once("k"), new_user("ada"));
    let twin = house.users.create(&other, NewUser { workspace: None, ..new_user("bob") }, once("k"));
    assert!(matches!(twin, Ok(Created::Now(_))), "{twin:?}");
    house.created(request("k", "another", "{}"), new_user("eve"));
    house.created(once("K"), new_user("kim"));
    assert_eq!(house.store.claims().len(), 4);
}

#[test]
fn a_key_is_not_used_for_anything_else() {
    let house = House::new();
    let ada = house.created(request("k", "create", r#"{"n":1}"#), new_user("ada"));
    let other = request("k", "create", r#"{"n":1.0}"#);
    assert_eq!(house.repeated(other, new_user("bob")), Err(UserError::IdempotencyKeyReused));
    let same = request("k", "create", r#"{"password":"x","n":1}"#);
    assert_eq!(house.repeated(same, new_user("ada")), Ok(Created::Before(told(&ada))));
}

#[test]
fn what_was_refused_can_be_tried_again() {
    let house = House::new();
    let ada = house.user("ada", &["user"], &house.first);
    let taken = || NewUser { username: Some(Username::parse("other").unwrap()), ..new_user("ada") };
    assert_eq!(house.repeated(once("k"), taken()), Err(Conflict::Email.into()));
    assert!(house.store.claims().is_empty());
    house.users.delete(&house.admin, ada.id.as_str(), Precondition::default()).unwrap();
    house.created(once("k"), taken());

    let broken = Once { answer: Arc::new(|_| Err(UserError::TooLarge)), ..once("l").unwrap() };
    assert_eq!(house.repeated(Some(broken), new_user("bob")), Err(UserError::TooLarge));
    house.created(once("l"), new_user("bob"));
}

#[test]
fn who_repeats_must_still_be_permitted_to() {
    let house = House::new();
    let writer = house.user("writer", &["manager"], &house.first);
    let key = house.key_of(&writer);
    let plain = || NewUser { roles: Some(house.roles(&["guest"])), ..new_user("ada") };
    let create = |caller: &Caller| house.users.create(caller, NewUser { roles: None, ..plain() }, once("k"));
    assert_eq!(
        create(&house.caller(&key)),
        Err(UserError::Forbidden { required: super::house::permission("projects:read") })
    );

    let service = house.key(None, KeyReach::Workspace(house.first.clone()), Some(&["users:write", "projects:read"]));
    let repeat = |caller: &Caller| house.users.create(caller, plain(), once("k"));
    let caller = house.caller(&service);
    assert!(matches!(repeat(&caller), Ok(Created::Now(_))));
    assert!(matches!(repeat(&caller), Ok(Created::Before(_))));
    let weaker = Caller { permissions: [].into_iter().collect(), ..Caller::clone(&caller) };
    assert_eq!(repeat(&weaker), Err(UserError::Forbidden { required: super::house::permission("users:write") }));

    let manager = house.user("boss", &["admin"], &house.first);
    let key = house.key_of(&manager);
    let repeat = || house.users.create(&house.caller(&key), new_user("eve"), once("k"));
    assert!(matches!(repeat(), Ok(Created::Now(_))));
    let demotion = UserChange { roles: Some(RoleChange::Shown(role("user"))), ..no_change() };
    house.users.update(&house.admin, manager.id.as_str(), demotion, Precondition::default()).unwrap();
    assert_eq!(repeat(), Err(UserError::Forbidden { required: super::house::permission("users:write") }));
}

#[test]
fn a_late_repeat_does_not_bring_a_deleted_user_back_and_nothing_of_it_is_left() {
    let house = House::new();
    let ada = house.created(once("k"), new_user("ada"));
    house.created(once("l"), new_user("bob"));
    house.users.delete(&house.admin, ada.id.as_str(), Precondition::default()).unwrap();
    let gone = Err(Conflict::CreatedUserDeleted.into());
    assert_eq!(house.repeated(once("k"), new_user("ada")), gone);
    assert_eq!(house.repeated(request("k", "create", "[]"), new_user("ada")), gone, "what was said is forgotten, too");
    let outcomes = house.store.claims().into_iter().filter(|claim| claim.outcome.is_some());
    assert_eq!(outcomes.count(), 1);
    house.created(None, new_user("ada"));
}

#[test]
fn a_repeat_is_known_for_a_day_and_no_longer() {
    let house = House::new();
    let ada = house.created(once("k"), new_user("ada"));
    let day = Claim::LIFETIME.num_microseconds().unwrap();
    assert_eq!(day, 24 * 60 * 60 * 1_000_000);
    house.environment.clock.step_by(0);
    house.environment.clock.set(ada.created_at);
    house.environment.clock.advance(day);
    assert_eq!(house.repeated(once("k"), new_user("ada")), Ok(Created::Before(told(&ada))));
    house.environment.clock.advance(1);
    assert_eq!(house.repeated(once("k"), new_user("ada")), Err(Conflict::Email.into()));
    house.users.delete(&house.admin, ada.id.as_str(), Precondition::default()).unwrap();
    let again = house.created(once("k"), new_user("ada"));
    assert_ne!(again.id, ada.id);
    assert_eq!(house.repeated(once("k"), new_user("ada")), Ok(Created::Before(told(&again))));
}

#[test]
fn old_claims_go_a_few_at_a_time() {
    let house = House::new();
    for n in 0..40 {
        house.created(once(&format!("k{n}")), new_user(&format!("user{n}")));
    }
    house.wait(23 * 60 * 60);
    house.created(once("young"), new_user("young"));
    house.wait(2 * 60 * 60);
    let left = |name: &str| {
        house.created(once(name), new_user(name));
        house.store.claims().len()
    };
    assert_eq!([left("a"), left("b"), left("c"), left("d")], [26, 11, 4, 5]);
    house.created(None, new_user("e"));
    house.wait(30 * 60 * 60);
    house.users.remove_what_is_over().unwrap();
    assert_eq!(house.store.claims(), []);
}

/// Tells when it begins, and goes on when it is told to.
struct Gate {
    begun: SyncSender<()>,
    go_on: Mutex<Receiver<()>>,
}

impl PasswordHasher for Gate {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        CheapHasher.weigh(password, user)
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        self.begun.send(()).unwrap();
        self.go_on.lock().unwrap().recv().unwrap();
        CheapHasher.hash(password)
    }

    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        CheapHasher.verify(typed, hash)
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        CheapHasher.renew(typed, old)
    }
}

#[test]
fn while_a_password_is_hashed_a_repeat_hears_at_once_that_it_comes_too_early() {
    let ((begun, begins), (release, go_on)) = (sync_channel(0), sync_channel(0));
    let house = House::hashing(Arc::new(Gate { begun, go_on: Mutex::new(go_on) }));
    let slow = || NewUser { password: Some(password("correct horse")), ..new_user("ada") };
    thread::scope(|scope| {
        let first = scope.spawn(|| house.created(once("k"), slow()));
        begins.recv().unwrap();
        assert_eq!(house.repeated(once("k"), slow()), Err(Conflict::UnderWay.into()));
        let other = request("k", "create", "[]");
        assert_eq!(house.repeated(other, slow()), Err(UserError::IdempotencyKeyReused));
        house.created(once("l"), new_user("bob"));
        release.send(()).unwrap();
        let ada = first.join().unwrap();
        assert_eq!(house.repeated(once("k"), slow()), Ok(Created::Before(told(&ada))), "and nothing is hashed again");
    });
}

#[test]
fn a_request_that_ends_in_a_panic_can_be_tried_again() {
    let house = House::new();
    let panics = || Once { answer: Arc::new(|_| panic!("on the way")), ..once("k").unwrap() };
    let panicked = thread::scope(|scope| scope.spawn(|| house.repeated(Some(panics()), new_user("ada"))).join());
    assert!(panicked.is_err());
    house.created(once("k"), new_user("ada"));
}

#[test]
fn of_many_at_once_one_creates() {
    for _ in 0..20 {
        let house = House::new();
        let outcomes: Vec<Result<Created>> = thread::scope(|scope| {
            let race = || house.repeated(once("k"), invited("ada"));
            let racers: Vec<_> = (0..16).map(|_| scope.spawn(race)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let created: Vec<&UserId> = outcomes
            .iter()
            .filter_map(|outcome| if let Ok(Created::Now(user)) = outcome { Some(&user.id) } else { None })
            .collect();
        assert_eq!(created.len(), 1);
        let late = |outcome: &&Result<Created>| {
            **outcome == Err(Conflict::UnderWay.into())
                || matches!(outcome, Ok(Created::Before(answer)) if answer.0.starts_with(created[0].as_str()))
        };
        assert_eq!(outcomes.iter().filter(late).count(), 15, "{outcomes:?}");
        assert_eq!(house.store.outbox().len(), 1);
    }
}

#[test]
fn nothing_of_a_request_is_for_logs() {
    let house = House::new();
    let ada = house.created(once("ada@example.com"), new_user("ada"));
    let again = house.repeated(once("ada@example.com"), new_user("ada")).unwrap();
    let printed = format!("{again:?} {:?} {:?}", house.store.claims(), once("ada@example.com").unwrap().key);
    assert!(printed.contains(ada.id.as_str()) && !printed.contains("example"), "{printed}");
}
