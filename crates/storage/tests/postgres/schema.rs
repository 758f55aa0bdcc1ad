//! Migrations, from outside, and what both backends' schemas have in common: everything.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use storage::testing::Cluster;
use storage::{OpenError, Settings};
use users::ports::Store;

use crate::house::{House, increment};
use crate::outbox::assert_due_since;

#[derive(Debug, QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// In one vocabulary: what PostgreSQL calls boolean and bigint, SQLite calls an integer. How texts are searched, and offsets found, is each backend's own.
const SQLITE: [&str; 4] = [
    r"SELECT t.name || '.' || c.name || ' ' || lower(c.type) || iif(c.[notnull], ' not null', '') AS line
      FROM pragma_table_list t, pragma_table_info(t.name) c
      WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_\_%' ESCAPE '\' AND t.name NOT LIKE 'search\_%' ESCAPE '\' AND t.name <> 'list_blocks'",
    r"SELECT t.name || ' key (' || (SELECT group_concat(c.name, ',' ORDER BY c.pk) FROM pragma_table_info(t.name) c WHERE c.pk) || ')' AS line
      FROM pragma_table_list t
      WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_\_%' ESCAPE '\' AND t.name NOT LIKE 'search\_%' ESCAPE '\' AND t.name <> 'list_blocks'",
    r"SELECT t.name || iif(i.[unique], ' unique ', ' index ') || i.name || ' (' ||
          (SELECT group_concat(c.name, ',' ORDER BY c.seqno) FROM pragma_index_info(i.name) c) || ')' AS line
      FROM pragma_table_list t, pragma_index_list(t.name) i WHERE i.origin = 'c' AND t.name NOT LIKE 'search\_%' ESCAPE '\' AND t.name <> 'list_blocks'",
    r"SELECT t.name || ' (' || f.[from] || ') to ' || f.[table] || ' (' || f.[to] || ') ' || f.on_delete AS line
      FROM pragma_table_list t, pragma_foreign_key_list(t.name) f",
];

const POSTGRES: [&str; 4] = [
    r"SELECT table_name || '.' || column_name || ' ' ||
          CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'boolean' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE data_type END ||
          CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_%'",
    r"SELECT t.relname || ' key (' || (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k (attnum, n)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')' AS line
      FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
      WHERE t.relnamespace = 'public'::regnamespace AND x.indisprimary AND t.relname NOT LIKE '\_\_%'",
    r"SELECT t.relname || CASE WHEN x.indisunique THEN ' unique ' ELSE ' index ' END || i.relname || ' (' ||
          (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k (attnum, n)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')' AS line
      FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary AND t.relname NOT LIKE '\_\_%' AND i.relname <> 'users_by_search'",
    r"SELECT t.relname || ' (' || a.attname || ') to ' || o.relname || ' (' || b.attname || ') ' ||
          CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END AS line
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)
          JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = ANY (c.confkey)
      WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace",
];

fn described(queries: [&str; 4], load: impl FnMut(&str) -> QueryResult<Vec<Line>>) -> Vec<String> {
    let lines = queries.map(load).map(|lines| lines.expect("a description"));
    let mut lines: Vec<String> = lines.into_iter().flatten().map(|line| line.line).collect();
    lines.sort();
    lines
}

#[test]
fn both_backends_have_the_same_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("diglot.db");
    let url = format!("sqlite://{}", file.display());
    drop(storage::open(&Settings::new(url.parse().expect("a URL"))).expect("a store"));
    let mut sqlite = SqliteConnection::establish(&file.display().to_string()).expect("a connection");
    let house = House::new();
    let mut postgres = house.cluster.connect(&house.database);
    let there = described(POSTGRES, |query| sql_query(query).load(&mut postgres));
    assert_eq!(there, described(SQLITE, |query| sql_query(query).load(&mut sqlite)));
    assert!(there.len() > 60 && there.iter().any(|line| line.contains("unique users_email_key_unique")), "{there:#?}");
}

