//! Each change is a row, with exactly who, what, whom, where and on which occasion.

use serde_json::{Value, json};

use super::{Diary, by, done, key_id, with};
use crate::harness::{Maisa, Mm, Town, fresh, id};

fn new_for_mm(name: &str, workspace: &str) -> Value {
    json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse", "default_workspace_id": workspace})
}

#[test]
fn each_change_through_mechamental_is_a_row() {
    let town = Town::new();
    let (place, other) = (town.workspace(), town.workspace());
    let root = by(&town.root.key, Some(&town.root.id));
    let mut diary = Diary::of(&town);
    let mm = |request: &str| town.mm().with("x-request-id", request);
    let made = id(&mm("made").create(new_for_mm(&fresh("ada"), &place.id)).expect(201).json());
    diary.expect(&[done(&root, "mechamental.createUser", Some("made"), "user.created", &made, &place.id)]);

    let change = |body: Value| mm("changed").update(&made, body).expect(200);
    let row = |action: &str| done(&root, "mechamental.updateUser", Some("changed"), action, &made, &place.id);
    let fields = |fields: &[&str]| with(row("user.changed"), json!({"fields": fields}));
    change(
        json!({"bio": "b", "full_name": "F", "timezone": "Europe/London", "locale": "en", "avatar_url": "https://example.com/a"}),
    );
    diary.expect(&[fields(&["full_name", "avatar_url", "bio", "timezone", "locale"])]);
    change(json!({"bio": "b", "full_name": "F"}));
    change(json!({}));
    diary.expect(&[]);
    change(
        json!({"preferences": {"a": 1}, "settings": {"b": 2}, "email": format!("{}@example.com", fresh("new")), "username": fresh("new")}),
    );
    diary.expect(&[fields(&["email", "username", "preferences", "settings"])]);
    change(json!({"roles": ["viewer"], "is_active": false}));
    diary.expect(&[fields(&["status", "roles"])]);
    change(json!({"password": "another horse"}));
    diary.expect(&[row("password.changed")]);
    change(json!({"password": "a third horse", "bio": "c"}));
    diary.expect(&[fields(&["bio"]), row("password.changed")]);
    change(json!({"default_workspace_id": other.id}));
    diary.expect(&[with(row("member.added"), json!({"workspace_id": other.id})), fields(&["default_workspace"])]);
    change(json!({"default_workspace_id": place.id}));
    diary.expect(&[with(fields(&["default_workspace"]), json!({"workspace_id": other.id}))]);

    let ada = place.person("user");
    diary.read();
    let own = by(&ada.key, Some(&ada.id));
    town.mm_as(&ada.key)
        .with("x-request-id", "own")
        .patch_preferences(json!({"preferences": {"theme": "dark"}}))
        .expect(200);
    let row = |action| done(&own, "mechamental.updateMyPreferences", Some("own"), action, &ada.id, &place.id);
    diary.expect(&[with(row("user.changed"), json!({"fields": ["preferences"]}))]);
    town.mm_as(&ada.key).patch_preferences(json!({"preferences": {"theme": "dark"}})).expect(200);
    town.mm_as(&ada.key).me().expect(200);
    town.mm().get(&ada.id).expect(200);
    town.mm().list(&[("workspace_id", &place.id)]).expect(200);
    diary.expect(&[]);

    mm("gone").delete(&made).expect(204);
    diary.expect(&[done(&root, "mechamental.deleteUser", Some("gone"), "user.deleted", &made, &place.id)]);
    mm("gone").delete(&made).expect(404);
    diary.expect(&[]);
}

