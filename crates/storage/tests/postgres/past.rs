//! What is kept for lists, whoever writes, and whoever else does so at the same time.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, RunQueryDsl};

use crate::house::House;
use crate::lists::{self, Behind};

struct Database(PgConnection);

impl Database {
    fn of(house: &House<'_>) -> Self {
        Self(house.cluster.connect(&house.database))
    }
}

impl Behind for Database {
    fn run(&mut self, statements: &str) {
        self.0.batch_execute(statements).expect(statements);
    }

    fn number(&mut self, query: &str) -> i64 {
        diesel::select(sql::<BigInt>(&format!("({query})::bigint"))).get_result(&mut self.0).expect("a number")
    }
}

const DOWN: &str = concat!(
    include_str!("../../../../migrations/postgres/2026-12-03-000000_blocks/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000002_audit/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000001_sessions/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-02-000000_mail/down.sql"),
    include_str!("../../../../migrations/postgres/2026-12-01-000000_horizons/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-30-000000_usage/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-29-000001_indexes/down.sql"),
    include_str!("../../../../migrations/postgres/2026-11-29-000000_lists/down.sql"),
);

#[test]
fn nothing_writes_past_roles_and_totals() {
    let house = House::new();
    let mut database = Database::of(&house);
    // Who has written the store's tables into another search path than one's own writes by their whole names.
    database.run("SET search_path = public");
    lists::nothing_writes_past_them(&mut database);
}

#[test]
fn they_follow_a_new_ranking() {
    let house = House::new();
    lists::they_follow_a_new_ranking(house.open(), &mut Database::of(&house));
}

#[test]
fn an_older_store_gets_them() {
    let house = House::new();
    lists::an_older_store_gets_them(|| house.open(), &mut Database::of(&house), DOWN);
}

const PEOPLE: &str = "INSERT INTO workspaces VALUES ('w', 'W', 0), ('v', 'V', 0);
    INSERT INTO users SELECT 'u' || n, 1, 'e' || n, 'e' || n, false, 'u' || n, 'u' || n, NULL, 'active', 'user', '[\"user\"]', NULL, NULL,
        NULL, NULL, 0, 0, NULL, NULL, NULL, 'u' || n, NULL, NULL, '{}', '{}', '{}' FROM generate_series(1, 9) n;
    INSERT INTO memberships SELECT 'w', id FROM users;";

#[test]
fn another_search_path_leads_to_the_same_totals() {
    let house = House::new();
    let mut database = Database::of(&house);
    database.run(PEOPLE);
    database.run("CREATE SCHEMA elsewhere; SET search_path = elsewhere");
    database.run("DELETE FROM public.users WHERE id = 'u1'; UPDATE public.users SET role = 'admin' WHERE id = 'u2'");
    database.run("INSERT INTO public.memberships VALUES ('v', 'u2', 'wrong'); UPDATE public.memberships SET workspace_id = 'v' WHERE user_id = 'u3'");
    database.run("SET search_path = public");
    lists::assert_kept(&mut database, "writes from elsewhere");
}

#[test]
fn emptied_tables_leave_no_totals() {
    let house = House::new();
    let mut database = Database::of(&house);
    database.run(PEOPLE);
    database.run("TRUNCATE memberships");
    lists::assert_kept(&mut database, "without memberships");
    database.run("INSERT INTO memberships SELECT 'w', id FROM users; TRUNCATE users CASCADE");
    lists::assert_kept(&mut database, "without users");
}