#[test]
fn both_backends_have_the_same_steps() {
    let names = |backend: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(backend);
        let mut names: Vec<_> =
            folder.read_dir().expect(backend).map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn ids_and_keys_are_compared_byte_by_byte() {
    let house = House::new();
    let other = r"SELECT c.table_name || '.' || c.column_name AS line FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.data_type = 'text' AND c.collation_name IS DISTINCT FROM 'C'
        AND (c.column_name ~ '(^|_)(id|key)$' OR c.column_name IN ('role', 'search_text')) AND c.table_name NOT LIKE '\_\_%'";
    let found = sql_query(other).load::<Line>(&mut house.cluster.connect(&house.database)).expect("a list");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn nobody_goes_of_whom_a_claim_tells() {
    let house = House::new();
    let mut other = house.cluster.connect(&house.database);
    let told = "INSERT INTO users VALUES ('u', 1, 'a', 'a', false, 'a', 'a', NULL, 'active', 'user', '[]', NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, 'a', NULL, NULL, '{}', '{}', '{}');
        INSERT INTO claims VALUES ('c', 0, 'u', 'f', 'a');";
    other.batch_execute(told).expect("a claim");
    assert!(other.batch_execute("DELETE FROM users").is_err());
    other
        .batch_execute("UPDATE claims SET user_id = NULL, fingerprint = NULL, answer = NULL; DELETE FROM users")
        .expect("deleted");
}

const FROM_THE_FUTURE: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000');";

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let house = House::new();
    house.cluster.connect(&house.database).batch_execute(FROM_THE_FUTURE).expect("changed");
    for opened in [storage::open(&house.settings()), storage::open_existing(&house.settings())] {
        let error = opened.map(|_| ()).expect_err("a newer schema");
        assert!(matches!(&error, OpenError::Newer { version, .. } if version == "29990101000000"), "{error}");
        assert!(error.to_string().contains("newer version") && !error.to_string().contains('\n'));
    }
    assert!(matches!(storage::schema_changes(&house.settings().url), Err(OpenError::Newer { .. })));
}

#[test]
fn the_status_says_which_changes_are_there() {
    let house = House { cluster: Cluster::shared(), database: Cluster::shared().empty_database() };
    let url = house.settings().url;
    assert!(matches!(storage::schema_changes(&url), Err(OpenError::Missing(_))));
    assert!(matches!(storage::open_existing(&house.settings()), Err(OpenError::Missing(_))));
    drop(house.open());
    assert!(storage::schema_changes(&url).expect("a status").iter().all(|change| change.applied));
    house.cluster.connect(&house.database).batch_execute("DELETE FROM __diesel_schema_migrations").expect("forgotten");
    assert!(storage::schema_changes(&url).expect("a status").iter().all(|change| !change.applied));
    assert!(matches!(storage::open_existing(&house.settings()), Err(OpenError::Outdated { pending: 1.., .. })));
}

#[test]
fn a_step_that_fails_leaves_nothing() {
    let house = House { cluster: Cluster::shared(), database: Cluster::shared().empty_database() };
    let mut other = house.cluster.connect(&house.database);
    other.batch_execute("CREATE TABLE facts (x INT)").expect("in the way");
    let error = storage::open(&house.settings()).map(|_| ()).expect_err("a table in the way");
    assert!(matches!(&error, OpenError::Migration { reason, .. } if reason.contains("facts")), "{error}");
    assert!(matches!(storage::schema_changes(&house.settings().url), Err(OpenError::Missing(_))));
    other.batch_execute("DROP TABLE facts").expect("out of the way");
    increment(&house.open()).expect("written");
}

#[test]
fn of_many_that_start_at_once_one_migrates() {
    const STARTERS: usize = 8;
    for _ in 0..3 {
        let house = House { cluster: Cluster::shared(), database: Cluster::shared().empty_database() };
        let barrier = Barrier::new(STARTERS);
        thread::scope(|scope| {
            for n in 0..STARTERS {
                let (barrier, house) = (&barrier, &house);
                scope.spawn(move || {
                    barrier.wait();
                    let store = house.open();
                    store.write(move |tx| tx.set_fact(&n.to_string(), "here")).expect("written");
                });
            }
        });
        let store = house.open();
        for n in 0..STARTERS {
            assert_eq!(store.read(|reads| reads.fact(&n.to_string())), Ok(Some("here".to_owned())));
        }
    }
}

/// As an earlier version of the program leaves it.
const BEFORE_CLAIMS: &str = concat!(
    include_str!("../../../../migrations/postgres/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000000_mail/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-01-000000_horizons/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-30-000000_usage/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-29-000001_indexes/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-29-000000_lists/down.sql"),
    "DROP TABLE claims; DELETE FROM __diesel_schema_migrations WHERE version > '20261121000000';"
);

#[test]
fn a_store_of_an_earlier_version_is_brought_up_and_keeps_what_it_has() {
    let house = House::new();
    house.open().write(|tx| tx.set_fact("colour", "blue")).expect("written");
    house.cluster.execute(&house.database, BEFORE_CLAIMS);
    assert!(matches!(storage::open_existing(&house.settings()), Err(OpenError::Outdated { pending: 9, .. })));
    assert_eq!(house.open().read(|reads| reads.fact("colour")), Ok(Some("blue".to_owned())));
    storage::open_existing(&house.settings()).expect("a store");
}

/// As a version leaves it that could not send anything yet.
const BEFORE_MAIL: &str = concat!(
    include_str!("../../../../migrations/postgres/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000000_mail/down.sql"),
    "DELETE FROM __diesel_schema_migrations WHERE version >= '20261202000000';
    INSERT INTO outbox (user_id, kind, created_at) SELECT id, 'activation', 7 FROM users;
    INSERT INTO outbox (user_id, kind, created_at) SELECT id, 'activation', 5 FROM users;"
);

#[test]
fn what_waited_before_mail_was_sent_is_due() {
    let house = House::new();
    house.open().write(|tx| tx.insert_user(&users::testing::contract::user(1), None)).expect("written");
    house.cluster.execute(&house.database, BEFORE_MAIL);
    assert_due_since(&house.open(), [5, 7]);
}

#[test]
fn who_comes_second_waits_for_the_first() {
    let house = House { cluster: Cluster::shared(), database: Cluster::shared().empty_database() };
    let mut settings = house.settings();
    settings.postgres.lock_timeout = Duration::from_millis(50);
    settings.postgres.statement_timeout = Duration::from_millis(50);
    let mut first = house.cluster.connect(&house.database);
    first.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(1684629356, 3);").expect("locked");
    thread::scope(|scope| {
        let second = scope.spawn(|| storage::open(&settings).map(|_| ()));
        thread::sleep(Duration::from_millis(400));
        assert!(!second.is_finished(), "it waits longer than for any other lock");
        first.batch_execute("COMMIT;").expect("unlocked");
        second.join().expect("an outcome").expect("a store");
    });
}
