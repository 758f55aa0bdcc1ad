//! A folder with stores in it, and what is put into them.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use storage::{AnyStore, CopyError, Progress, Report, Settings};
use tempfile::TempDir;

/// Rows of every kind: absent, empty and extreme values, text beyond the basic plane, all reaches of a key.
const EVERY_KIND: &str = r#"
    INSERT INTO workspaces VALUES ('w0', '', -9223372036854775808), ('w1', '研究 🦀 "quoted" \ ', 9223372036854775807), ('W1', 'é', 0);
    INSERT INTO users VALUES
        ('u0', 1, 'a@example.com', 'a@example.com', 0, 'a', 'a', NULL, 'pending', 'user', '["user"]', NULL, NULL, NULL, NULL,
            0, 0, NULL, NULL, NULL, 'a', NULL, NULL, '{}', '{}', '{}'),
        ('u1', 9223372036854775807, '𝒜@example.com', '𝒜@example.com', 1, '👩‍💻', '👩‍💻', '', 'active', 'admin', '["admin","user"]', '', '',
            '', '', 1767323045000006, 1767323045000007, -1, 'w1', '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234', '', '',
            char(10) || char(9) || char(127) || 'x', '{"n":1e400,"m":12345678901234567890.10,"z":"\u0000"}', '{"":[]}', 'not even JSON'),
        ('U1', 0, 'c@example.com', 'c@example.com', 1, 'c', 'c', 'e' || char(769), 'inactive', 'viewer', '[]', 'D', 'Europe/London', 'en-GB', 'oidc',
            -5, 5, 0, 'w0', '', 'c', 'https://example.com/', 'bio', '{}', '{}', '{}'),
        ('u2', 2, 'd@example.com', 'd@example.com', 0, 'd', 'd', NULL, 'suspended', 'user', '["user"]', NULL, NULL, NULL, NULL,
            0, 0, NULL, 'W1', NULL, 'd', NULL, NULL, '{"a":"' || replace(hex(zeroblob(131060)), '0', 'é') || '"}',
            '{"a":"' || hex(zeroblob(131060)) || '"}', '{"a":"' || hex(zeroblob(131060)) || '"}');
    INSERT INTO memberships (workspace_id, user_id) VALUES ('w0', 'u0'), ('w0', 'u1'), ('w1', 'u1'), ('W1', 'U1');
    INSERT INTO keys VALUES
        ('k0', '', x'', 'installation', NULL, NULL, '["users:read"]', 0, NULL, NULL, NULL, NULL, 0),
        ('k1', '🔑', x'00ff00', 'workspace', 'w1', NULL, '[]', 1, 2, 3, 'a door', '', 0),
        ('k2', 'mine', zeroblob(32), 'owner', NULL, 'u1', NULL, -1, -2, -3, '', '🗝', 1),
        ('k3', 'both', x'01', 'workspace', 'w0', 'u0', NULL, 0, NULL, 9223372036854775807, NULL, 'p', 0);
    INSERT INTO usage VALUES
        ('k0', -1, '', 0, 0, -9223372036854775808), ('k0', 20000, 'door.one', 9223372036854775807, 1, 2), ('k0', 20000, 'door.two', 1, 0, 3),
        ('k1', 9223372036854775807, '🚪.é', 3, 3, 9223372036854775807), ('k1', -9223372036854775808, 'B', 1, 1, 1);
    INSERT INTO usage_details VALUES
        ('k0', -1, '', 'agent', '', 0), ('k0', 20000, 'door.one', 'agent', 'é 🦀', 9223372036854775807), ('k0', 20000, 'door.one', 'agent', 'z', 1),
        ('k0', 20000, 'door.one', 'field', 'a', 2), ('k0', 20000, 'door.two', 'field', '', 3), ('k1', 9223372036854775807, '🚪.é', 'parameter', 'B', 4),
        ('k1', 9223372036854775807, '🚪.é', 'parameter', 'a', 4), ('k1', -9223372036854775808, 'B', 'agent', 'x', 5);
    INSERT INTO attempts VALUES ('', 0), ('a', -9223372036854775808), ('é 🦀', 9223372036854775807);
    INSERT INTO outbox VALUES ('', 'u0', '', 0, 0, -9223372036854775808, NULL, NULL, NULL, NULL), ('m1', 'u1', 'activation', 1, 1, 3, 4, 2, '', NULL),
        ('M2', 'u0', 'activation', 2, 9223372036854775807, 9223372036854775807, 1, -1, 'später 🦀', 0);
    INSERT INTO tokens VALUES ('', 'u1', '', '', '', -9223372036854775808, 0), ('f0', 'u0', 'activation', 'a@example.com', 'gone', 1, 2),
        ('F0', 'u0', 'password', 'é@example.com', 'm1', 0, 9223372036854775807);
    INSERT INTO claims VALUES
        ('c0', 0, 'u0', '', ''), ('c1', 9223372036854775807, 'u2', '00ff', '{"body":"' || replace(hex(zeroblob(131060)), '0', 'é') || '"}'),
        ('C1', -1, NULL, NULL, NULL), ('c2', 3, 'u0', 'ff', char(10) || '"\ 🦀');
    INSERT INTO facts VALUES ('', ''), ('installation_secret', '00ff'), ('🗝', 'a' || char(10) || 'b');
    INSERT INTO audit VALUES
        (-9223372036854775808, '', 'key', 'k0', NULL, '', NULL, NULL, NULL, '', NULL, NULL, '', NULL),
        (5, 'A', 'nobody', NULL, NULL, 'what?', 'gone', '🗝', 'W1', 'user delete', '', 'é', '["a","b"]', 'once'),
        (5, 'a', 'user', '', 'u1', 'user.changed', 'u1', '', '', 'door.one', 'r 🦀', NULL, '[]', NULL),
        (9223372036854775807, 'z', 'operator', NULL, NULL, 'x', NULL, NULL, NULL, '', NULL, '', '[]', 'twice');
