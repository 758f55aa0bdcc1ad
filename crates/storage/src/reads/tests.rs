//! How SQLite goes about the queries: none of them may look at every user, but for a search.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use users::page::{Filter, Scope, Search, Start};
use users::{RoleName, UserId, WorkspaceId};

use super::*;
use crate::connection::{self, AnyConnection, Purpose};
use crate::settings::Settings;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Those whom the plans are made for.
const PEOPLE: &str = include_str!("../../tests/plans/people.sql");

fn people(analysed: bool) -> (tempfile::TempDir, AnyConnection) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("diglot.db");
    let url = format!("sqlite://{}", path.display());
    drop(crate::open(&Settings::new(url.parse().expect("a URL"))).expect("a store"));
    let mut connection = connection::open(&path, Purpose::Write, Duration::from_secs(1)).expect("a connection");
    connection.batch_execute(PEOPLE).expect("people");
    if analysed {
        connection.batch_execute("ANALYZE;").expect("analysed");
    }
    (folder, connection)
}

fn file(connection: &mut AnyConnection) -> &mut diesel::SqliteConnection {
    match connection {
        AnyConnection::Sqlite(connection) => connection,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => panic!("no file"),
    }
}

/// The plan of every statement that `run` sends.
fn plans(connection: &mut AnyConnection, run: impl FnOnce(&mut AnyConnection)) -> Vec<String> {
    let inner = file(connection);
    let statements: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = statements.clone();
    inner.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            heard.lock().expect("a lock").push(query.to_string());
        }
    });
    run(connection);
    let inner = file(connection);
    inner.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let statements = std::mem::take(&mut *statements.lock().expect("a lock"));
    let explain = |query: String| {
        let query = query.split(" -- binds").next().expect("a statement");
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(inner).expect("a plan");
        steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
    };
    statements.into_iter().map(explain).collect()
}

fn scopes() -> Vec<Scope> {
    let workspaces = |ids: &[&str]| ids.iter().map(|id| WorkspaceId::from_stored((*id).to_owned())).collect();
    vec![Scope::Installation, Scope::Members(workspaces(&["big"])), Scope::Members(workspaces(&["small", "big"]))]
}

fn starts() -> [Start; 3] {
    [Start::Beginning, Start::After(UserId::from_stored("00002500".to_owned())), Start::Skip(10)]
}

#[test]
fn pages_and_counts_go_by_an_index() {
    let role = Some(RoleName::from_stored("admin".to_owned()));
    let filters = [Filter::default(), Filter { search: None, role: role.clone() }];
    for analysed in [false, true] {
        let (_folder, mut connection) = people(analysed);
        for filter in filters.iter().map(|filter| Narrowed::of(filter).expect("possible")) {
            for scope in scopes() {
                for start in starts() {
                    let list = |c: &mut _| drop(list_users(c, &scope, &filter, &start, 5).expect("a page"));
                    for plan in plans(&mut connection, list) {
                        let scans = plan.contains("SCAN users") && !plan.contains("SCAN users USING");
                        assert!(!scans, "{scope:?} {start:?} {filter:?}: {plan}");
                        let one_after_another =
                            !matches!((&scope, &start), (Scope::Members(several), Start::Skip(_)) if several.len() > 1);
                        assert!(
                            !(one_after_another && plan.contains("TEMP B-TREE")),
                            "sorts {scope:?} {start:?} {filter:?}: {plan}"
                        );
                    }
                }
                for plan in plans(&mut connection, |c| assert!(count_users(c, &scope, &filter).is_ok())) {
                    let scans = plan.contains("SCAN users") && !plan.contains("SCAN users USING COVERING INDEX");
                    assert!(!scans, "count of {scope:?} {filter:?}: {plan}");
                }
            }
        }
    }
}

#[test]
fn single_records_are_found_not_sought() {
    for analysed in [false, true] {
        let (_folder, mut connection) = people(analysed);
        let plans = plans(&mut connection, |c| {
            user(c, "00000001").expect("a look");
            user_by_email_key(c, "e1").expect("a look");
            username_key_taken(c, "u1").expect("a look");
            has_active_with_role(c, &RoleName::from_stored("admin".to_owned()), None).expect("a look");
            workspaces_of(c, &UserId::from_stored("00000001".to_owned())).expect("a look");
            key(c, "k").expect("a look");
            owned_key(c, "k").expect("a look");
            owned_key_and_user(c, "k", "00000001").expect("a look");
            user_and_workspaces(c, "00000001").expect("a look");
            workspace(c, "big").expect("a look");
            fact(c, "f").expect("a look");
        });
        assert_eq!(plans.len(), 11);
        for plan in plans {
            let steps = plan.replace("SCAN CONSTANT ROW", "");
            assert!(steps.contains("SEARCH") && !steps.contains("SCAN") && !steps.contains("TEMP B-TREE"), "{plan}");
        }
    }
}

#[test]
fn a_workspace_costs_what_its_members_do() {
    let role = Some(RoleName::from_stored("admin".to_owned()));
    let search = Search::new("u4");
    let filters = [(None, None), (search.clone(), None), (None, role.clone()), (search, role)];
    for analysed in [false, true] {
        let (_folder, mut connection) = people(analysed);
        for filter in filters.iter().cloned().map(|(search, role)| Filter { search, role }) {
            let filter = Narrowed::of(&filter).expect("possible");
            for scope in scopes().into_iter().skip(1) {
                for start in starts() {
                    let list = |c: &mut _| drop(list_users(c, &scope, &filter, &start, 5).expect("a page"));
                    let count = |c: &mut _| assert!(count_users(c, &scope, &filter).is_ok());
                    for plan in [plans(&mut connection, list), plans(&mut connection, count)].concat() {
                        let of_lists = ["memberships", "list_", "search_"];
                        let is_of = |step: &&str, tables: &[&str]| tables.iter().any(|table| step.contains(table));
                        let first = plan.split("; ").find(|step| is_of(step, &of_lists) || is_of(step, &["users"]));
                        assert!(
                            first.is_some_and(|step| is_of(&step, &of_lists) || step.ends_with("(id=?)")),
                            "{scope:?} {start:?} {filter:?}: {plan}"
                        );
                    }
                }
            }
        }
    }
}
