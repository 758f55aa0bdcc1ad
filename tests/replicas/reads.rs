//! Which reads replicas answer, and what they may not know yet.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::scene::{LENIENT, Scene, await_fit, replica_reads};
use crate::harness::{Maisa, Mm, Server, eventually, fresh, id};

/// What the two dialects show of a user's name, alone and in a list.
fn names(mm: &Mm<'_>, maisa: &Maisa<'_>, workspace: &str, user: &str) -> [Value; 4] {
    let find = |users: Value, key: &str, name: &str| {
        let found = users.as_array().and_then(|users| users.iter().find(|found| found[key] == user)).cloned();
        found.map_or(Value::Null, |found| found[name].clone())
    };
    [
        mm.get(user).expect(200).at("/full_name"),
        find(mm.list(&[("workspace_id", workspace)]).expect(200).at("/users"), "user_id", "full_name"),
        maisa.get(user).expect(200).at("/data/name"),
        find(maisa.list(&[("limit", "100")]).expect(200).at("/data"), "id", "name"),
    ]
}

#[test]
fn lists_and_single_reads_reach_a_replica_and_nothing_else_does() {
    let scene = Scene::new(1, &LENIENT);
    let town = &scene.town;
    let (place, reader) = (town.workspace(), town.key(&["--user", &town.root.email, "--workspace", "*"]).secret);
    let user = place.user("ada");
    scene.standbys[0].wait_until_it_has_all_of(&scene.primary);
    let before = scene.replica_reads();
    names(&town.mm_as(&reader), &town.maisa_as(&reader), &place.id, &user);
    town.mm_as(&reader).me().expect(200);
    town.mm_as(&reader).get_in(&user, &place.id).expect(200);
    assert_eq!(scene.replica_reads() - before, 6);

    // All of these are presented a key, and read on their way.
    let writer = town.mm();
    writer.update(&user, json!({"full_name": "Ada"})).expect(200);
    town.maisa().update(&user, json!({"department": "Engines"})).expect(200);
    writer.patch_preferences(json!({"preferences": {"theme": "dark"}})).expect(200);
    writer.create(place.application("grace")).expect(201);
    writer.delete(&user).expect(204);
    town.mm_as("dgl_nobody_nothing").me().expect(401);
    assert!(town.server.is_ready());
    assert_eq!(scene.replica_reads() - before, 6);
}

#[test]
fn a_key_that_is_revoked_is_refused_everywhere_whatever_replicas_know() {
    let scene = Scene::new(1, &LENIENT);
    let town = &scene.town;
    let second = town.house.serve();
    await_fit(&second, 1);
    let servers = [&town.server, &second];
    let owner = town.workspace().person("admin");
    let keys = [(); 2].map(|()| town.key(&["--user", &owner.email, "--workspace", "*"]));
    scene.standbys[0].wait_until_it_has_all_of(&scene.primary);
    scene.standbys[0].pause_replay();
    let statuses = |key: &str| {
        let ask = |server: &Server| {
            [Mm::new(&server.http, key).get(&owner.id).status, Maisa::new(&server.http, key).get(&owner.id).status]
        };
        servers.map(ask).concat()
    };
    assert_eq!(statuses(&keys[0].secret), [200; 4]);
    town.cli(&["key", "revoke", &keys[0].id]).done();
    let within = Duration::from_secs(1);
    eventually(within, "refused", || (statuses(&keys[0].secret) == [401; 4]).then_some(()));
    // So is one whose owner has lost its rights, through one of the processes.
    assert_eq!(statuses(&keys[1].secret), [200; 4]);
    town.mm().update(&owner.id, json!({"is_active": false})).expect(200);
    eventually(within, "refused", || (statuses(&keys[1].secret) == [401; 4]).then_some(()));
    // And all the time the replica, which knows nothing of this, answers others.
    let steward = town.steward().secret;
    for server in servers {
        let before = replica_reads(server);
        assert_eq!(Mm::new(&server.http, &steward).get(&owner.id).expect(200).at("/is_active"), true);
        assert_eq!(replica_reads(server), before + 1);
    }
}

