//! A server that is stopped, frozen or refuses: the store says so in time, and goes on by itself afterwards.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use storage::testing::{Cluster, Make};
use storage::{AnyStore, OpenError, Settings};
use users::UserError;
use users::ports::Store;

use crate::house::{House, increment, look, timed, until};

const LIMIT: Duration = Duration::from_secs(2);

fn is_unavailable<T>(outcome: &users::error::Result<T>) -> bool {
    matches!(outcome, Err(UserError::Unavailable(_)))
}

/// Reads and writes are refused in time.
fn refuses(store: &AnyStore) {
    for _ in 0..3 {
        let (read, took) = timed(|| look(store));
        assert!(is_unavailable(&read) && took < LIMIT, "{read:?} after {took:?}");
        let (written, took) = timed(|| increment(store));
        assert!(is_unavailable(&written) && took < LIMIT, "{written:?} after {took:?}");
        assert!(store.ping().is_err());
    }
    until(LIMIT, || !store.stats().writable);
}

fn recovers(store: &AnyStore) {
    until(Duration::from_secs(3), || look(store).is_ok() && increment(store).is_ok());
    until(LIMIT, || store.stats().writable);
    assert_eq!(store.ping().map(|ping| ping.writable), Ok(true));
}

#[test]
fn a_stopped_server_is_unavailability_and_passes() {
    for tcp in [false, true] {
        let cluster = Cluster::start(Make { tcp, fsync: false, language: None });
        let house = House::on(&cluster);
        let url = if tcp { cluster.tcp_url(&house.database) } else { cluster.url(&house.database) };
        let store = storage::open(&Settings::new(url.parse().expect("a URL"))).expect("a store");
        increment(&store).expect("written");
        cluster.stop();
        refuses(&store);
        cluster.start_again();
        recovers(&store);
    }
}

#[test]
fn a_frozen_server_is_unavailability_and_passes() {
    let cluster = Cluster::start(Make { tcp: true, fsync: false, language: None });
    let house = House::on(&cluster);
    let store =
        storage::open(&Settings::new(cluster.tcp_url(&house.database).parse().expect("a URL"))).expect("a store");
    increment(&store).expect("written");
    for _ in 0..2 {
        cluster.freeze();
        thread::scope(|scope| {
            // Who asks at once may be stuck, since nobody can know yet; whoever waits for it elsewhere hears of it in time.
            let (stuck, done) = mpsc::channel();
            let store = &store;
            scope.spawn(move || stuck.send(look(store)));
            until(LIMIT, || !store.answers());
            refuses(store);
            cluster.thaw();
            done.recv().expect("an answer").expect("the answer that was due");
        });
        recovers(&store);
    }
    // A server that stands still and is then ended takes nobody with it.
    cluster.freeze();
    until(LIMIT, || !store.answers());
    cluster.stop();
    until(LIMIT, || store.answers());
    refuses(&store);
    cluster.start_again();
    recovers(&store);
}

#[test]
fn one_clear_line_where_there_is_no_server() {
    let cluster = Cluster::start(Make { tcp: true, fsync: false, language: None });
    let (there, socket) = (cluster.tcp_url("no such database").replace(' ', "_"), cluster.url("x"));
    cluster.connect("postgres").batch_execute("SELECT 1").expect("it serves");
    let opened = |url: &str| storage::open(&Settings::new(url.parse().expect(url))).map(|_| ()).expect_err(url);
    let missing = opened(&there);
    assert!(matches!(&missing, OpenError::Database { reason, .. } if reason.contains("does not exist")), "{missing}");
    cluster.stop();
    for url in [there.replace("diglot@", "diglot:hush@"), socket] {
        let (error, took) = timed(|| opened(&url));
        let line = error.to_string();
        assert!(line.starts_with("the store postgres://diglot@") && line.contains("cannot be opened"), "{line}");
        assert!(!line.contains('\n') && !line.contains("hush") && took < Duration::from_secs(3), "{line}");
    }
}

#[test]
fn the_next_host_is_asked_where_one_is_away() {
    let (gone, here) = (
        Cluster::start(Make { tcp: true, fsync: false, language: None }),
        Cluster::start(Make { tcp: true, fsync: false, language: None }),
    );
    let house = House::on(&here);
    gone.stop();
    let host = |cluster: &Cluster| {
        cluster.tcp_url("").trim_start_matches("postgres://diglot@").trim_end_matches('/').to_owned()
    };
    let url = format!(
        "postgres://diglot@{},{}/{}?target_session_attrs=read-write&sslmode=prefer",
        host(&gone),
        host(&here),
        house.database
    );
    let store = storage::open(&Settings::new(url.parse().expect("a URL"))).expect("a store");
    assert_eq!(increment(&store), Ok(1));
}

#[test]
fn a_lock_held_too_long_is_unavailability_and_passes() {
    let house = House::new();
    let mut settings = house.settings();
    settings.postgres.lock_timeout = Duration::from_millis(200);
    let store = storage::open(&settings).expect("a store");
    increment(&store).expect("written");
    let mut other = house.cluster.connect(&house.database);
    other.batch_execute("BEGIN; UPDATE facts SET value = value;").expect("locked");
    let written = store.write(|tx| tx.set_fact("count", "7"));
    assert!(is_unavailable(&written), "{written:?}");
    other.batch_execute("ROLLBACK").expect("unlocked");
    store.write(|tx| tx.set_fact("count", "7")).expect("written");
}

#[test]
fn a_statement_that_takes_too_long_is_ended() {
    let house = House::new();
    let mut settings = house.settings();
    settings.postgres.statement_timeout = Duration::from_millis(200);
    settings.postgres.lock_timeout = Duration::from_secs(60);
    let store = storage::open(&settings).expect("a store");
    increment(&store).expect("written");
    let mut other = house.cluster.connect(&house.database);
    other.batch_execute("BEGIN; LOCK TABLE facts").expect("locked");
    for _ in 0..3 {
        let (read, took) = timed(|| look(&store));
        assert!(is_unavailable(&read) && took < LIMIT, "{read:?} after {took:?}");
    }
    other.batch_execute("ROLLBACK").expect("unlocked");
    look(&store).expect("a look");
}

#[test]
fn a_pool_that_is_used_up_is_unavailability_in_time() {
    let house = House::new();
    let mut settings = house.settings();
    (settings.postgres.pool, settings.wait) = (2, Duration::from_millis(300));
    let store = storage::open(&settings).expect("a store");
    let nested = store.read(|_| store.read(|_| Ok(timed(|| look(&store)))));
    let (third, took) = nested.expect("two connections");
    assert!(is_unavailable(&third) && took < Duration::from_secs(1), "{third:?} after {took:?}");
    assert_eq!(store.stats().readers_in_use, 0);
}

#[test]
fn connections_that_are_ended_one_by_one_are_replaced() {
    let house = House::new();
    let store = house.open();
    let mut other = house.cluster.connect(&house.database);
    let mut end_all = || {
        let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        diesel::sql_query(ended).execute(&mut other).expect("ended");
    };
    for _ in 0..20 {
        end_all();
        look(&store).expect("a look");
        increment(&store).expect("written");
        end_all();
        store.glance(|reads| reads.fact("n")).expect("a glance");
    }
}
