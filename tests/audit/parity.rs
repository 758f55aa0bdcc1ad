//! The same act is the same row through either dialect, but for the dialect, the operation and the request.

use std::time::Duration;

use serde_json::{Value, json};

use super::told;
use crate::harness::{Answer, NOBODY, Town, eventually, fresh, id};

/// What somebody does through one of the doors.
struct Side<'a> {
    town: &'a Town,
    is_mm: bool,
    key: String,
}

impl Side<'_> {
    fn create(&self, role: &str, workspace: &str) -> Answer {
        let email = format!("{}@example.com", fresh("twin"));
        if self.is_mm {
            let body = json!({"email": email, "username": fresh("twin"), "password": "correct horse", "full_name": "Twin", "roles": [role], "default_workspace_id": workspace});
            self.town.mm_as(&self.key).create(body)
        } else {
            let body = json!({"email": email, "name": "Twin", "role": role, "sendActivationEmail": false});
            self.town.maisa_as(&self.key).create(body)
        }
    }

    fn update(&self, user: &str, mm: Value, maisa: Value) -> u16 {
        if self.is_mm {
            self.town.mm_as(&self.key).update(user, mm).status
        } else {
            self.town.maisa_as(&self.key).update(user, maisa).status
        }
    }

    fn delete(&self, user: &str) -> u16 {
        if self.is_mm {
            self.town.mm_as(&self.key).delete(user).status
        } else {
            self.town.maisa_as(&self.key).delete(user).status
        }
    }
}

/// A whole life, as it is told, with words in place of ids.
fn live(town: &Town, is_mm: bool) -> Vec<Value> {
    let place = town.workspace();
    let admin = place.person("admin");
    let weak = place.person("viewer");
    let (gone, pinned) = (place.steward(), place.steward());
    town.cli(&["key", "revoke", &gone.id]).done();
    town.cli(&["key", "pin", &pinned.id, if is_mm { "maisa" } else { "mechamental" }]).done();
    let side = |key: &str| Side { town, is_mm, key: key.to_owned() };
    let before = told(&town.house, &[]).len();
    let mut statuses = Vec::new();

    let acts = side(&admin.key);
    let made = acts.create("developer", &place.id);
    statuses.push(made.status);
    let user = if is_mm { id(&made.json()) } else { made.str("/data/id") };
    for (mm, maisa) in [
        (json!({"full_name": "Other"}), json!({"name": "Other"})),
        (json!({"full_name": "Other"}), json!({"name": "Other"})),
        (json!({"roles": ["viewer"]}), json!({"role": "viewer"})),
        (json!({"is_active": false}), json!({"status": "inactive"})),
        (json!({"is_active": true, "full_name": "Third"}), json!({"status": "active", "name": "Third"})),
    ] {
        statuses.push(acts.update(&user, mm, maisa));
    }
    statuses.push(acts.update(&admin.id, json!({"roles": ["user"]}), json!({"role": "user"})));
    statuses.push(side(&weak.key).update(&user, json!({"full_name": "x"}), json!({"name": "x"})));
    statuses.push(side(&gone.secret).delete(&user));
    statuses.push(side(&pinned.secret).delete(NOBODY));
    statuses.push(acts.delete(&user));
    statuses.push(acts.delete(&user));
    assert_eq!(statuses, [201, 200, 200, 200, 200, 200, 403, 403, 401, 403, 204, 404]);

    let rows = eventually(Duration::from_secs(10), "the refusals are written", || {
        let rows = told(&town.house, &[]).split_off(before);
        (rows.len() == 10).then_some(rows)
    });
    let names = [
        (user.as_str(), "the user"),
        (&admin.id, "the administrator"),
        (&weak.id, "the viewer"),
        (&place.id, "the workspace"),
        (super::key_id(&admin.key), "the administrator's key"),
        (super::key_id(&weak.key), "the viewer's key"),
        (&gone.id, "the revoked key"),
        (&pinned.id, "the pinned key"),
    ];
    let dialect = if is_mm { "mechamental" } else { "maisa" };
    let mut told: Vec<Value> = rows
        .into_iter()
        .map(|mut row| {
            super::forget_own(&mut row);
            assert_eq!(row["dialect"].take(), dialect);
            let operation = row["operation"].take();
            assert!(operation.as_str().unwrap().starts_with(&format!("{dialect}.")), "{operation}");
            assert_eq!(row["request_id"].take().as_str().map(str::len), Some(36));
            let text = names.iter().fold(row.to_string(), |text, (id, name)| text.replace(id, name));
            serde_json::from_str(&text).unwrap()
        })
        .collect();
    told.sort_by_key(ToString::to_string);
    told
}

#[test]
fn the_same_act_is_the_same_row_through_either_dialect() {
    let town = Town::new();
    let (mm, maisa) = (live(&town, true), live(&town, false));
    assert_eq!(mm, maisa);
    let count = |action: &str| mm.iter().filter(|row| row["action"] == action).count();
    assert_eq!(
        (count("user.created"), count("user.changed"), count("user.deleted"), count("access.refused")),
        (1, 4, 1, 4)
    );
}
