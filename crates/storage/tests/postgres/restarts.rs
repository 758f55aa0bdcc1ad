//! A server that crashes and comes back, under load.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use storage::AnyStore;
use storage::testing::{Cluster, Make};
use users::UserError;
use users::ports::Store;

use crate::house::{House, look, timed, until};

const WRITERS: u32 = 4;

/// Writes facts with names of their own until told to stop; notes each that was acknowledged.
fn write_on(store: &AnyStore, next: &AtomicU32, stop: &AtomicBool, acknowledged: &Mutex<Vec<u32>>) {
    while !stop.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        match store.write(move |tx| tx.set_fact(&n.to_string(), "written")) {
            Ok(()) => acknowledged.lock().expect("a lock").push(n),
            Err(UserError::Unavailable(_) | UserError::Busy(_)) => thread::sleep(Duration::from_millis(10)),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Crashes it again and again under load. Nothing that was answered is lost, and the store serves again by itself.
fn survives(rounds: usize) {
    let cluster = Cluster::start(Make { fsync: true, ..Make::default() });
    let house = House::on(&cluster);
    let store = house.open();
    let (next, stop, acknowledged) = (AtomicU32::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    let slowest = thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| write_on(&store, &next, &stop, &acknowledged));
        }
        let mut slowest = Duration::ZERO;
        for _ in 0..rounds {
            let before = acknowledged.lock().expect("a lock").len();
            until(Duration::from_secs(20), || acknowledged.lock().expect("a lock").len() >= before + 50);
            cluster.restart_immediate();
            cluster.wait_until_it_serves();
            let limit = Duration::from_secs(3);
            slowest =
                slowest.max(until(limit, || look(&store).is_ok() && store.write(|tx| tx.set_fact("a", "b")).is_ok()));
        }
        stop.store(true, Ordering::Relaxed);
        slowest
    });
    let acknowledged = acknowledged.into_inner().expect("a lock");
    let lost = store.read(|reads| {
        let mut lost = Vec::new();
        for n in &acknowledged {
            if reads.fact(&n.to_string())?.is_none() {
                lost.push(*n);
            }
        }
        Ok(lost)
    });
    assert_eq!(lost, Ok(Vec::new()));
    println!(
        "{rounds} crashes, {} writes acknowledged, none lost, served again after at most {slowest:?}",
        acknowledged.len()
    );
}

#[test]
fn ten_crashes_lose_nothing_that_was_answered() {
    survives(10);
}

#[test]
#[ignore = "long"]
fn thirty_crashes_lose_nothing_that_was_answered() {
    survives(30);
}

#[test]
fn a_restart_while_nobody_looks_is_not_noticed() {
    let cluster = Cluster::start(Make::default());
    let house = House::on(&cluster);
    let store = house.open();
    for _ in 0..3 {
        // Every connection of the pool is in use once, so that all of them are there, and die.
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    store.read(|reads| {
                        thread::sleep(Duration::from_millis(30));
                        reads.fact("x")
                    })
                });
            }
        });
        cluster.restart_immediate();
        cluster.wait_until_it_serves();
        for n in 0..20 {
            let (seen, took) = timed(|| look(&store));
            assert!(seen.is_ok() && took < Duration::from_secs(1), "look {n}: {seen:?} after {took:?}");
            store.write(|tx| tx.set_fact("a", "b")).expect("written");
        }
    }
}