"#;

pub const TABLES: [&str; 12] = [
    "workspaces",
    "users",
    "memberships",
    "keys",
    "usage",
    "usage_details",
    "attempts",
    "outbox",
    "tokens",
    "claims",
    "facts",
    "audit",
];

pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With a store `from` that holds rows of every kind.
    pub fn of_every_kind() -> Self {
        let folder = Self::new();
        folder.fill("from", EVERY_KIND);
        folder
    }

    /// With a store `from` that has so many users, in one workspace.
    pub fn crowded(users: u32) -> Self {
        let folder = Self::new();
        folder.fill("from", &crowd(users));
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn settings(&self, name: &str) -> Settings {
        let url = format!("sqlite://{}", self.path(name).display());
        Settings::new(url.parse().expect("a URL"))
    }

    pub fn open(&self, name: &str) -> AnyStore {
        storage::open(&self.settings(name)).expect("a store")
    }

    /// Makes the store where there is none, and runs this in it.
    pub fn fill(&self, name: &str, statements: &str) {
        drop(self.open(name));
        self.run(name, statements);
    }

    pub fn raw(&self, name: &str) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(&self.path(name).display().to_string()).expect("a connection");
        // A store that was closed a moment ago may still be at it.
        connection.batch_execute("PRAGMA busy_timeout = 5000").expect("set");
        connection
    }

    pub fn run(&self, name: &str, statements: &str) {
        self.raw(name).batch_execute(statements).expect("done");
    }

    /// Makes another store that holds the same. (Not by a copy of the file: a store that was closed a moment ago may still have a
    /// write-ahead log beside it, and that of the old file would be read into the new one.)
    pub fn duplicate(&self, name: &str, other: &str) {
        self.run(name, &format!("VACUUM INTO '{}'", self.path(other).display()));
    }

    pub fn number(&self, name: &str, query: &str) -> i64 {
        sql::<BigInt>(query).get_result(&mut self.raw(name)).expect("a number")
    }

    pub fn text(&self, name: &str, query: &str) -> String {
        sql::<Text>(query).get_result(&mut self.raw(name)).expect("a text")
    }

    /// Copies `from` to `to`.
    pub fn copy(&self) -> Result<Report, CopyError> {
        self.copy_watched(&mut |_| {})
    }

    pub fn copy_watched(&self, tell: &mut dyn FnMut(Progress)) -> Result<Report, CopyError> {
        storage::copy(&self.settings("from"), &self.settings("to"), tell)
    }

    /// Both stores hold the same, as the database itself compares them.
    pub fn assert_same(&self, one: &str, other: &str) {
        let mut connection = self.raw(one);
        let attach = format!("ATTACH '{}' AS other", self.path(other).display());
        connection.batch_execute(&attach).expect("attached");
        for table in TABLES {
            for (here, there) in [("main", "other"), ("other", "main")] {
                let query =
                    format!("SELECT count(*) FROM (SELECT * FROM {here}.{table} EXCEPT SELECT * FROM {there}.{table})");
                let extra: i64 = sql::<BigInt>(&query).get_result(&mut connection).expect("a count");
                assert_eq!(extra, 0, "rows of {table} only in {here}");
            }
        }
    }
}

