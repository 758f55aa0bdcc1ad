//! Stories of one change each, after which the very next request knows.

use std::time::Duration;

use serde_json::json;
use users::PresentedKey;

use crate::harness::{Maisa, Mm, Person, eventually, fresh, soon, town};

/// Both doors, twice each: by then everything that can be kept is.
fn look(mm: &Mm, maisa: &Maisa, user: &str) {
    for _ in 0..2 {
        mm.get(user).expect(200);
        mm.me().expect(200);
        maisa.get(user).expect(200);
    }
}

/// A person with its key, who was seen just now.
fn seen(role: &str) -> Person {
    let person = town().workspace().person(role);
    look(&town().mm_as(&person.key), &town().maisa_as(&person.key), &person.id);
    person
}

#[test]
fn a_change_shows_at_the_next_look_through_every_door() {
    let person = seen("user");
    let (mm, maisa) = (town().mm_as(&person.key), town().maisa_as(&person.key));
    for round in 0..20 {
        let name = fresh("name");
        match round % 3 {
            0 => mm.update(&person.id, json!({"full_name": name})).expect(200),
            1 => town().maisa().update(&person.id, json!({"name": name})).expect(200),
            _ => town().mm().update(&person.id, json!({"full_name": name})).expect(200),
        };
        let shown = [
            mm.get(&person.id).expect(200).at("/full_name"),
            mm.me().expect(200).at("/full_name"),
            maisa.get(&person.id).expect(200).at("/data/name"),
        ];
        assert_eq!(shown, [json!(name), json!(name), json!(name)], "round {round}");
    }
}

#[test]
fn a_tag_follows_the_change() {
    let person = seen("user");
    let mm = town().mm_as(&person.key);
    let tag = mm.get(&person.id).expect(200).header("etag").expect("a tag").to_owned();
    mm.clone().with("If-None-Match", &tag).get(&person.id).expect(304);
    town().maisa().update(&person.id, json!({"department": fresh("moved")})).expect(200);
    mm.clone().with("If-None-Match", &tag).get(&person.id).expect(200);
    mm.with("If-Match", &tag).get(&person.id).mm_error(412, "PRECONDITION_FAILED");
}

#[test]
fn who_is_demoted_or_disabled_may_no_more() {
    let person = seen("admin");
    let (mm, maisa) = (town().mm_as(&person.key), town().maisa_as(&person.key));
    let other = town().workspace().user("other");
    mm.get(&other).mm_error(404, "RESOURCE_NOT_FOUND");
    town().mm().update(&person.id, json!({"roles": ["user"]})).expect(200);
    mm.delete(&other).mm_error(403, "FORBIDDEN");
    maisa.delete(&other).maisa_error(403, "FORBIDDEN");
    town().maisa().update(&person.id, json!({"status": "suspended"})).expect(200);
    mm.me().expect(401);
    maisa.get(&person.id).expect(401);
    town().maisa().update(&person.id, json!({"status": "active"})).expect(200);
    look(&mm, &maisa, &person.id);
    town().mm().delete(&person.id).expect(204);
    mm.me().expect(401);
    town().mm().get(&person.id).mm_error(404, "RESOURCE_NOT_FOUND");
    town().maisa().get(&person.id).maisa_error(404, "NOT_FOUND");
}

#[test]
fn a_revoked_key_is_refused() {
    let place = town().workspace();
    let (user, key) = (place.user("read"), place.steward());
    let (mm, maisa) = (town().mm_as(&key.secret), town().maisa_as(&key.secret));
    mm.get(&user).expect(200);
    maisa.get(&user).expect(200);
    town().cli(&["key", "revoke", &key.id]).done();
    soon("a revoked key is refused", || [mm.get(&user).status, maisa.get(&user).status] == [401, 401]);
}

#[test]
fn a_key_ends_with_its_time() {
    let place = town().workspace();
    let user = place.user("read");
    let key = place.key(&["--permission", "users:read", "--expires-in", "2s"]);
    let mm = town().mm_as(&key.secret);
    mm.get(&user).expect(200);
    eventually(Duration::from_secs(5), "the key ends", || (mm.get(&user).status == 401).then_some(()));
}

#[test]
fn what_the_command_line_changes_holds() {
    let (place, other) = (town().workspace(), town().workspace());
    let (user, key) = (place.user("moving"), other.steward());
    let (mm, maisa) = (town().mm_as(&key.secret), town().maisa_as(&key.secret));
    for _ in 0..3 {
        mm.get(&user).mm_error(404, "RESOURCE_NOT_FOUND");
        other.add(&user);
        soon("a member is seen", || [mm.get(&user).status, maisa.get(&user).status] == [200, 200]);
        town().cli(&["member", "remove", &other.id, &user]).done();
        soon("who is no member is not", || [mm.get(&user).status, maisa.get(&user).status] == [404, 404]);
    }
    let root = town().mm();
    root.get(&user).expect(200);
    town().cli(&["user", "delete", &user]).done();
    soon("who is gone is gone", || root.get(&user).status == 404);
}

#[test]
fn a_wrong_secret_is_wrong_beside_a_right_one() {
    let place = town().workspace();
    let (user, one, other) = (place.user("read"), place.steward(), place.steward());
    town().mm_as(&one.secret).get(&user).expect(200);
    // The checksum is right, so that only the secret itself can be found wrong.
    let [one_key, other_key] = [&one, &other].map(|key| PresentedKey::parse(&key.secret).unwrap());
    let forged = one_key.with_secret_of(&other_key).reveal();
    town().mm_as(&forged).get(&user).expect(401);
    town().maisa_as(&forged).get(&user).expect(401);
    town().mm_as(&one.secret).get(&user).expect(200);
}
