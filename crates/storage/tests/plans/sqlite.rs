//! On SQLite.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use storage::{AnyStore, Settings};
use tempfile::TempDir;

use crate::{is_wanted, listen, sent};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

struct TempStore(AnyStore, TempDir);

impl std::ops::Deref for TempStore {
    type Target = AnyStore;

    fn deref(&self) -> &AnyStore {
        &self.0
    }
}

fn settings(folder: &TempDir) -> Settings {
    Settings::new(format!("sqlite://{}/diglot.db", folder.path().display()).parse().expect("a URL"))
}

fn fresh() -> TempStore {
    let folder = tempfile::tempdir().expect("a folder");
    TempStore(storage::open(&settings(&folder)).expect("a store"), folder)
}

/// Those whom the plans are made for.
const PEOPLE: &str = include_str!("people.sql");

/// What is wrong with a step, if anything is.
fn looks_at_everyone(step: &str, statement: &str) -> bool {
    let scanned =
        ["users", "asked", "memberships", "search_index", "usage", "audit", "keys", "attempts", "outbox", "tokens"]
            .iter()
            .any(|table| step.starts_with(&format!("SCAN {table}")));
    // Along an index, and no further than the page reaches.
    scanned && !(step.contains(" USING ") && statement.contains(" LIMIT "))
}

#[test]
fn no_statement_looks_at_everyone_on_sqlite() {
    listen();
    users::testing::contract::run_all(fresh);
    let store = fresh();
    let mut connection =
        SqliteConnection::establish(&store.1.path().join("diglot.db").display().to_string()).expect("a connection");
    // The store's writer may be filling its index meanwhile.
    connection.batch_execute("PRAGMA busy_timeout = 5000").expect("patience");
    connection.batch_execute(PEOPLE).expect("people");
    for analysed in [false, true] {
        if analysed {
            connection.batch_execute("ANALYZE").expect("analysed");
        }
        for statement in sent(false) {
            let steps: Vec<Step> =
                sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut connection).expect(&statement);
            let plan: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
            let bad = plan.iter().any(|step| looks_at_everyone(step, &statement));
            assert!(!bad || is_wanted(&statement), "analysed: {analysed}; {statement}: {plan:#?}");
        }
    }
}
