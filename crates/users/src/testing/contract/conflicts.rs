//! What is unique.

use super::fixtures::*;
use super::mail::message;
use crate::error::{Conflict, Result, UserError};
use crate::outbox::MessageKind;
use crate::ports::Store;
use crate::user::User;

fn insert(store: &impl Store, user: User) -> Result<()> {
    store.write(move |tx| tx.insert_user(&user, None))
}

/// Compared by its key, on insertion and on change; nothing is left.
pub fn an_email_is_taken_once(store: &impl Store) {
    add(store, [User { email: email("Ada@Bücher.example"), ..user(1) }, user(2)]);
    for same in ["Ada@Bücher.example", "aDA@BÜCHER.example", "ada@xn--bcher-kva.example"] {
        let taken = || User { email: email(same), revision: 2, ..user(3) };
        assert_eq!(insert(store, taken()), Err(Conflict::Email.into()), "{same}");
        assert_eq!(find(store, 3), None);
        assert_eq!(
            save(store, User { id: user_id(2), username: username("user2"), ..taken() }),
            Err(Conflict::Email.into())
        );
        assert_eq!(find(store, 2), Some(user(2)));
    }
}

/// Compared by its key, on insertion and on change; nothing is left.
pub fn a_username_is_taken_once(store: &impl Store) {
    add(store, [User { username: username("Ünal"), ..user(1) }, user(2)]);
    for same in ["Ünal", "ünal", "ÜNAL", "U\u{308}nal"] {
        let taken = |n| User { username: username(same), ..user(n) };
        assert_eq!(insert(store, taken(3)), Err(Conflict::Username.into()), "{same}");
        assert_eq!(find(store, 3), None);
        assert_eq!(save(store, taken(2)), Err(Conflict::Username.into()));
        assert_eq!(find(store, 2), Some(user(2)));
    }
    assert_eq!(store.read(|reads| reads.username_key_taken("ünal")), Ok(true));
    assert_eq!(store.read(|reads| reads.username_key_taken("unal")), Ok(false));
}

/// Where both are taken, every store says the same.
pub fn an_email_counts_before_a_username(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let both = |n| User { email: user(1).email, username: user(2).username, ..user(n) };
    assert_eq!(insert(store, both(3)), Err(Conflict::Email.into()));
    add(store, [user(4)]);
    assert_eq!(save(store, both(4)), Err(Conflict::Email.into()));
}

/// The same record again, and another spelling of its own names.
pub fn a_user_does_not_collide_with_itself(store: &impl Store) {
    add(store, [user(1)]);
    assert_eq!(save(store, user(1)), Ok(()));
    let spelled = User { email: email("USER1@EXAMPLE.COM"), username: username("USER1"), ..user(1) };
    assert_eq!(save(store, spelled.clone()), Ok(()));
    assert_eq!(find(store, 1), Some(spelled));
}

/// And only then.
pub fn a_name_is_free_again_after_a_change_or_a_deletion(store: &impl Store) {
    add(store, [user(1), user(2)]);
    let renamed = User { email: email("other@example.com"), username: username("other"), ..user(1) };
    save(store, renamed).expect("renamed");
    add(store, [User { id: user_id(3), ..user(1) }]);
    delete(store, 2);
    add(store, [User { id: user_id(4), ..user(2) }]);
    let old = User { email: user(1).email, ..user(5) };
    assert_eq!(insert(store, old), Err(Conflict::Email.into()));
}

/// Not a conflict that a caller can cause, so an internal error.
pub fn an_id_is_taken_once(store: &impl Store) {
    add(store, [user(1)]);
    let same = User { id: user_id(1), ..user(2) };
    assert!(matches!(insert(store, same), Err(UserError::Internal(_))));
    assert_eq!(find(store, 1), Some(user(1)));
}

/// To a user or a workspace that is there.
pub fn a_reference_leads_somewhere(store: &impl Store) {
    add(store, [user(1)]);
    add_workspace(store, 1, &[]);
    let refused = |outcome: Result<()>| assert!(matches!(outcome, Err(UserError::Internal(_))), "{outcome:?}");
    refused(insert(store, User { default_workspace: Some(workspace_id(9)), ..user(2) }));
    refused(save(store, User { default_workspace: Some(workspace_id(9)), ..user(1) }));
    refused(store.write(|tx| tx.add_member(&workspace_id(9), &user_id(1))));
    refused(store.write(|tx| tx.add_member(&workspace_id(1), &user_id(9))));
    let message = message(1, 9, MessageKind::Activation);
    refused(store.write(move |tx| tx.enqueue(&message)));
    refused(
        store.write(|tx| tx.insert_key(&super::keys::key("a", crate::key::KeyReach::Workspace(workspace_id(9)), None))),
    );
    refused(store.write(|tx| tx.insert_key(&super::keys::key("a", crate::key::KeyReach::Owner, Some(user_id(9))))));
    assert_eq!(find(store, 1), Some(user(1)));
    assert_eq!(find(store, 2), None);
    assert_eq!(
        store.read(|reads| Ok((reads.keys()?, reads.workspaces_of(&user_id(1))?))),
        Ok((Vec::new(), Vec::new()))
    );
}
