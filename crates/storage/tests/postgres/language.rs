//! A server that speaks German: whatever fails means the same as where it speaks English.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use storage::testing::{Cluster, Make, Standby};
use storage::{AnyStore, OpenError, Settings};
use users::UserError;
use users::page::{Filter, Scope};
use users::ports::Store;

use crate::house::{House, TempStore, increment, look};

const LANGUAGES: [Option<&str>; 2] = [None, Some("de_DE")];

/// A server of each language.
fn in_each(story: impl Fn(&Cluster)) {
    for language in LANGUAGES {
        let cluster = Cluster::start(Make { language, ..Make::default() });
        let said = cluster.connect("postgres").batch_execute("SELECT * FROM nowhere").expect_err("no such table");
        let words = if language.is_some() { "existiert nicht" } else { "does not exist" };
        assert!(said.to_string().contains(words), "{language:?}: {said}");
        story(&cluster);
    }
}

fn is_unavailable<T>(outcome: &users::error::Result<T>) -> bool {
    matches!(outcome, Err(UserError::Unavailable(_)))
}

fn is_internal<T>(outcome: &users::error::Result<T>) -> bool {
    matches!(outcome, Err(UserError::Internal(_)))
}

fn opened(house: &House<'_>, change: impl Fn(&mut Settings)) -> AnyStore {
    let mut settings = house.settings();
    change(&mut settings);
    storage::open(&settings).expect("a store")
}

#[test]
fn the_contract_holds_in_german() {
    let cluster = Cluster::start(Make { language: Some("de_DE"), ..Make::default() });
    users::testing::contract::run_all(|| -> TempStore { House::on(&cluster).into_store() });
}

#[test]
fn locks_that_are_held_too_long_are_unavailability() {
    in_each(|cluster| {
        let house = House::on(cluster);
        let store = opened(&house, |settings| settings.postgres.lock_timeout = Duration::from_millis(200));
        increment(&store).expect("written");
        let mut other = cluster.connect(&house.database);
        for lock in ["UPDATE facts SET value = value", "LOCK TABLE facts"] {
            other.batch_execute(&format!("BEGIN; {lock}")).expect("locked");
            let written = store.write(|tx| tx.set_fact("count", "7"));
            assert!(is_unavailable(&written), "{lock}: {written:?}");
            if lock.starts_with("LOCK") {
                let read = look(&store);
                assert!(is_unavailable(&read), "{lock}: {read:?}");
            }
            other.batch_execute("ROLLBACK").expect("unlocked");
        }
        let statements = opened(&house, |settings| {
            settings.postgres.statement_timeout = Duration::from_millis(200);
            settings.postgres.lock_timeout = Duration::from_secs(60);
        });
        other.batch_execute("BEGIN; LOCK TABLE facts").expect("locked");
        let read = look(&statements);
        assert!(is_unavailable(&read), "{read:?}");
        other.batch_execute("ROLLBACK").expect("unlocked");
        assert_eq!((increment(&store), increment(&statements)), (Ok(2), Ok(3)));
    });
}

#[test]
fn who_is_ended_while_a_table_is_locked_tries_again() {
    in_each(|cluster| {
        let house = House::on(cluster);
        let store = opened(&house, |settings| settings.postgres.lock_timeout = Duration::from_secs(60));
        increment(&store).expect("written");
        let mut other = cluster.connect(&house.database);
        other.batch_execute("BEGIN; LOCK TABLE facts").expect("locked");
        thread::scope(|scope| {
            let waits = scope.spawn(|| increment(&store));
            thread::sleep(Duration::from_millis(200));
            let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted; ROLLBACK";
            other.batch_execute(end).expect("ended");
            assert_eq!(waits.join().expect("an outcome"), Ok(2));
        });
    });
}

#[test]
fn a_deadlock_is_undone_and_tried_again() {
    in_each(|cluster| {
        let house = House::on(cluster);
        let store = house.open();
        store.write(|tx| ["a", "b"].iter().try_for_each(|name| tx.set_fact(name, "0"))).expect("two facts");
        let cross = |names: [&'static str; 2]| {
            store.write(move |tx| {
                for name in names {
                    tx.set_fact(name, "1")?;
                    thread::sleep(Duration::from_millis(30));
                }
                Ok(())
            })
        };
        thread::scope(|scope| {
            for names in [["a", "b"], ["b", "a"]] {
                scope.spawn(move || (0..3).for_each(|_| cross(names).expect("done in the end")));
            }
        });
    });
}

#[test]
fn a_schema_that_is_not_ours_and_an_impossible_text_are_faults() {
    in_each(|cluster| {
        let house = House::on(cluster);
        let store = house.open();
        let nul = store.write(|tx| tx.set_fact("a\0b", "x"));
        assert!(is_internal(&nul), "{nul:?}");
        for change in ["ALTER TABLE facts RENAME COLUMN value TO worth", "DROP TABLE facts"] {
            cluster.execute(&house.database, change);
            let outcomes = (look(&store), store.write(|tx| tx.set_fact("count", "7")));
            assert!(is_internal(&outcomes.0) && is_internal(&outcomes.1), "{change}: {outcomes:?}");
        }
        cluster.execute(&house.database, "DROP TABLE list_totals");
        let total = store.read(|reads| reads.count_users(&Scope::Installation, &Filter::default()));
        assert!(is_internal(&total), "{total:?}");
    });
}

#[test]
fn a_standby_only_reads() {
    for language in LANGUAGES {
        let make = Make { language, ..Make::default() };
        let primary = Cluster::start(make);
        let house = House::on(&primary);
        increment(&house.open()).expect("written");
        let standby = Standby::start(&primary, make);
        standby.wait_until_it_has_all_of(&primary);
        let url = standby.url(&house.database).parse().expect("a URL");
        let there = storage::open_existing(&Settings::new(url)).expect("a store");
        assert_eq!(look(&there), Ok(Some("1".to_owned())));
        let written = increment(&there);
        assert!(is_unavailable(&written), "{written:?}");
        // Its schema is behind, and it cannot be brought up.
        primary.execute(&house.database, "DELETE FROM __diesel_schema_migrations");
        standby.wait_until_it_has_all_of(&primary);
        let refused = storage::open(&Settings::new(standby.url(&house.database).parse().expect("a URL"))).map(|_| ());
        assert!(matches!(refused, Err(OpenError::Database { .. } | OpenError::Migration { .. })), "{refused:?}");
    }
}
