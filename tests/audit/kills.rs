//! Killed at any moment, the store has a row for each change that was answered, and none for what is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::told;
use crate::harness::{Http, Maisa, Mm, Request, Town, eventually, fresh, id};

const WRITERS: usize = 16;
const ROUNDS: usize = 3;
const ANSWERED_PER_ROUND: usize = 300;

/// What was answered, by the request's id: what was done, and to whom.
type Answered = Mutex<BTreeMap<String, (&'static str, String)>>;

/// Creates, changes, signs in and out, and deletes through one door or the other, until the server is gone.
fn write_until_the_end(http: &Http, key: &str, workspace: &str, writer: usize, answered: &Answered) -> Option<()> {
    let note =
        |request: String, action, user: &str| answered.lock().unwrap().insert(request, (action, user.to_owned()));
    loop {
        let (name, request) = (fresh("mark"), fresh("create-"));
        let user = if writer.is_multiple_of(2) {
            let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse", "default_workspace_id": workspace});
            id(&Mm::new(http, key).with("x-request-id", &request).try_create(&body).ok()?.expect(201).json())
        } else {
            let body = json!({"email": format!("{name}@example.com"), "name": name, "role": "user", "sendActivationEmail": false});
            Maisa::new(http, key).with("x-request-id", &request).try_create(&body).ok()?.expect(201).str("/data/id")
        };
        note(request, "user.created", &user);
        let request = fresh("change-");
        Mm::new(http, key).with("x-request-id", &request).try_update(&user, json!({"bio": name})).ok()?.expect(200);
        note(request, "user.changed", &user);
        if writer.is_multiple_of(4) {
            let (login, logout) = (fresh("login-"), fresh("logout-"));
            let body = json!({"username": name, "password": "correct horse"}).to_string();
            let request = Request::new("POST", "/mechamental/v1/auth/login").header("x-request-id", &login).json(body);
            let session = http.send(&request).ok()?.expect(200).str("/access_token");
            note(login, "session.started", &user);
            let request = Request::new("POST", "/mechamental/v1/auth/logout").header("x-request-id", &logout);
            http.send(&request.header("authorization", &format!("Bearer {session}"))).ok()?.expect(204);
            note(logout, "session.ended", &user);
        }
        if writer.is_multiple_of(3) {
            let request = fresh("delete-");
            Maisa::new(http, key).with("x-request-id", &request).try_delete(&user).ok()?.expect(204);
            note(request, "user.deleted", &user);
        }
    }
}

#[test]
fn killed_under_writers_it_has_a_row_for_all_that_it_answered() {
    let mut town = Town::new();
    let place = town.workspace();
    let (workspace, key) = (place.id.clone(), place.steward().secret);
    let before = told(&town.house, &[]).len();
    let answered = Answered::default();
    for round in 1..=ROUNDS {
        let Town { server, house, root, first_workspace } = town;
        let address = server.http.address();
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (key, workspace, answered) = (&key, &workspace, &answered);
                scope.spawn(move || write_until_the_end(&Http::new(address), key, workspace, writer, answered));
            }
            eventually(Duration::from_secs(60), "enough is answered", || {
                (answered.lock().unwrap().len() >= round * ANSWERED_PER_ROUND).then_some(())
            });
            server.kill();
        });
        town = Town { server: house.serve(), house, root, first_workspace };

        let rows = told(&town.house, &[]).split_off(before);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut by_request = BTreeMap::new();
        for row in &rows {
            let what = (text(&row["action"]), text(&row["user_id"]));
            assert!(by_request.insert(text(&row["request_id"]), what).is_none(), "told twice: {row}");
        }
        for (request, (action, user)) in answered.lock().unwrap().iter() {
            assert_eq!(by_request.get(request), Some(&((*action).to_owned(), user.clone())), "{request}");
        }
        // And the other way round: who was created and not deleted is there, and nobody else.
        let of = |action: &str| -> BTreeSet<String> {
            rows.iter().filter(|row| row["action"] == action).map(|row| text(&row["user_id"])).collect()
        };
        let expected: BTreeSet<String> = of("user.created").difference(&of("user.deleted")).cloned().collect();
        let there = town.mm_as(&key).walk(&workspace, 200);
        assert_eq!(there.iter().map(id).collect::<BTreeSet<_>>(), expected);
        let changed: BTreeSet<String> = there.iter().filter(|user| !user["bio"].is_null()).map(id).collect();
        assert_eq!(of("user.changed").intersection(&expected).cloned().collect::<BTreeSet<_>>(), changed);
    }
}
