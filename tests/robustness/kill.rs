//! Killed at any moment, the server loses nothing that it answered with 2xx, and keeps nothing half (§6).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{House, Maisa, Mm, Server, Town, Workspace, eventually, fresh, timed};

const WRITERS: usize = 32;
const ROUNDS: usize = 4;
const ACKNOWLEDGED_PER_ROUND: usize = 400;

/// What the server promised about one user: the mark that was acknowledged last, and one that was sent after it.
#[derive(Clone, Debug, Default)]
struct Promise {
    acknowledged: String,
    unanswered: Option<String>,
    deleted: bool,
}

/// The log of promises, kept outside of the server.
#[derive(Default)]
struct Promises {
    by_user: Mutex<BTreeMap<String, Promise>>,
    count: AtomicUsize,
}

impl Promises {
    fn note(&self, user: &str, change: impl FnOnce(&mut Promise)) {
        change(self.by_user.lock().unwrap().entry(user.to_owned()).or_default());
        self.count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Everything that MechaMental can say, made of one mark.
fn marked_mm(mark: &str) -> Value {
    json!({"full_name": mark, "bio": mark, "settings": {"mark": mark}, "preferences": {"mark": [mark, mark]}})
}

/// Writes until the server is gone: makes users through either door, changes some of them, deletes a few.
fn write_until_the_end(mm: &Mm, maisa: &Maisa, workspace: &str, writer: usize, promises: &Promises, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        let mark = fresh("mark");
        let user = if writer.is_multiple_of(2) {
            let mut body = marked_mm(&mark);
            body["email"] = json!(format!("{mark}@example.com"));
            (body["username"], body["password"], body["default_workspace_id"]) =
                (json!(mark), json!("correct horse"), json!(workspace));
            mm.try_create(&body).ok().map(|answer| answer.expect(201).str("/user_id"))
        } else {
            let body = json!({"email": format!("{mark}@example.com"), "name": mark, "role": "user", "department": mark, "metadata": {"mark": mark}});
            maisa.try_create(&body).ok().map(|answer| answer.expect(201).str("/data/id"))
        };
        let Some(user) = user else { return };
        promises.note(&user, |promise| promise.acknowledged = mark.clone());
        if !writer.is_multiple_of(4) {
            continue;
        }
        let next = fresh("mark");
        promises.note(&user, |promise| promise.unanswered = Some(next.clone()));
        let Ok(answer) = mm.try_update(&user, marked_mm(&next)) else { return };
        answer.expect(200);
        promises.note(&user, |promise| (promise.acknowledged, promise.unanswered) = (next, None));
        if writer.is_multiple_of(8) {
            promises.note(&user, |promise| promise.unanswered = Some("deleted".to_owned()));
            let Ok(answer) = maisa.try_delete(&user) else { return };
            answer.expect(204);
            promises.note(&user, |promise| (promise.deleted, promise.unanswered) = (true, None));
        }
    }
}

/// A user is whole if all that one write said has the same mark.
fn mark_of(record: &(Value, Value)) -> String {
    let (mm, maisa) = record;
    let mark = mm["full_name"].as_str().unwrap().to_owned();
    if maisa["department"].is_null() {
        let expected = marked_mm(&mark);
        for key in ["bio", "settings", "preferences"] {
            assert_eq!(mm[key], expected[key], "half a user: {mm}");
        }
    } else {
        assert_eq!(
            (&maisa["department"], &maisa["metadata"], &maisa["name"]),
            (&json!(mark), &json!({"mark": mark}), &json!(mark)),
            "half a user: {maisa}"
        );
    }
    assert!(mm["username"].is_string() && mm["default_workspace_id"].is_string(), "half a user: {mm}");
    mark
}

fn check(server: &Server, key: &str, workspace: &str, promises: &Promises) {
    let (mm, maisa) = (Mm::new(&server.http, key), Maisa::new(&server.http, key));
    let by_mm: BTreeMap<String, Value> =
        mm.walk(workspace, 200).into_iter().map(|user| (user["user_id"].as_str().unwrap().to_owned(), user)).collect();
    assert_eq!(maisa.walk(100).len(), by_mm.len(), "both doors count alike");
    let marks: BTreeMap<&String, String> =
        by_mm.iter().map(|(id, user)| (id, mark_of(&(user.clone(), maisa.get(id).expect(200).at("/data"))))).collect();
    for (user, promise) in promises.by_user.lock().unwrap().iter() {
        match (marks.get(user), promise) {
            (None, promise) => {
                assert!(promise.deleted || promise.unanswered.as_deref() == Some("deleted"), "lost: {user} {promise:?}")
            }
            (Some(mark), promise) => {
                assert!(!promise.deleted, "deleted, and back again: {user}");
                assert!(
                    *mark == promise.acknowledged || promise.unanswered.as_ref() == Some(mark),
                    "{user} is at {mark}: {promise:?}"
                );
            }
        }
    }
}

/// One round: the server is killed while everybody writes.
fn storm(server: Server, key: &str, workspace: &str, promises: &Promises) {
    let (over, enough) = (AtomicBool::new(false), promises.count.load(Ordering::Relaxed) + ACKNOWLEDGED_PER_ROUND);
    let address = server.http.address();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let over = &over;
            scope.spawn(move || {
                let http = crate::harness::Http::new(address);
                write_until_the_end(&Mm::new(&http, key), &Maisa::new(&http, key), workspace, writer, promises, over);
            });
        }
        eventually(Duration::from_secs(60), "enough is acknowledged", || {
            (promises.count.load(Ordering::Relaxed) >= enough).then_some(())
        });
        server.kill();
        over.store(true, Ordering::Relaxed);
    });
}

fn founded() -> (House, Server, String, String) {
    let town = Town::new();
    let workspace: Workspace = town.workspace();
    let (id, key) = (workspace.id.clone(), workspace.steward().secret);
    let Town { server, house, .. } = town;
    (house, server, id, key)
}

#[test]
fn killed_under_thirty_two_writers_it_has_all_it_acknowledged_and_nothing_half() {
    let (house, mut server, workspace, key) = founded();
    let promises = Promises::default();
    for _ in 0..ROUNDS {
        storm(server, &key, &workspace, &promises);
        let (time, again) = timed(|| house.serve());
        assert!(time < Duration::from_secs(5), "it took {time:?} to be back");
        check(&again, &key, &workspace, &promises);
        server = again;
    }
    server.stop();
    check(&house.serve(), &key, &workspace, &promises);
}
