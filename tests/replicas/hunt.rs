//! The hunt for a key that does not find what it wrote.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::scene::Scene;
use crate::harness::{Maisa, Mm, Town, fresh};

const WRITERS: usize = 4;
const READERS: usize = 2;

/// How long a writer looks again at what it wrote: until replicas answer it, and a little longer.
const LOOK: Duration = Duration::from_millis(400);

/// One key and the user that nobody else changes.
struct Writer<'a> {
    mm: Mm<'a>,
    maisa: Maisa<'a>,
    workspace: &'a str,
    user: String,
}

impl Writer<'_> {
    fn write(&self, round: usize) -> String {
        let name = fresh("mark");
        if round.is_multiple_of(2) {
            self.mm.update(&self.user, json!({"full_name": name})).expect(200);
        } else {
            self.maisa.update(&self.user, json!({"name": name})).expect(200);
        }
        name
    }

    /// What one way of reading shows.
    fn read(&self, way: usize, name: &str) -> String {
        let found = match way % 4 {
            0 => self.mm.get(&self.user).expect(200).at("/full_name"),
            1 => self.maisa.get(&self.user).expect(200).at("/data/name"),
            2 => {
                let pairs = [("workspace_id", self.workspace), ("search", name)];
                self.mm.list(&pairs).expect(200).at("/users/0/full_name")
            }
            _ => {
                let users = self.maisa.list(&[("limit", "100")]).expect(200).at("/data");
                let found = users.as_array().and_then(|users| users.iter().find(|found| found["id"] == self.user[..]));
                found.map_or(json!(null), |found| found["name"].clone())
            }
        };
        found.to_string()
    }

    fn work(&self, over: &AtomicBool, writes: &AtomicU64, reads: &AtomicU64, stale: &AtomicU64) {
        for round in 0.. {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let name = self.write(round);
            writes.fetch_add(1, Ordering::Relaxed);
            let (written, expected) = (Instant::now(), json!(name).to_string());
            let mut way = round;
            while written.elapsed() < LOOK {
                let shown = self.read(way, &name);
                stale.fetch_add(u64::from(shown != expected), Ordering::Relaxed);
                reads.fetch_add(1, Ordering::Relaxed);
                way += 1;
            }
        }
    }
}

/// Several keys write and look whether it is there, while others read and the replicas lag by turns.
fn hunt(time: Duration) {
    let scene = Scene::new(2, &[]);
    let town = &scene.town;
    let place = town.workspace();
    let keys: Vec<String> = (0..WRITERS).map(|_| town.steward().secret).collect();
    let writer = |key: &String| Writer {
        mm: town.mm_as(key),
        maisa: town.maisa_as(key),
        workspace: &place.id,
        user: place.user("hunted"),
    };
    let writers: Vec<Writer> = keys.iter().map(writer).collect();
    let (over, [writes, reads, stale]) = (AtomicBool::new(false), [const { AtomicU64::new(0) }; 3]);
    thread::scope(|scope| {
        for writer in &writers {
            scope.spawn(|| writer.work(&over, &writes, &reads, &stale));
        }
        for _ in 0..READERS {
            scope.spawn(|| read_on(town, &over));
        }
        let end = Instant::now() + time;
        for round in 0.. {
            if Instant::now() > end {
                break;
            }
            let standby = &scene.standbys[round % 2];
            standby.pause_replay();
            thread::sleep(Duration::from_millis(if round % 5 == 4 { 1_200 } else { 150 }));
            standby.resume_replay();
            thread::sleep(Duration::from_millis(150));
        }
        over.store(true, Ordering::Relaxed);
    });
    let [writes, reads, stale] = [writes, reads, stale].map(AtomicU64::into_inner);
    let answered = scene.replica_reads();
    println!("{writes} writes, read back {reads} times, {stale} times stale; {answered} reads answered by replicas");
    assert_eq!(stale, 0);
    assert!(writes > 20 && answered > 500, "the hunt was no hunt");
}

/// Reads with a key that writes nothing.
fn read_on(town: &Town, over: &AtomicBool) {
    let key = town.steward().secret;
    let maisa = town.maisa_as(&key);
    while !over.load(Ordering::Relaxed) {
        maisa.list(&[]).expect(200);
    }
}

#[test]
fn no_key_reads_less_than_it_wrote() {
    hunt(Duration::from_secs(10));
}

#[test]
#[ignore = "long"]
fn no_key_reads_less_than_it_wrote_for_a_minute() {
    hunt(Duration::from_secs(60));
}
