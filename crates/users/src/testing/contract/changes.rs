//! What a store tells of its own changes, if it does.

use chrono::TimeDelta;

use super::fixtures::{add, add_workspace, delete, save, user, user_id, workspace_id};
use super::keys::key;
use crate::changes::{Changes, Moment, Subject};
use crate::error::{Result, UserError};
use crate::key::{Key, KeyReach};
use crate::ports::{Store, Tx};
use crate::usage::{Day, Tally, Usage};

fn subject(n: u32) -> Subject {
    Subject::User(user_id(n))
}

fn a_key() -> Key {
    key("key", KeyReach::Installation, None)
}

/// Users 1 and 2, a workspace with both, and a key.
fn town(store: &impl Store) -> Option<&dyn Changes> {
    let changes = store.changes()?;
    add(store, [user(1), user(2)]);
    add_workspace(store, 1, &[1, 2]);
    add_workspace(store, 2, &[]);
    store.write(|tx| tx.insert_key(&a_key())).expect("a key is added");
    Some(changes)
}

fn now(changes: &dyn Changes) -> Moment {
    changes.now().expect("a moment")
}

fn write(store: &impl Store, work: impl Fn(&mut dyn Tx) -> Result<()> + Send + 'static) {
    store.write(work).expect("a change");
}

/// Each change ends what was read about its subject before it, and nothing else.
pub fn a_change_is_told_of_whom_it_concerns(store: &impl Store) {
    let Some(changes) = town(store) else { return };
    let of_key = Subject::Key(a_key().id);
    let concerns = |who: &Subject, change: &dyn Fn()| {
        let before = now(changes);
        change();
        for other in [&subject(1), &subject(2), &of_key] {
            assert_eq!(changes.has_changed(other, before), other == who, "{other:?} after a change of {who:?}");
        }
        assert!(!changes.has_changed(who, now(changes)));
    };
    concerns(&subject(1), &|| save(store, user(1)).expect("saved"));
    concerns(&subject(2), &|| write(store, |tx| tx.add_member(&workspace_id(2), &user_id(2))));
    concerns(&subject(2), &|| write(store, |tx| tx.remove_member(&workspace_id(2), &user_id(2)).map(|_| ())));
    concerns(&of_key, &|| write(store, |tx| tx.pin_key(&a_key().id, Some("door")).map(|_| ())));
    concerns(&of_key, &|| write(store, |tx| tx.set_key_plan(&a_key().id, Some("plan")).map(|_| ())));
    concerns(&of_key, &|| write(store, |tx| tx.revoke_key(&a_key().id, user(1).created_at).map(|_| ())));
    write(store, |tx| {
        let session = key("session", KeyReach::Owner, Some(user_id(1)));
        let end = user(1).created_at.after(TimeDelta::hours(1));
        tx.insert_key(&Key { session: true, expires_at: Some(end), ..session })
    });
    let of_session = Subject::Key(key("session", KeyReach::Owner, None).id);
    let before = now(changes);
    write(store, |tx| tx.end_sessions(&user_id(1), None, user(1).created_at).map(|_| ()));
    assert!(changes.has_changed(&of_session, before) && !changes.has_changed(&of_key, before));
    concerns(&subject(1), &|| delete(store, 1));
}

/// What is read after a change holds until the next; what was undone, or is new, changes nothing.
pub fn what_did_not_change_holds(store: &impl Store) {
    let Some(changes) = town(store) else { return };
    let before = now(changes);
    add(store, [user(3)]);
    let undone = store.write(|tx| {
        tx.update_user(&user(1))?;
        Err::<(), _>(UserError::Unauthenticated)
    });
    assert_eq!(undone, Err(UserError::Unauthenticated));
    write(store, |tx| {
        let (day, operation) = (Day::of(user(1).created_at), "door.operation".to_owned());
        let tally = Tally { calls: 1, ..Tally::empty(user(1).created_at) };
        let key = tx.hold_keys(&[a_key().id])?.remove(0);
        tx.add_usage(&[Usage { key, day, operation, tally }])
    });
    for n in 1..=2 {
        assert!(!changes.has_changed(&subject(n), before), "{n}");
    }
    let of_key = Subject::Key(a_key().id);
    assert!(!changes.has_changed(&of_key, before), "what a key calls is no change of it");
    if changes.hears_others() {
        assert!(changes.still_holds(before, &[subject(1), subject(2), of_key]));
        assert_eq!(now(changes).epoch, before.epoch, "a change of one's own is not taken for somebody else's");
    }
}