/// So many users, all members of a workspace, some with a key, a message or a claim, all with a password hash.
pub fn crowd(users: u32) -> String {
    format!(
        "INSERT INTO workspaces VALUES ('w', 'W', 0);
        CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {users}) SELECT i FROM c;
        INSERT INTO users SELECT printf('%08x-0000-7000-8000-000000000000', i), 1, i || '@example.com', i || '@example.com', 0,
            'user' || i, 'user' || i, 'User ' || i, 'active', 'user', '[\"user\"]', NULL, 'Europe/London', NULL, 'local', i, i, NULL, 'w',
            '$2b$12$' || hex(randomblob(26)), 'user' || i, NULL, NULL, '{{\"theme\":\"dark\"}}', '{{}}', '{{}}' FROM n;
        INSERT INTO memberships (workspace_id, user_id) SELECT 'w', id FROM users;
        INSERT INTO keys SELECT 'k' || i, 'key', randomblob(32), 'owner', NULL, printf('%08x-0000-7000-8000-000000000000', i),
            NULL, i, NULL, NULL, NULL, NULL, 0 FROM n WHERE i % 10 = 0;
        INSERT INTO usage SELECT 'k' || n.i, day.i, 'door.' || operation.i, n.i, 0, n.i FROM n CROSS JOIN (SELECT 1 AS i UNION SELECT 2) day
            CROSS JOIN (SELECT 1 AS i UNION SELECT 2) operation WHERE n.i % 10 = 0;
        INSERT INTO usage_details SELECT key_id, day, operation, kind.i, name.i, calls FROM usage CROSS JOIN (SELECT 'agent' AS i UNION SELECT 'field') kind
            CROSS JOIN (SELECT 'a' AS i UNION SELECT 'b') name;
        INSERT INTO attempts SELECT 'account:' || i, i FROM n WHERE i % 11 = 0;
        INSERT INTO outbox SELECT hex(i * 7907), printf('%08x-0000-7000-8000-000000000000', i), 'activation', i, 1, i, NULL, i, NULL, NULL FROM n WHERE i % 7 = 0;
        INSERT INTO tokens SELECT hex(i * 7901), printf('%08x-0000-7000-8000-000000000000', i), 'activation', i || '@example.com', '', i, i FROM n WHERE i % 14 = 0;
        INSERT INTO claims SELECT hex(i * 7919), i, printf('%08x-0000-7000-8000-000000000000', i), hex(i), '{{\"status\":201}}' FROM n WHERE i % 6 = 0;"
    )
}
