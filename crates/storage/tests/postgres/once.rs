//! Requests that have their effect once, whichever of two processes they are sent to.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use storage::AnyStore;
use users::Json;
use users::error::Result;
use users::once::{Claim, ClaimId, Fingerprint, IdempotencyKey, KeptAnswer};
use users::page::{Filter, Scope};
use users::ports::{Environment, Store};
use users::profile::Username;
use users::role::{RoleDefinition, RoleName};
use users::testing::{TestEnvironment, new_user};
use users::{
    Administrator, Caller, Conflict, Created, Email, NewUser, Once, Operator, Permission, RolePolicy, User, UserError,
    Users,
};

use crate::house::{House, timed};

/// Two processes on one database, and an administrator's key at each.
struct Pair {
    house: House<'static>,
    stores: [Arc<AnyStore>; 2],
    users: [Users<AnyStore>; 2],
    callers: [Arc<Caller>; 2],
}

impl Pair {
    fn new() -> Self {
        let permissions = [Permission::users_read(), Permission::users_write(), Permission::users_delete()];
        let name = RoleName::from_stored("user".to_owned());
        let role = RoleDefinition { name, permissions: permissions.into_iter().collect() };
        let policy = Arc::new(RolePolicy::new(vec![role]).expect("a role"));
        let environment: Environment = TestEnvironment::new().ports();
        let house = House::new();
        let stores = [Arc::new(house.open()), Arc::new(house.open())];
        let operator = Operator::new(stores[0].clone(), policy.clone(), environment.clone());
        let administrator = Administrator {
            email: Email::parse("root@example.com").expect("an address"),
            username: Username::parse("root").expect("a name"),
            workspace_name: "First".to_owned(),
        };
        let key = operator.init(administrator).expect("an administrator").key;
        let users = stores.clone().map(|store| Users::new(store, policy.clone(), environment.clone()));
        let callers = users.each_ref().map(|users| users.authenticate(&key).expect("a caller"));
        Self { house, stores, users, callers }
    }

    fn create(&self, process: usize, new: NewUser, once: Once) -> Result<Created> {
        self.users[process].create(&self.callers[process], new, Some(once))
    }
}

/// Somebody who is to be named after the address, and invited.
fn person(name: &str) -> NewUser {
    NewUser { username: None, invite: true, ..new_user(name) }
}

fn once(key: &str, said: &str) -> Once {
    Once {
        operation: "create".to_owned(),
        key: IdempotencyKey::parse(key).expect("a key"),
        fingerprint: Fingerprint::of(&Json::String(said.to_owned())),
        answer: Arc::new(|user: &User| Ok(KeptAnswer(user.id.to_string()))),
    }
}

/// Half of the racers at either process, each told its number.
fn race(racers: usize, run: impl Fn(usize) -> Result<Created> + Sync) -> Vec<Result<Created>> {
    let start = Barrier::new(racers);
    thread::scope(|scope| {
        let (run, start) = (&run, &start);
        let go = |n| {
            move || {
                start.wait();
                run(n)
            }
        };
        let running: Vec<_> = (0..racers).map(|n| scope.spawn(go(n))).collect();
        running.into_iter().map(|racer| racer.join().expect("no panic")).collect()
    })
}

fn winner(outcomes: &[Result<Created>]) -> String {
    let created = outcomes.iter().filter_map(|outcome| match outcome {
        Ok(Created::Now(user)) => Some(user.id.to_string()),
        Ok(Created::Before(_)) | Err(_) => None,
    });
    let created: Vec<String> = created.collect();
    let [id] = &created[..] else { panic!("{outcomes:?}") };
    id.clone()
}

#[test]
fn of_sixteen_at_two_processes_one_creates_and_the_others_hear_of_it() {
    let pair = Pair::new();
    for round in 0..10 {
        let name = format!("user{round}");
        let outcomes = race(16, |n| pair.create(n % 2, person(&name), once(&name, "the same")));
        let id = winner(&outcomes);
        for outcome in outcomes {
            match outcome {
                Ok(Created::Now(_)) => {}
                Ok(Created::Before(answer)) => assert_eq!(answer.0, id),
                Err(error) => assert_eq!(error, Conflict::UnderWay.into()),
            }
        }
        let count = pair.stores[0].read(|reads| reads.count_users(&Scope::Installation, &Filter::default()));
        assert_eq!(count, Ok(2 + round));
    }
}

/// One at each process, so that nothing but the database decides.
#[test]
fn who_comes_second_at_another_process_waits_and_hears_of_the_first() {
    let pair = Pair::new();
    for round in 0..30 {
        let name = format!("user{round}");
        let outcomes = race(2, |n| pair.create(n, person(&name), once(&name, "the same")));
        let id = winner(&outcomes);
        assert!(outcomes.contains(&Ok(Created::Before(KeptAnswer(id)))), "{outcomes:?}");
    }
    for round in 0..30 {
        let names = [format!("one{round}"), format!("other{round}")];
        let outcomes = race(2, |n| pair.create(n, person(&names[n]), once(&names[0], &names[n])));
        winner(&outcomes);
        assert!(outcomes.contains(&Err(UserError::IdempotencyKeyReused)), "{outcomes:?}");
    }
}

/// Whoever removes old claims waits for nobody who does so, too.
#[test]
fn old_claims_are_removed_by_one_each() {
    let pair = Pair::new();
    let outcome =
        pair.create(0, person("ada"), once("ada", "")).and_then(|_| pair.create(0, person("bob"), once("bob", "")));
    outcome.expect("two claims");
    let id = |key: &str| {
        let key = IdempotencyKey::parse(key).expect("a key");
        ClaimId::of(&pair.callers[0].key, "create", &key)
    };
    let mut other = pair.house.cluster.connect(&pair.house.database);
    other.batch_execute(&format!("BEGIN; DELETE FROM claims WHERE id = '{}'", id("ada").as_str())).expect("removing");
    let far = TestEnvironment::new().ports().clock.now();
    let far = far.before(-Claim::LIFETIME);
    let (removed, time) = timed(|| pair.stores[1].write(move |tx| tx.remove_claims(far, 10)));
    assert!(removed == Ok(1) && time < Duration::from_millis(500), "{removed:?} after {time:?}");
    other.batch_execute("COMMIT").expect("removed");
    assert_eq!(pair.stores[1].read(|reads| Ok((reads.claim(&id("ada"))?, reads.claim(&id("bob"))?))), Ok((None, None)));
}
