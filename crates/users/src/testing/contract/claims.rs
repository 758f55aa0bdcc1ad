//! What is remembered of requests.

use std::sync::Barrier;
use std::thread;

use super::fixtures::*;
use crate::error::{Conflict, Result, UserError};
use crate::id::UserId;
use crate::key::KeyId;
use crate::once::{Claim, ClaimId, Fingerprint, IdempotencyKey, KeptAnswer, Outcome};
use crate::ports::{Lock, Store, Tx};

pub(super) fn claim_id(n: u32) -> ClaimId {
    let key = IdempotencyKey::parse(&n.to_string()).expect("a key");
    ClaimId::of(&KeyId::from_stored("key".to_owned()), "create", &key)
}

/// Of the user of the same number.
pub(super) fn claim(n: u32) -> Claim {
    let outcome = Outcome {
        user: user_id(n),
        fingerprint: Fingerprint::from_stored(format!("{n:064}")),
        answer: KeptAnswer(format!("answer {n} '\"\\\n\u{1}é😀")),
    };
    Claim { id: claim_id(n), created_at: at(n.into()), outcome: Some(outcome) }
}

fn set(store: &impl Store, claims: impl IntoIterator<Item = Claim>) -> Result<()> {
    let claims: Vec<Claim> = claims.into_iter().collect();
    store.write(move |tx| claims.iter().try_for_each(|claim| tx.set_claim(claim)))
}

fn found(store: &impl Store, n: u32) -> Option<Claim> {
    store.read(|reads| reads.claim(&claim_id(n))).expect("a look")
}

/// However large its answer, with or without an outcome.
pub fn every_field_of_a_claim_comes_back(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let answer = KeptAnswer("é".repeat(300_000));
    let large = claim(2).outcome.map(|outcome| Outcome { answer, ..outcome });
    let claims = [claim(1), Claim { outcome: large, ..claim(2) }, Claim { outcome: None, ..claim(3) }];
    set(store, claims.clone()).expect("set");
    for (n, claim) in (1..).zip(claims) {
        assert_eq!(found(store, n), Some(claim));
    }
    assert_eq!(found(store, 4), None);
}

/// All of it.
pub fn a_claim_takes_the_place_of_an_earlier_one(store: &impl Store) {
    add(store, [user(1), user(2)]);
    set(store, [claim(1)]).expect("set");
    let later = Claim { id: claim_id(1), ..claim(2) };
    for next in [later.clone(), Claim { outcome: None, ..later.clone() }, later] {
        set(store, [next.clone()]).expect("set");
        assert_eq!(found(store, 1), Some(next));
    }
}

/// Its id and its time stay, and nothing that was said or answered.
pub fn a_claim_outlives_its_user_but_says_nothing_of_it(store: &impl Store) {
    add(store, [user(1), user(2)]);
    set(store, [claim(1), claim(2)]).expect("set");
    delete(store, 1);
    assert_eq!(found(store, 1), Some(Claim { outcome: None, ..claim(1) }));
    assert_eq!(found(store, 2), Some(claim(2)), "others keep theirs");
    add(store, [user(1)]);
    assert_eq!(found(store, 1), Some(Claim { outcome: None, ..claim(1) }), "a namesake inherits nothing");
    set(store, [claim(1)]).expect("set");
    assert_eq!(found(store, 1), Some(claim(1)));
}

/// To a user that is there, and is not changed by one that is refused.
pub fn a_claim_leads_to_a_user(store: &impl Store) {
    add(store, [user(1)]);
    set(store, [claim(1)]).expect("set");
    let lost = Claim { id: claim_id(1), ..claim(9) };
    assert!(matches!(set(store, [lost]), Err(UserError::Internal(_))));
    assert!(matches!(set(store, [claim(9)]), Err(UserError::Internal(_))));
    assert_eq!((found(store, 1), found(store, 9)), (Some(claim(1)), None));
}

/// No more of them than were asked for, and none that is young.
pub fn old_claims_go_from_the_oldest_on(store: &impl Store) {
    add(store, (1..=6).map(user));
    set(store, [4, 2, 6, 1, 3, 5].map(claim)).expect("set");
    let remove = |before, limit| store.write(move |tx| tx.remove_claims(at(before), limit));
    let left = || (1..=6).filter(|n| found(store, *n).is_some()).collect::<Vec<u32>>();
    assert_eq!((remove(1, 10), left().len()), (Ok(0), 6), "at that time is not before it");
    assert_eq!((remove(5, 0), left().len()), (Ok(0), 6));
    assert_eq!((remove(5, 3), left()), (Ok(3), vec![4, 5, 6]));
    assert_eq!((remove(5, 3), left()), (Ok(1), vec![5, 6]));
    assert_eq!((remove(100, 10), left()), (Ok(2), vec![]));
    assert_eq!(find(store, 1), Some(user(1)), "their users stay");
}

/// As the core does it: whoever comes first creates a user, the others find the claim.
fn create_once(tx: &mut dyn Tx, n: u32) -> Result<Option<UserId>> {
    tx.lock(Lock::Claim(&claim_id(0)))?;
    if let Some(claim) = tx.claim(&claim_id(0))? {
        return Ok(claim.outcome.map(|outcome| outcome.user));
    }
    tx.insert_user(&user(n), None)?;
    tx.remove_claims(at(0), 1)?;
    tx.set_claim(&Claim { id: claim_id(0), ..claim(n) })?;
    Ok(None)
}

/// And the others find what it has left.
pub fn of_many_with_one_claim_one_has_its_effect(store: &impl Store) {
    const RACERS: u32 = 16;
    let start = Barrier::new(RACERS as usize);
    let outcomes: Vec<Option<UserId>> = thread::scope(|scope| {
        let race = |n| {
            let start = &start;
            move || {
                start.wait();
                store.write(move |tx| create_once(tx, n)).expect("an outcome")
            }
        };
        let racers: Vec<_> = (1..=RACERS).map(|n| scope.spawn(race(n))).collect();
        racers.into_iter().map(|racer| racer.join().expect("no panic")).collect()
    });
    let created: Vec<u32> = (1..=RACERS).filter(|n| find(store, *n).is_some()).collect();
    let [winner] = created[..] else { panic!("{created:?}") };
    let expected = |n| if n == winner { None } else { Some(user_id(winner)) };
    assert_eq!(outcomes, (1..=RACERS).map(expected).collect::<Vec<_>>());
}

/// As with any other error.
pub fn a_conflict_leaves_no_claim(store: &impl Store) {
    add(store, [user(1)]);
    let refused = store.write(|tx| {
        tx.lock(Lock::Claim(&claim_id(1)))?;
        tx.set_claim(&claim(1))?;
        tx.insert_user(&crate::user::User { id: user_id(2), ..user(1) }, None)
    });
    assert_eq!((refused, found(store, 1)), (Err(Conflict::Email.into()), None));
}
