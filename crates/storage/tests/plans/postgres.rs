//! On PostgreSQL.

use std::ops::Deref;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use storage::testing::Cluster;
use storage::{AnyStore, Settings};
use users::page::{Filter, Scope, Search, Start};
use users::ports::{Reads, Store};

use crate::{is_wanted, listen, sent};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

struct TempStore(AnyStore);

impl Deref for TempStore {
    type Target = AnyStore;

    fn deref(&self) -> &AnyStore {
        &self.0
    }
}

fn fresh() -> TempStore {
    let cluster = Cluster::shared();
    let mut settings = Settings::new(cluster.url(&cluster.database()).parse().expect("a URL"));
    settings.postgres.pool = 6;
    TempStore(storage::open_existing(&settings).expect("a store"))
}

/// Two workspaces, of which one has everyone; few are administrators.
const PEOPLE: &str = "
    INSERT INTO workspaces VALUES ('big', 'Big', 0), ('small', 'Small', 0);
    INSERT INTO users (id, revision, email, email_key, verified, username, username_key, status, role, roles, created_at,
        updated_at, search_text, preferences, settings, metadata)
    SELECT lpad(n::text, 8, '0'), 1, 'e' || n, 'e' || n, false, 'u' || n, 'u' || n, 'active',
        CASE n % 1000 WHEN 0 THEN 'admin' ELSE 'user' END, '[]', 0, 0, 'u' || n, repeat('{}', 200), '{}', '{}'
        FROM generate_series(1, 50000) n;
    INSERT INTO memberships (workspace_id, user_id) SELECT 'big', id FROM users;
    INSERT INTO memberships (workspace_id, user_id) SELECT 'small', id FROM users WHERE id < '00000020';
    INSERT INTO keys (id, name, secret_hash, reach, owner_id, created_at) SELECT 'k' || id, '', '', 'owner', id, 0 FROM users;
    INSERT INTO attempts SELECT 'account:' || id, 0 FROM users;
    INSERT INTO usage SELECT id, 20000 + row_number() OVER () % 30, 'door.x', 1, 0, 0 FROM keys;
    INSERT INTO usage_details SELECT key_id, day, operation, 'agent', 'x', 1 FROM usage;
    INSERT INTO outbox (id, user_id, kind, created_at, attempts, due_at) SELECT 'm' || id, id, 'activation', 0, 0, 0 FROM users;
    INSERT INTO tokens SELECT 't' || id, id, 'activation', 'e', 'm' || id, 0, 0 FROM users;
    VACUUM ANALYZE;
";

fn looks_at_everyone(line: &str) -> bool {
    ["users", "memberships", "usage", "keys", "attempts", "outbox", "tokens"]
        .iter()
        .any(|table| line.contains(&format!("Seq Scan on {table}")))
}

/// How many parameters a statement has.
fn parameters(statement: &str) -> usize {
    (1..).take_while(|n| statement.contains(&format!("${n}"))).count()
}

/// The plan for whatever values: what a connection comes to that has sent the statement a few times.
fn plan(connection: &mut PgConnection, statement: &str) -> Vec<String> {
    let values = vec!["NULL"; parameters(statement)].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    connection.batch_execute(&format!("PREPARE p AS {statement}")).expect(statement);
    let lines: Vec<Line> = sql_query(format!("EXPLAIN EXECUTE p{values}")).load(connection).expect(statement);
    connection.batch_execute("DEALLOCATE p").expect("forgotten");
    lines.into_iter().map(|line| line.line).collect()
}

/// For its values: for whatever values, a rare term would be sought as a common one is.
#[test]
fn a_search_is_planned_anew_each_time() {
    listen();
    let filter = Filter { search: Search::new("ada"), role: None };
    let look = |reads: &mut dyn Reads| {
        reads.count_users(&Scope::Installation, &filter)?;
        reads.users(&Scope::Installation, &filter, &Start::Beginning, 5)
    };
    assert_eq!(fresh().read(look), Ok(Vec::new()));
    let sent = crate::SENT.lock().expect("no panic");
    assert!(sent.iter().any(|statement| statement.contains("plan_cache_mode = force_custom_plan")), "{sent:?}");
}

#[test]
fn no_statement_looks_at_everyone_on_postgres() {
    listen();
    users::testing::contract::run_all(fresh);
    let cluster = Cluster::shared();
    let mut connection = cluster.connect(&cluster.database());
    for statement in PEOPLE.split(';').filter(|statement| !statement.trim().is_empty()) {
        connection.batch_execute(statement).expect("people");
    }
    connection.batch_execute("SET plan_cache_mode = force_generic_plan").expect("set");
    let mut bad = Vec::new();
    for statement in sent(true) {
        let plan = plan(&mut connection, &statement);
        if plan.iter().any(|line| looks_at_everyone(line)) && !is_wanted(&statement) {
            bad.push(format!("{statement}: {plan:#?}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