#[test]
fn a_key_reads_at_once_what_it_wrote_though_no_replica_has_it() {
    let scene = Scene::new(2, &LENIENT);
    let town = &scene.town;
    let (place, mine, theirs) = (town.workspace(), town.steward().secret, town.steward().secret);
    let (my_mm, my_maisa) = (town.mm_as(&mine), town.maisa_as(&mine));
    let (their_mm, their_maisa) = (town.mm_as(&theirs), town.maisa_as(&theirs));
    let user = id(&place.user_with("ada", json!({"full_name": "Old"})));
    let lost = place.user("charles");
    for standby in &scene.standbys {
        standby.wait_until_it_has_all_of(&scene.primary);
    }
    let mut known = "Old".to_owned();
    for through_maisa in [false, true] {
        scene.standbys.iter().for_each(|standby| standby.pause_replay());
        let name = fresh("New");
        if through_maisa {
            my_maisa.update(&user, json!({"name": name})).expect(200);
        } else {
            my_mm.update(&user, json!({"full_name": name})).expect(200);
        }
        let before = scene.replica_reads();
        for _ in 0..3 {
            assert_eq!(names(&my_mm, &my_maisa, &place.id, &user), [(); 4].map(|()| json!(name)));
        }
        assert_eq!(scene.replica_reads(), before);
        // Others may be shown what was there before: this is what the settings allow, and proves that it could be seen.
        assert_eq!(names(&their_mm, &their_maisa, &place.id, &user), [(); 4].map(|()| json!(known)));
        assert_eq!(scene.replica_reads(), before + 4);
        scene.standbys.iter().for_each(|standby| standby.resume_replay());
        let is_read = || {
            assert_eq!(names(&my_mm, &my_maisa, &place.id, &user), [(); 4].map(|()| json!(name)));
            (scene.replica_reads() > before + 8).then_some(())
        };
        eventually(Duration::from_secs(10), "replicas answer the key again", is_read);
        known = name;
    }

    scene.standbys.iter().for_each(|standby| standby.pause_replay());
    my_mm.delete(&lost).expect(204);
    my_mm.get(&lost).expect(404);
    my_maisa.get(&lost).expect(404);
    their_mm.get(&lost).expect(200);
    let found = id(&my_mm.create(place.application("found")).expect(201).json());
    my_maisa.get(&found).expect(200);
    assert_eq!(my_mm.list(&[("workspace_id", &place.id), ("search", "found")]).expect(200).at("/total"), 1);
    // A replica's word that there is no such user is not believed; a list may lack it.
    their_mm.get(&found).expect(200);
    their_maisa.get(&found).expect(200);
    assert_eq!(their_mm.list(&[("workspace_id", &place.id), ("search", "found")]).expect(200).at("/total"), 0);
}

#[test]
fn what_others_wrote_is_read_within_the_bound() {
    const BOUND: Duration = Duration::from_secs(1);
    let scene = Scene::new(2, &[]);
    let town = &scene.town;
    let (place, mine, theirs) = (town.workspace(), town.steward().secret, town.steward().secret);
    let (their_mm, their_maisa) = (town.mm_as(&theirs), town.maisa_as(&theirs));
    let user = place.user("ada");
    let mut slowest = Duration::ZERO;
    for round in 0..4 {
        scene.await_fit(2);
        scene.standbys[round % 2].pause_replay();
        let name = fresh("New");
        town.mm_as(&mine).update(&user, json!({"full_name": name})).expect(200);
        let written = Instant::now();
        let mut last_old = Duration::ZERO;
        while written.elapsed() < 2 * BOUND {
            let asked = written.elapsed();
            let shown = names(&their_mm, &their_maisa, &place.id, &user);
            if shown.iter().any(|shown| *shown != json!(name)) {
                last_old = asked;
            }
        }
        slowest = slowest.max(last_old);
        scene.standbys[round % 2].resume_replay();
    }
    println!("another's write was not yet read {slowest:?} later at the latest");
    assert!(slowest < BOUND, "{slowest:?}");
}