/// Runs `first` and keeps its transaction open, sends `second` on another connection, which has to wait, and lets both go.
fn race(first: &str, second: &'static str) {
    let house = House::new();
    let mut database = Database::of(&house);
    database.run(PEOPLE);
    database.run(&format!("BEGIN; {first}"));
    let (done, is_done) = mpsc::channel();
    thread::scope(|scope| {
        let house = &house;
        scope.spawn(move || {
            Database::of(house).run(second);
            done.send(()).expect("it is waited for");
        });
        assert!(is_done.recv_timeout(Duration::from_millis(300)).is_err(), "it does not wait: {second}");
        database.run("COMMIT");
        is_done.recv_timeout(Duration::from_secs(10)).expect("it goes on");
    });
    lists::assert_kept(&mut database, second);
    assert_eq!(database.number("SELECT count(*) FROM memberships WHERE workspace_id = 'v' AND role = 'admin'"), 1);
}

#[test]
fn a_membership_does_not_miss_a_role_that_changes_at_the_same_time() {
    const JOIN: &str = "INSERT INTO memberships VALUES ('v', 'u1') ON CONFLICT DO NOTHING";
    const RANK: &str = "UPDATE users SET role = 'admin' WHERE id = 'u1'";
    race(JOIN, RANK);
    race(RANK, JOIN);
}

#[test]
fn who_creates_does_not_wait_for_another_one() {
    let house = House::new();
    let part = "SELECT pg_backend_pid() % 256";
    let mut first = Database::of(&house);
    first.run(PEOPLE);
    let mut second = Database::of(&house);
    while first.number(part) == second.number(part) {
        second = Database::of(&house);
    }
    let create = |database: &mut Database, n: u32| {
        let user = PEOPLE.split("INTO workspaces").nth(1).and_then(|rest| rest.split(';').nth(1)).expect("users");
        let user = user.replace("generate_series(1, 9)", &format!("generate_series({n}, {n})"));
        database.run(&format!(
            "BEGIN; SET LOCAL lock_timeout = 2000; {user}; INSERT INTO memberships VALUES ('w', 'u{n}')"
        ));
    };
    create(&mut first, 20);
    create(&mut second, 21);
    first.run("COMMIT");
    second.run("COMMIT");
    lists::assert_kept(&mut first, "two who create");
}

#[test]
fn searches_find_what_is_there() {
    for seed in [1, 20_261_129, 77] {
        lists::search::searches_find_what_is_there(&house_with_index().open(), seed, || ());
    }
}

fn house_with_index() -> House<'static> {
    let house = House::new();
    let indexes = "SELECT count(*) FROM pg_indexes WHERE indexname = 'users_by_search'";
    assert_eq!(Database::of(&house).number(indexes), 1, "the owner of the database may add the extension");
    house
}

#[test]
fn without_the_extension_a_search_reads_the_texts() {
    let house = House::new();
    let mut database = Database::of(&house);
    database.run("DROP EXTENSION pg_trgm CASCADE");
    lists::search::searches_find_what_is_there(&house.open(), 5, || ());
    // Nor does its absence stand in the way of a new store: here another one has the name of its operators.
    let empty = House { cluster: house.cluster, database: house.cluster.empty_database() };
    Database::of(&empty).run("CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere");
    drop(empty.open());
    assert_eq!(Database::of(&empty).number("SELECT count(*) FROM pg_indexes WHERE indexname = 'users_by_search'"), 0);
}

#[test]
fn each_fault_is_found() {
    for (fault, said) in [
        (
            "UPDATE list_totals SET members = members + 1 WHERE workspace_id <> '' AND role = 'user'",
            "totals of a workspace",
        ),
        ("DELETE FROM list_totals WHERE workspace_id = ''", "totals of a role"),
        (
            "ALTER TABLE memberships DISABLE TRIGGER memberships_ranked; UPDATE memberships SET role = 'owner'",
            "another role",
        ),
    ] {
        let house = House::new();
        let mut database = Database::of(&house);
        database.run(PEOPLE);
        assert_eq!(storage::verify(&house.settings()).expect("a look"), Vec::<String>::new());
        database.run(fault);
        let amiss = storage::verify(&house.settings()).expect("a look");
        assert!(amiss.iter().any(|line| line.contains(said)), "{fault}: {amiss:?}");
    }
}
