//! For each pair of operations: write in one dialect, read in the other.

use serde_json::{Value, json};

use crate::harness::{Maisa, Mm, Workspace, fresh, id, town};

/// What both dialects say of a user, in one vocabulary, so that it can be compared.
#[derive(Debug, PartialEq)]
struct Shared {
    id: Value,
    email: Value,
    name: Value,
    role: Value,
    active: Value,
}

fn of_mm(user: &Value) -> Shared {
    let name = if user["full_name"].is_null() { &user["username"] } else { &user["full_name"] };
    Shared {
        id: user["user_id"].clone(),
        email: user["email"].clone(),
        name: name.clone(),
        role: user["roles"][0].clone(),
        active: user["is_active"].clone(),
    }
}

fn of_maisa(user: &Value) -> Shared {
    Shared {
        id: user["id"].clone(),
        email: user["email"].clone(),
        name: user["name"].clone(),
        role: user["role"].clone(),
        active: json!(user["status"] == "active"),
    }
}

struct Doors {
    place: Workspace<'static>,
    mm: Mm<'static>,
    maisa: Maisa<'static>,
}

fn doors() -> Doors {
    let place = town().workspace();
    let key = place.steward().secret;
    Doors { mm: town().mm_as(&key), maisa: town().maisa_as(&key), place }
}

impl Doors {
    /// All four ways to read a user agree.
    fn agree(&self, user: &str) -> (Value, Value) {
        let mm = self.mm.get(user).expect(200).json();
        let maisa = self.maisa.get(user).expect(200).at("/data");
        assert_eq!(of_mm(&mm), of_maisa(&maisa));
        let listed = self.mm.walk(&self.place.id, 200).into_iter().find(|seen| seen["user_id"] == user).unwrap();
        assert_eq!(listed, mm, "a list shows what get shows");
        let listed = self.maisa.walk(100).into_iter().find(|seen| seen["id"] == user).unwrap();
        for (key, value) in listed.as_object().unwrap() {
            assert_eq!(*value, maisa[key], "{key}");
        }
        (mm, maisa)
    }
}

fn full_mm() -> Value {
    json!({
        "full_name": "Ada Lovelace", "avatar_url": "https://example.com/a.png", "bio": "Poet", "timezone": "Europe/London", "locale": "en-GB",
        "preferences": {"theme": "dark", "n": [1, {"deep": null}]}, "settings": {"beta": true},
    })
}

#[test]
fn what_mechamental_creates_maisa_reads() {
    let doors = doors();
    let created = doors.place.user_with("ada", full_mm());
    let (mm, maisa) = doors.agree(&id(&created));
    assert_eq!(mm, created);
    assert_eq!(
        (&maisa["name"], &maisa["status"], &maisa["metadata"]),
        (&json!("Ada Lovelace"), &json!("active"), &json!({}))
    );
}

#[test]
fn what_maisa_creates_mechamental_reads() {
    let doors = doors();
    let name = fresh("Grace");
    for (send, active) in [(true, false), (false, true)] {
        let body = json!({"email": format!("{name}{send}@example.com"), "name": "Grace", "role": "viewer", "department": "Navy", "sendActivationEmail": send, "metadata": {"a": 1}});
        let created = doors.maisa.create(body).expect(201).at("/data");
        let (mm, maisa) = doors.agree(created["id"].as_str().unwrap());
        assert_eq!(maisa, created);
        let expected = json!({
            "user_id": created["id"], "email": created["email"], "username": format!("{name}{send}"), "full_name": "Grace", "auth_provider": "local",
            "is_active": active, "is_verified": false, "roles": ["viewer"], "avatar_url": null, "bio": null, "timezone": null, "locale": null,
            "preferences": {}, "settings": {}, "created_at": mm["created_at"], "updated_at": mm["created_at"], "last_login": null,
            "default_workspace_id": doors.place.id,
        });
        assert_eq!(mm, expected);
    }
}

