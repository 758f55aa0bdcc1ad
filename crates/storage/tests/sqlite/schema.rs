//! Migrations, from outside.

use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use storage::OpenError;
use users::ports::Store;
use users::testing::contract::enrolments;

use crate::folder::Folder;
use crate::outbox::assert_due_since;

fn raw(folder: &Folder) -> SqliteConnection {
    let path = folder.path("diglot.db").display().to_string();
    let mut connection = SqliteConnection::establish(&path).expect("a connection");
    // A store that was closed a moment ago may still be at it.
    connection.batch_execute("PRAGMA busy_timeout = 5000").expect("set");
    connection
}

const FROM_THE_FUTURE: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000');";

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(folder.open());
    raw(&folder).batch_execute(FROM_THE_FUTURE).expect("changed");
    for opened in [storage::open(&folder.settings()), storage::open_existing(&folder.settings())] {
        let error = opened.map(|_| ()).expect_err("a newer schema");
        assert!(matches!(&error, OpenError::Newer { version, .. } if version == "29990101000000"), "{error}");
        assert!(error.to_string().contains("newer version") && !error.to_string().contains('\n'));
    }
    assert!(matches!(storage::schema_changes(&folder.settings().url), Err(OpenError::Newer { .. })));
}

#[test]
fn the_status_says_which_changes_are_there() {
    let folder = Folder::new();
    let url = folder.settings().url;
    assert!(matches!(storage::schema_changes(&url), Err(OpenError::Missing(_))));
    std::fs::write(folder.path("diglot.db"), "").expect("a file");
    let before = storage::schema_changes(&url).expect("a status");
    assert!(!before.is_empty() && before.iter().all(|change| !change.applied));
    assert!(matches!(storage::open_existing(&folder.settings()), Err(OpenError::Outdated { .. })));
    drop(folder.open());
    let after = storage::schema_changes(&url).expect("a status");
    assert!(after.iter().all(|change| change.applied));
    assert_eq!(
        after.iter().map(|change| &change.name).collect::<Vec<_>>(),
        before.iter().map(|change| &change.name).collect::<Vec<_>>()
    );
    storage::open_existing(&folder.settings()).expect("a store");
}

#[test]
fn of_many_that_start_at_once_one_migrates() {
    const STARTERS: usize = 8;
    for _ in 0..5 {
        let folder = Folder::new();
        let barrier = Barrier::new(STARTERS);
        thread::scope(|scope| {
            for n in 0..STARTERS {
                let (barrier, folder) = (&barrier, &folder);
                scope.spawn(move || {
                    barrier.wait();
                    let store = folder.open();
                    store.write(move |tx| tx.set_fact(&n.to_string(), "here")).expect("written");
                });
            }
        });
        let store = folder.open();
        for n in 0..STARTERS {
            assert_eq!(store.read(|reads| reads.fact(&n.to_string())), Ok(Some("here".to_owned())));
        }
    }
}

/// As an earlier version of the program leaves it.
const BEFORE_CLAIMS: &str = concat!(
    include_str!("../../../../migrations/sqlite/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000000_mail/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-01-000000_horizons/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-30-000000_usage/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-29-000001_indexes/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-29-000000_lists/down.sql"),
    "DROP TABLE claims; DELETE FROM __diesel_schema_migrations WHERE version > '20261121000000';"
);

#[test]
fn a_store_of_an_earlier_version_is_brought_up_and_keeps_what_it_has() {
    let folder = Folder::new();
    folder.open().write(|tx| tx.set_fact("colour", "blue")).expect("written");
    raw(&folder).batch_execute(BEFORE_CLAIMS).expect("as it was");
    assert!(matches!(storage::open_existing(&folder.settings()), Err(OpenError::Outdated { pending: 9, .. })));
    assert_eq!(folder.open().read(|reads| reads.fact("colour")), Ok(Some("blue".to_owned())));
    storage::open_existing(&folder.settings()).expect("a store");
}

/// As a version leaves it that could not send anything yet.
const BEFORE_MAIL: &str = concat!(
    include_str!("../../../../migrations/sqlite/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000000_mail/down.sql"),
    "DELETE FROM __diesel_schema_migrations WHERE version >= '20261202000000';
    INSERT INTO outbox (user_id, kind, created_at) SELECT id, 'activation', 7 FROM users;
    INSERT INTO outbox (user_id, kind, created_at) SELECT id, 'activation', 5 FROM users;"
);

#[test]
fn what_waited_before_mail_was_sent_is_due() {
    let folder = Folder::new();
    folder.open().write(|tx| tx.insert_user(&users::testing::contract::user(1), None)).expect("written");
    raw(&folder).batch_execute(BEFORE_MAIL).expect("as it was");
    assert_due_since(&folder.open(), [5, 7]);
}

#[test]
fn who_comes_second_waits_for_the_first() {
    let folder = Folder::new();
    let mut settings = folder.settings();
    settings.busy_timeout = std::time::Duration::from_millis(50);
    std::fs::write(folder.path("diglot.db"), "").expect("a file");
    let mut first = raw(&folder);
    first.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); BEGIN IMMEDIATE;").expect("locked");
    thread::scope(|scope| {
        let second = scope.spawn(|| storage::open(&settings).map(|_| ()));
        thread::sleep(std::time::Duration::from_millis(400));
        assert!(!second.is_finished(), "it waits longer than for any other lock");
        first.batch_execute("COMMIT;").expect("unlocked");
        second.join().expect("an outcome").expect("a store");
    });
}

#[test]
fn the_schema_holds_what_the_core_promises() {
    let folder = Folder::new();
    drop(folder.open());
    let mut connection = raw(&folder);
    let count = |connection: &mut SqliteConnection, query: &str| {
        diesel::dsl::sql::<diesel::sql_types::BigInt>(query).get_result::<i64>(connection).expect("a count")
    };
    let lax = "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND NOT strict";
    assert_eq!(count(&mut connection, lax), 0, "every table checks its types");
    let unindexed = "SELECT count(*) FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE f.on_delete NOT IN ('CASCADE', 'SET NULL')";
    assert_eq!(count(&mut connection, unindexed), 0, "every reference says what becomes of it");
    let told = "INSERT INTO users VALUES ('u', 1, 'a', 'a', 0, 'a', 'a', NULL, 'active', 'user', '[]', NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, 'a', NULL, NULL, '{}', '{}', '{}');
        INSERT INTO claims VALUES ('c', 0, 'u', 'f', 'a');";
    connection.batch_execute(told).expect("a claim");
    connection.batch_execute("PRAGMA foreign_keys = ON").expect("set");
    assert!(connection.batch_execute("DELETE FROM users").is_err(), "nobody goes of whom a claim tells");
    let wal = diesel::dsl::sql::<diesel::sql_types::Text>("PRAGMA journal_mode").get_result::<String>(&mut connection);
    assert_eq!(wal.as_deref(), Ok("wal"));
}

/// What the schema would correct, is written right at once: a change of a row costs as much as the row.
#[test]
fn no_membership_is_written_twice() {
    const WATCH: &str =
        "CREATE TRIGGER written_twice AFTER UPDATE ON memberships BEGIN SELECT RAISE(ABORT, 'twice'); END";
    for story in
        [enrolments::an_enrolment_brings_all_of_a_user, enrolments::who_collides_is_left_out_and_the_rest_is_added]
    {
        let folder = Folder::new();
        let store = folder.open();
        raw(&folder).batch_execute(WATCH).expect("watched");
        story(&store);
    }
}
