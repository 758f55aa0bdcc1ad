//! What is kept for lists, whoever writes.

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use crate::folder::Folder;
use crate::lists::{self, Behind};

struct File(SqliteConnection);

impl File {
    fn of(folder: &Folder) -> Self {
        let mut file =
            SqliteConnection::establish(&folder.path("diglot.db").display().to_string()).expect("a connection");
        file.batch_execute("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000").expect("set");
        Self(file)
    }
}

impl Behind for File {
    fn run(&mut self, statements: &str) {
        self.0.batch_execute(statements).expect(statements);
    }

    fn number(&mut self, query: &str) -> i64 {
        diesel::dsl::sql::<diesel::sql_types::BigInt>(query).get_result(&mut self.0).expect("a number")
    }
}

const DOWN: &str = concat!(
    include_str!("../../../../migrations/sqlite/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-02-000000_mail/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-12-01-000000_horizons/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-30-000000_usage/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-29-000001_indexes/down.sql"),
    include_str!("../../../../migrations/sqlite/2026-11-29-000000_lists/down.sql"),
);

#[test]
fn nothing_writes_past_roles_and_totals() {
    let folder = Folder::new();
    drop(folder.open());
    lists::nothing_writes_past_them(&mut File::of(&folder));
}

#[test]
fn they_follow_a_new_ranking() {
    let folder = Folder::new();
    lists::they_follow_a_new_ranking(folder.open(), &mut File::of(&folder));
}

#[test]
fn an_older_store_gets_them() {
    let folder = Folder::new();
    drop(folder.open());
    lists::an_older_store_gets_them(|| folder.open(), &mut File::of(&folder), DOWN);
}

#[test]
fn statistics_are_forgotten() {
    let folder = Folder::new();
    drop(folder.open());
    let mut file = File::of(&folder);
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'";
    for existing in [false, true] {
        file.run("ANALYZE");
        assert!(file.number(tables) > 0);
        let opened =
            if existing { storage::open_existing(&folder.settings()) } else { storage::open(&folder.settings()) };
        drop(opened.expect("a store"));
        assert_eq!(file.number(tables), 0);
    }
}

/// Waits until the writer has put everyone into the index.
fn settled(file: &mut File) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while file.number(LEFT_TO_DO) > 0 {
        assert!(std::time::Instant::now() < end, "strays are left");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(file.number(WRONG_INDEX), 0, "each stands in the index once for each list");
}

/// Whom the index lacks.
const LEFT_TO_DO: &str = "SELECT (SELECT count(*) FROM search_strays) +
    (SELECT count(*) FROM users WHERE id > (SELECT last_id FROM search_places WHERE place = 0))";

/// Texts that should not stand in the index, and such as should.
const WRONG_INDEX: &str = "SELECT count(*) FROM (
    SELECT workspace_id, user_id, text, sum(n) FROM (
        SELECT workspace_id, user_id, text, -1 AS n FROM search_index JOIN search_places ON place = number >> 40
        UNION ALL SELECT workspace_id, user_id, search_text, 1 FROM memberships JOIN users ON id = user_id
        UNION ALL SELECT '', id, search_text, 1 FROM users WHERE NOT EXISTS (SELECT 1 FROM memberships WHERE user_id = id))
    GROUP BY workspace_id, user_id, text HAVING sum(n) <> 0)";

#[test]
fn searches_find_what_is_there() {
    for seed in [1, 20_261_129, 77] {
        let folder = Folder::new();
        let store = folder.open();
        let mut file = File::of(&folder);
        lists::search::searches_find_what_is_there(&store, seed, || settled(&mut file));
        file.run("INSERT INTO search_grams (search_grams, rank) VALUES ('integrity-check', 0)");
        file.run("DELETE FROM users");
        assert_eq!(
            file.number("SELECT count(*) FROM search_index") + file.number("SELECT count(*) FROM search_strays"),
            0
        );
    }
}

#[test]
fn an_older_store_is_put_into_the_index() {
    let folder = Folder::new();
    drop(folder.open());
    lists::an_older_store_gets_them(|| folder.open(), &mut File::of(&folder), DOWN);
    let _store = folder.open();
    settled(&mut File::of(&folder));
}

/// Each kind of fault, as nothing but a fault leaves it, and what is said about it.
const FAULTS: [(&str, &str); 12] = [
    ("UPDATE list_blocks SET members = members + 1 WHERE workspace_id <> '' AND role = ''", "stretches of a list"),
    ("DELETE FROM list_blocks WHERE workspace_id = '' AND role = 'user'", "do not have all members"),
    (
        "UPDATE list_totals SET members = members + 1 WHERE workspace_id <> '' AND role = 'user'",
        "totals of a workspace",
    ),
    ("DELETE FROM list_totals WHERE workspace_id = '' AND role = 'admin'", "totals of a role"),
    ("DROP TRIGGER memberships_ranked; UPDATE memberships SET role = 'owner' WHERE role = 'admin'", "another role"),
    (
        "UPDATE search_index SET text = 'x' || text WHERE number = (SELECT max(number) FROM search_index)",
        "not those of",
    ),
    (
        "DROP TRIGGER search_index_removed; DELETE FROM search_index WHERE number = (SELECT max(number) FROM search_index)",
        "lacks",
    ),
    (
        "UPDATE search_index SET number = number + 99 WHERE number = (SELECT min(number) FROM search_index WHERE number >> 40 = 1)",
        "out of order",
    ),
    (
        "INSERT INTO search_grams (search_grams, rowid, text) SELECT 'delete', number, text FROM search_index LIMIT 1",
        "letters",
    ),
    (
        "PRAGMA foreign_keys = OFF; INSERT INTO memberships (workspace_id, user_id) VALUES ('nowhere', 'nobody')",
        "lead nowhere",
    ),
    (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '(role, id)', '(status, id)') WHERE name = 'users_by_role'",
        "users_by_role",
    ),
    ("UPDATE search_places SET last_id = '' WHERE place = 1", "out of order"),
];

#[test]
fn each_fault_is_found() {
    let whole = Folder::new();
    let store = whole.open();
    let mut file = File::of(&whole);
    lists::search::searches_find_what_is_there(&store, 9, || settled(&mut file));
    assert_eq!(storage::verify(&whole.settings()).expect("a look"), Vec::<String>::new());
    for (fault, said) in FAULTS {
        let folder = Folder::new();
        file.run(&format!("VACUUM INTO '{}'", folder.path("diglot.db").display()));
        let mut damaged = File::of(&folder);
        assert_eq!(storage::verify(&folder.settings()).expect("a look"), Vec::<String>::new());
        damaged.run(fault);
        drop(damaged);
        let amiss = storage::verify(&folder.settings()).expect("a look");
        assert!(amiss.iter().any(|line| line.contains(said)), "{fault}: {amiss:?}");
    }
}