#[test]
fn a_maisa_put_keeps_what_only_mechamental_can_say() {
    let doors = doors();
    let before = doors.place.user_with("ada", full_mm());
    let user = id(&before);
    let change = json!({"name": "Ada King", "role": "viewer", "department": "Engines", "status": "suspended", "metadata": {"m": 1}});
    doors.maisa.update(&user, change).expect(200);
    let (mm, _) = doors.agree(&user);
    for key in [
        "email",
        "username",
        "auth_provider",
        "is_verified",
        "avatar_url",
        "bio",
        "timezone",
        "locale",
        "preferences",
        "settings",
        "created_at",
        "last_login",
        "default_workspace_id",
    ] {
        assert_eq!(mm[key], before[key], "{key}");
    }
    assert_eq!(
        (&mm["full_name"], &mm["roles"], &mm["is_active"]),
        (&json!("Ada King"), &json!(["viewer"]), &json!(false))
    );
}

#[test]
fn a_mechamental_put_keeps_what_only_maisa_can_say() {
    let doors = doors();
    let user = doors.place.user("ada");
    doors
        .maisa
        .update(&user, json!({"department": "Engines", "metadata": {"m": [1, {"n": null}]}, "status": "suspended"}))
        .expect(200);
    let mut change = full_mm();
    change["username"] = json!(fresh("other"));
    change["email"] = json!(format!("{}@example.org", fresh("other")));
    change["password"] = json!("another horse");
    doors.mm.update(&user, change).expect(200);
    let (_, maisa) = doors.agree(&user);
    assert_eq!(
        (&maisa["department"], &maisa["metadata"], &maisa["status"]),
        (&json!("Engines"), &json!({"m": [1, {"n": null}]}), &json!("suspended"))
    );
}

#[test]
fn what_one_door_changes_the_other_shows_at_once() {
    let doors = doors();
    let user = doors.place.user("ada");
    for round in 0..20 {
        let name = format!("Name {round}");
        if round % 2 == 0 {
            doors.mm.update(&user, json!({"full_name": name})).expect(200);
            assert_eq!(doors.maisa.get(&user).expect(200).at("/data/name"), name);
        } else {
            doors.maisa.update(&user, json!({"name": name})).expect(200);
            assert_eq!(doors.mm.get(&user).expect(200).at("/full_name"), name);
        }
    }
    doors.agree(&user);
}

#[test]
fn what_one_door_deletes_is_gone_behind_the_other() {
    let doors = doors();
    let (one, two) = (doors.place.user("ada"), doors.place.user("bob"));
    doors.mm.delete(&one).expect(204);
    doors.maisa.get(&one).maisa_error(404, "NOT_FOUND");
    doors.maisa.delete(&two).expect(204);
    doors.mm.get(&two).mm_error(404, "RESOURCE_NOT_FOUND");
    assert_eq!(doors.mm.list(&[("workspace_id", &doors.place.id)]).at("/total"), 0);
    assert_eq!(doors.maisa.list(&[]).at("/pagination/total"), 0);
}

#[test]
fn a_refused_write_changes_nothing_behind_either_door() {
    let doors = doors();
    let user = doors.place.user("ada");
    let before = town().record(&user);
    doors.mm.update(&user, json!({"bio": "new", "timezone": "Mars/Base"})).expect(422);
    doors.mm.update(&user, json!({"bio": "new", "email": town().root.email})).expect(409);
    doors.mm.update(&user, json!({"bio": "new", "default_workspace_id": town().first_workspace})).expect(404);
    let elsewhere = town().workspace();
    let half = json!({"default_workspace_id": elsewhere.id, "bio": "new", "email": town().root.email});
    town().mm().update(&user, half).expect(409);
    town().mm().get_in(&user, &elsewhere.id).expect(404);
    doors.maisa.update(&user, json!({"name": "New", "status": "nonsense"})).expect(400);
    doors.maisa.update(&user, json!({"name": "New", "role": "nobody"})).expect(400);
    assert_eq!(town().record(&user), before);
}
