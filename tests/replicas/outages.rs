//! Replicas that fall behind, stand still, go away or are none: nobody who reads notices.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use storage::testing::{Cluster, Make, Standby};

use super::scene::{Scene, Servers};
use crate::harness::{House, Town, eventually, fresh, timed};

const LIMIT: Duration = Duration::from_secs(2);

#[test]
fn one_that_falls_behind_is_left_out_and_comes_back_with_a_line_each() {
    let scene = Scene::new(1, &[]);
    let town = &scene.town;
    let user = town.workspace().user("ada");
    assert_eq!(scene.said("a replica answers reads"), 1);
    for round in 1..=2 {
        scene.standbys[0].pause_replay();
        town.mm().update(&user, json!({"full_name": fresh("New")})).expect(200);
        scene.await_fit(0);
        eventually(LIMIT, "it is told", || (scene.said("it is too far behind the primary") == round).then_some(()));
        let before = scene.replica_reads();
        town.mm().get(&user).expect(200);
        town.maisa().list(&[]).expect(200);
        assert_eq!(scene.replica_reads(), before);
        scene.standbys[0].resume_replay();
        scene.await_fit(1);
        eventually(LIMIT, "it is told", || (scene.said("a replica answers reads") == round + 1).then_some(()));
    }
    assert_eq!(scene.said("a replica is left out"), 2);
}

/// Reads all the time, and notes how long the slowest took.
fn read_on(town: &Town, key: &str, user: &str, over: &AtomicBool, slowest: &Mutex<Duration>, count: &AtomicUsize) {
    let (mm, maisa) = (town.mm_as(key), town.maisa_as(key));
    while !over.load(Ordering::Relaxed) {
        let workspace = town.first_workspace.as_str();
        let reads: [&dyn Fn() -> u16; 4] = [
            &|| mm.get(user).status,
            &|| maisa.get(user).status,
            &|| mm.list(&[("workspace_id", workspace)]).status,
            &|| maisa.list(&[]).status,
        ];
        for read in reads {
            let (took, status) = timed(read);
            assert_eq!(status, 200);
            assert!(took < LIMIT, "{took:?}");
            let mut slowest = slowest.lock().unwrap();
            *slowest = took.max(*slowest);
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn whatever_becomes_of_replicas_all_reads_are_answered() {
    let servers = Servers::start(2);
    let stranger = Cluster::start(Make::default());
    let follower = Standby::start(&stranger, Make::default());
    let mut urls = servers.replica_urls();
    // The primary itself, by another name: by the same it would be refused as a mistake.
    urls.push(servers.primary.url(&servers.database).replace("&port=", "/&port="));
    urls.push(follower.url(&stranger.database()));
    urls.push("postgres://diglot:hush@127.0.0.1:1/diglot".to_owned());
    follower.wait_until_it_has_all_of(&stranger);
    let scene = servers.settle(&urls, &[]);
    scene.await_fit(2);
    let town = &scene.town;
    let (reader, user) = (town.steward().secret, &town.root.id);
    let (over, slowest, count) = (AtomicBool::new(false), Mutex::new(Duration::ZERO), AtomicUsize::new(0));
    thread::scope(|scope| {
        let _ends = Ends(&over);
        for _ in 0..6 {
            scope.spawn(|| read_on(town, &reader, user, &over, &slowest, &count));
        }
        let [first, second] = &scene.standbys[..] else { panic!("two standbys") };
        let during = |what: &str, fit: usize, act: &dyn Fn()| {
            act();
            scene.await_fit(fit);
            // A key that writes meanwhile is answered as well, and reads it back.
            let name = fresh("New");
            town.mm().update(user, json!({"full_name": name})).expect(200);
            assert_eq!(town.maisa().get(user).expect(200).at("/data/name"), json!(name));
            thread::sleep(Duration::from_millis(500));
            println!("{what}: {} reads, the slowest {:?}", count.swap(0, Ordering::Relaxed), slowest.lock().unwrap());
            *slowest.lock().unwrap() = Duration::ZERO;
        };
        during("all well", 2, &|| {});
        during("frozen", 1, &|| first.freeze());
        during("thawed", 2, &|| first.thaw());
        during("both frozen", 0, &|| scene.standbys.iter().for_each(|standby| standby.freeze()));
        during("both thawed", 2, &|| scene.standbys.iter().for_each(|standby| standby.thaw()));
        during("stopped", 1, &|| first.stop());
        during("started again", 2, &|| first.start_again());
        during("promoted", 1, &|| second.promote());
    });
    assert!(scene.replica_reads() > 100);
    for (words, times) in [
        ("it is no hot standby", 2),
        ("follows another server than that of database.url", 1),
        (r#"replica="postgres://diglot@127.0.0.1:1/diglot""#, 1),
        ("it cannot be asked", 2),
        ("hush", 0),
    ] {
        assert_eq!(scene.said(words), times, "{words}: {:#?}", scene.told());
    }
}

#[test]
fn a_replica_that_stands_still_does_not_hold_up_the_end() {
    let scene = Scene::new(1, &[]);
    let Scene { town, standbys, .. } = scene;
    thread::scope(|scope| {
        standbys[0].freeze();
        for _ in 0..8 {
            scope.spawn(|| town.mm().me().expect(200));
        }
    });
    let (took, ()) = timed(|| town.server.stop());
    assert!(took < 2 * LIMIT, "{took:?}");
}

/// Whatever happens, the others must not go on for ever.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn without_replicas_there_is_no_trace_of_them() {
    let primary = Cluster::start(Make::default());
    let town = Town::in_house(House::with_store_at(&primary.url(&primary.database())));
    town.mm().me().expect(200);
    assert!(!town.server.metrics().contains("replica"));
    let threads = std::fs::read_dir(format!("/proc/{}/task", town.server.pid())).unwrap();
    let names = threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).unwrap());
    assert_eq!(names.filter(|name| name.trim() == "store pulse").count(), 1);
}
