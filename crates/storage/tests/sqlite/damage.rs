//! A store that was changed from outside: an error, never "there is no such thing".

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use storage::AnyStore;
use users::UserError;
use users::error::Result;
use users::key::KeyId;
use users::page::{Filter, Scope, Start};
use users::ports::Store;

use crate::folder::Folder;

const USER: &str = "01900000-0000-7000-8000-000000000001";

const PEOPLE: &str = "
    INSERT INTO users (id, revision, email, email_key, verified, username, username_key, status, role, roles, created_at,
        updated_at, search_text, preferences, settings, metadata)
    VALUES ('01900000-0000-7000-8000-000000000001', 1, 'secret@example.com', 'secret@example.com', 0, 'u', 'u', 'active',
        'user', '[\"user\"]', 0, 0, 'u', '{}', '{}', '{}');
    INSERT INTO keys (id, name, secret_hash, reach, permissions, created_at)
    VALUES ('k', 'secret', x'00', 'installation', '[\"users:read\"]', 0);
";

fn damaged(change: &str) -> (Folder, AnyStore) {
    let folder = Folder::new();
    let store = folder.open();
    let path = folder.path("diglot.db").display().to_string();
    let mut connection = SqliteConnection::establish(&path).expect("a connection");
    connection.batch_execute(PEOPLE).expect("people");
    connection.batch_execute(change).expect("damage");
    (folder, store)
}

fn is_internal<T>(outcome: Result<T>) -> bool {
    matches!(outcome, Err(UserError::Internal(text)) if !text.contains("secret"))
}

#[test]
fn a_user_that_makes_no_sense_is_a_fault() {
    for change in [
        "roles = 'user'",
        "roles = '[]'",
        "roles = '[1]'",
        "created_at = 9223372036854775807",
        "last_login = -9223372036854775807",
    ] {
        let (_folder, store) = damaged(&format!("UPDATE users SET {change}"));
        let id = users::UserId::parse(USER).expect("an id");
        assert!(is_internal(store.read(|reads| reads.user(&id))), "{change}");
        assert!(is_internal(store.glance(|reads| reads.user_and_workspaces(&id))), "{change}");
        assert!(is_internal(store.read(|reads| reads.user_by_email_key("secret@example.com"))), "{change}");
        if change.starts_with("roles") {
            assert!(is_internal(store.read(|reads| reads.principal(&id))), "{change}");
        }
        let page = store.read(|reads| reads.users(&Scope::Installation, &Filter::default(), &Start::Beginning, 9));
        assert!(is_internal(page), "{change}");
        assert!(is_internal(store.write(move |tx| tx.user(&id))), "{change}");
        store.write(|tx| tx.set_fact("a", "b")).expect("the rest goes on");
    }
}

#[test]
fn a_key_that_makes_no_sense_is_a_fault() {
    for change in ["permissions = 'all'", "permissions = '[\"all\"]'", "created_at = 9223372036854775807"] {
        let (_folder, store) = damaged(&format!("UPDATE keys SET {change}"));
        assert!(is_internal(store.read(|reads| reads.key(&KeyId::from_stored("k".to_owned())))), "{change}");
        assert!(is_internal(store.glance(|reads| reads.owned_key(&KeyId::from_stored("k".to_owned())))), "{change}");
        let user = users::UserId::parse(USER).expect("an id");
        let both = store.glance(|reads| reads.owned_key_and_user(&KeyId::from_stored("k".to_owned()), &user));
        assert!(is_internal(both), "{change}");
        assert!(is_internal(store.read(|reads| reads.keys())), "{change}");
    }
}

#[test]
fn a_table_that_is_gone_is_a_fault() {
    let (_folder, store) = damaged("DROP TABLE keys;");
    assert!(is_internal(store.read(|reads| reads.key(&KeyId::from_stored("k".to_owned())))));
    assert!(is_internal(store.glance(|reads| reads.owned_key(&KeyId::from_stored("k".to_owned())))));
    assert!(is_internal(store.write(|tx| tx.key(&KeyId::from_stored("k".to_owned())))));
}
