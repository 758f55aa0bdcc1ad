//! The hunt for a stale read: two servers on one store, every change made through either, every look through the other as well.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Maisa, Mm, Server, Town};

const USERS: usize = 6;
const WRITERS: usize = 3;
const READERS: usize = 4;

/// A user, and the number of the last write of it that was answered.
struct Hunted {
    id: String,
    answered: AtomicU64,
}

/// Two servers on one store.
struct Ground {
    town: Town,
    second: Server,
    hunted: Vec<Hunted>,
}

impl Ground {
    fn new() -> Self {
        let town = Town::new();
        let second = town.house.serve();
        let place = town.workspace();
        let hunted = (0..USERS).map(|_| Hunted { id: place.user("hunted"), answered: AtomicU64::new(0) }).collect();
        Self { second, hunted, town }
    }

    fn doors(&self, n: usize) -> (Mm<'_>, Maisa<'_>) {
        let server = if n.is_multiple_of(2) { &self.town.server } else { &self.second };
        (Mm::new(&server.http, &self.town.root.key), Maisa::new(&server.http, &self.town.root.key))
    }

    /// Each user has one writer, which counts upwards.
    fn write(&self, writer: usize, over: &AtomicBool) -> u64 {
        let mut writes = 0;
        for round in 0.. {
            for hunted in self.hunted.iter().skip(writer).step_by(WRITERS) {
                if over.load(Ordering::Relaxed) {
                    return writes;
                }
                let number = hunted.answered.load(Ordering::SeqCst) + 1;
                let (mm, maisa) = self.doors(round + writer);
                match round % 2 {
                    0 => mm.update(&hunted.id, json!({"full_name": number.to_string()})).expect(200),
                    _ => maisa.update(&hunted.id, json!({"name": number.to_string()})).expect(200),
                };
                hunted.answered.store(number, Ordering::SeqCst);
                writes += 1;
            }
        }
        writes
    }

    fn read(&self, reader: usize, over: &AtomicBool) -> (u64, u64) {
        let (mut reads, mut stale) = (0, 0);
        for round in reader.. {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let hunted = &self.hunted[round % USERS];
            let (mm, maisa) = self.doors(round / USERS);
            let least = hunted.answered.load(Ordering::SeqCst);
            let shown = match round % 2 {
                0 => mm.get(&hunted.id).expect(200).at("/full_name"),
                _ => maisa.get(&hunted.id).expect(200).at("/data/name"),
            };
            let shown: u64 = shown.as_str().and_then(|name| name.parse().ok()).unwrap_or(0);
            reads += 1;
            stale += u64::from(shown < least);
        }
        (reads, stale)
    }
}

fn hunt(time: Duration) {
    let ground = Ground::new();
    let over = AtomicBool::new(false);
    let (mut writes, mut reads, mut stale) = (0, 0, 0);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                let (ground, over) = (&ground, &over);
                scope.spawn(move || ground.write(n, over))
            })
            .collect();
        let readers: Vec<_> = (0..READERS)
            .map(|n| {
                let (ground, over) = (&ground, &over);
                scope.spawn(move || ground.read(n, over))
            })
            .collect();
        let end = Instant::now() + time;
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
        over.store(true, Ordering::Relaxed);
        writes = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
        for reader in readers {
            let (seen, old) = reader.join().unwrap();
            (reads, stale) = (reads + seen, stale + old);
        }
    });
    println!("{writes} writes, {reads} reads, {stale} of them stale");
    assert_eq!(stale, 0);
    assert!(writes > 50 && reads > 500, "the hunt was no hunt: {writes} writes, {reads} reads");
}

#[test]
fn nobody_reads_what_was_replaced() {
    hunt(Duration::from_secs(5));
}

#[test]
#[ignore = "long"]
fn nobody_reads_what_was_replaced_for_a_minute() {
    hunt(Duration::from_secs(60));
}