#[test]
fn each_change_through_maisa_is_a_row() {
    let town = Town::new();
    let place = town.workspace();
    let steward = place.steward();
    let actor = by(&steward.secret, None);
    let mut diary = Diary::of(&town);
    let maisa = |request: &str| town.maisa_as(&steward.secret).with("x-request-id", request);
    let email = format!("{}@example.com", fresh("ada"));
    let body = json!({"email": email, "name": "Ada", "role": "user", "sendActivationEmail": false});
    let made = maisa("made").create(&body).expect(201).str("/data/id");
    diary.expect(&[done(&actor, "maisa.createUser", Some("made"), "user.created", &made, &place.id)]);
    maisa("made").create(&body).expect(409);
    maisa("made").create(json!({"email": "x"})).expect(400);
    diary.expect(&[]);

    let change = |body: Value| maisa("changed").update(&made, body).expect(200);
    let fields = |fields: &[&str]| {
        let row = done(&actor, "maisa.updateUser", Some("changed"), "user.changed", &made, &place.id);
        with(row, json!({"fields": fields}))
    };
    change(json!({"name": "Ada L.", "department": "D", "metadata": {"a": 1}}));
    diary.expect(&[fields(&["full_name", "department", "metadata"])]);
    change(json!({"name": "Ada L.", "department": "D", "metadata": {"a": 1}, "role": "user", "status": "active"}));
    diary.expect(&[]);
    change(json!({"role": "viewer", "status": "suspended"}));
    diary.expect(&[fields(&["status", "roles"])]);
    maisa("read").get(&made).expect(200);
    maisa("read").list(&[]).expect(200);
    diary.expect(&[]);
    maisa("gone").delete(&made).expect(204);
    diary.expect(&[done(&actor, "maisa.deleteUser", Some("gone"), "user.deleted", &made, &place.id)]);
}

/// What a conflict has undone has not happened, and what was answered from memory has happened once.
#[test]
fn what_is_undone_leaves_no_row_and_a_replay_none_more() {
    let town = Town::new();
    let mut diary = Diary::of(&town);
    let body = new_for_mm(&fresh("ada"), &town.first_workspace);
    let mm = town.mm().with("Idempotency-Key", "once");
    let made = id(&mm.create(&body).expect(201).json());
    for _ in 0..3 {
        assert_eq!(id(&mm.create(&body).expect(201).json()), made);
    }
    let maisa = town.maisa().with("Idempotency-Key", "once");
    let other = json!({"email": format!("{}@example.com", fresh("bob")), "name": "Bob", "role": "user", "sendActivationEmail": false});
    let second = maisa.create(&other).expect(201).str("/data/id");
    maisa.create(&other).expect(201);
    let rows = diary.read();
    let told: Vec<_> = rows.iter().map(|row| (row["action"].as_str(), row["user_id"].as_str())).collect();
    assert_eq!(told, [(Some("user.created"), Some(&*made)), (Some("user.created"), Some(&*second))]);

    // The collision is found by the last statement of each, behind all that was written before.
    let taken = town.mm().get(&made).expect(200).str("/email");
    town.mm().update(&second, json!({"email": taken, "bio": "x"})).expect(409);
    town.mm().create(&body).expect(409);
    town.mm().update(&town.root.id, json!({"is_active": false})).expect(403);
    let lonely = town.steward();
    town.mm_as(&lonely.secret).update(&town.root.id, json!({"roles": ["user"], "bio": "x"})).expect(409);
    town.maisa_as(&lonely.secret).delete(&town.root.id).expect(409);
    town.mm().with("If-Match", "\"stale\"").delete(&second).expect(412);
    let rows: Vec<_> = diary.read().into_iter().filter(|row| row["outcome"] == "done").collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((&rows[0]["action"], &rows[0]["key_id"]), (&json!("key.created"), &json!(lonely.id)));
}

/// A request that brings no id is known by the one that it is answered with.
#[test]
fn a_row_has_the_id_that_the_answer_has() {
    let town = Town::new();
    let mut diary = Diary::of(&town);
    let http = &town.server.http;
    let made = Mm::new(http, &town.root.key)
        .at("/mechamental")
        .create(new_for_mm(&fresh("ada"), &town.first_workspace))
        .expect(201);
    let gone = Maisa::new(http, &town.root.key).at("/maisa").delete(&id(&made.json())).expect(204);
    let rows = diary.read();
    let ids: Vec<_> = rows.iter().map(|row| row["request_id"].as_str()).collect();
    assert_eq!(ids, [made.header("x-request-id"), gone.header("x-request-id")]);
    assert!(ids.iter().all(|id| id.is_some_and(|id| id.len() == 36)));
    assert_eq!(rows[0]["actor"]["key_id"], key_id(&town.root.key));
}
