//! The hunt for a stale read: two servers on one store, every change made through either, every look through the other as well.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, Maisa, Mm, Server, Town};

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
    place: String,
    hunted: Vec<Hunted>,
}

impl Ground {
    fn new() -> Self {
        let town = Town::new();
        let second = town.house.serve();
        let place = town.workspace();
        let hunted = (0..USERS).map(|_| Hunted { id: place.user("hunted"), answered: AtomicU64::new(0) }).collect();
        let place = place.id.clone();
        Self { second, hunted, place, town }
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
            let least: Vec<_> = self.hunted.iter().map(|hunted| hunted.answered.load(Ordering::SeqCst)).collect();
            let n = round % USERS;
            let (mm, maisa) = self.doors(round / USERS);
            let shown = match round % 4 {
                0 => vec![(n, mm.get(&self.hunted[n].id).expect(200).at("/full_name"))],
                1 => vec![(n, maisa.get(&self.hunted[n].id).expect(200).at("/data/name"))],
                2 => self.found(&mm.list(&[("workspace_id", &self.place)]), "/users", "/user_id", "/full_name"),
                _ => self.found(&maisa.list(&[]), "/data", "/id", "/name"),
            };
            for (n, name) in shown {
                let shown: u64 = name.as_str().and_then(|name| name.parse().ok()).unwrap_or(0);
                reads += 1;
                stale += u64::from(shown < least[n]);
            }
        }
        (reads, stale)
    }

    /// The hunted in a list, all of them, with their names.
    fn found(&self, answer: &Answer, users: &str, id: &str, name: &str) -> Vec<(usize, Value)> {
        let users = answer.clone().expect(200).at(users);
        let users = users.as_array().expect("a list").iter();
        let number = |user: &Value| self.hunted.iter().position(|hunted| user.pointer(id) == Some(&json!(hunted.id)));
        let found = users.filter_map(|user| Some((number(user)?, user.pointer(name)?.clone())));
        let found: Vec<_> = found.collect();
        assert_eq!(found.len(), USERS, "{answer:?}");
        found
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

/// A page is of one state: whoever is in the list of a role is shown with it.
#[test]
fn nobody_stands_in_the_list_of_another_role() {
    const ROLES: [&str; 2] = ["viewer", "user"];
    let (ground, over) = (Ground::new(), AtomicBool::new(false));
    let changes = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (ground, over) = (&ground, &over);
                scope.spawn(move || {
                    (0..)
                        .take_while(|_| !over.load(Ordering::Relaxed))
                        .map(|round| {
                            let (_, maisa) = ground.doors(round / 2);
                            let user = &ground.hunted[(round * WRITERS + writer) % USERS];
                            maisa.update(&user.id, json!({"role": ROLES[round / USERS % 2]})).expect(200);
                        })
                        .count()
                })
            })
            .collect();
        let end = Instant::now() + Duration::from_secs(4);
        for round in 0.. {
            if Instant::now() > end {
                assert!(round > 50, "{round} looks");
                break;
            }
            let (_, maisa) = ground.doors(round);
            let role = ROLES[round / 2 % 2];
            let page = maisa.list(&[("role", role)]).expect(200).json();
            let users = page["data"].as_array().expect("a list");
            assert!(users.iter().all(|user| user["role"] == role), "{role}: {page}");
            assert_eq!(users.len() as u64, page["pagination"]["total"], "{page}");
        }
        over.store(true, Ordering::Relaxed);
        writers.into_iter().map(|writer| writer.join().unwrap()).sum::<usize>()
    });
    assert!(changes > 50, "{changes} changes");
}
