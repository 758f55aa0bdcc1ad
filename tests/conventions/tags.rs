//! Entity tags: on every single user, another one for every other representation, and the same as long as it is the same.

use serde_json::{Value, json};

use super::tag;
use crate::harness::{Answer, House, Maisa, Mm, NOBODY, Town, id, town};

#[test]
fn every_answer_with_one_user_has_a_tag_and_no_other_has() {
    let place = town().workspace();
    let created = town().mm().create(place.application("ada")).expect(201);
    let user = id(&created.json());
    let (mm, maisa) = (town().mm(), town().maisa());
    assert_eq!(tag(&created), tag(&mm.get(&user).expect(200)));
    assert_eq!(tag(&created), tag(&mm.get_in(&user, &place.id).expect(200)));
    let changed = mm.update(&user, json!({"bio": "x"})).expect(200);
    assert_eq!(tag(&changed), tag(&mm.ask("HEAD", &format!("/v1/users/{user}")).expect(200)));
    let patched = mm.patch_preferences(json!({"preferences": {"a": 1}})).expect(200);
    assert_eq!(tag(&patched), tag(&mm.me().expect(200)));
    assert_eq!(tag(&mm.me()), tag(&mm.get(&town().root.id)));
    assert_eq!(tag(&mm.me()), tag(&mm.ask("HEAD", "/v1/users/me")));

    let body = json!({"email": place.application("bob")["email"], "name": "Bob", "role": "user"});
    let created = town().maisa_as(&place.steward().secret).create(body).expect(201);
    let bob = created.str("/data/id");
    assert_eq!(tag(&created), tag(&maisa.get(&bob).expect(200)));
    let changed = maisa.update(&bob, json!({"department": "x"})).expect(200);
    assert_eq!(tag(&changed), tag(&maisa.ask("HEAD", &format!("/v1/users/{bob}")).expect(200)));

    let reader = place.key_with(&["users:read"]).secret;
    for other in [
        mm.list(&[("workspace_id", &place.id)]).expect(200),
        maisa.list(&[]).expect(200),
        mm.get(NOBODY).expect(404),
        maisa.get(NOBODY).expect(404),
        mm.update(&user, json!({"email": "x"})).expect(422),
        maisa.update(&user, "{").expect(400),
        town().mm_as(&reader).delete(&user).expect(403),
        Mm::anonymous(&town().server.http).me().expect(401),
        Maisa::anonymous(&town().server.http).get(&user).expect(401),
        mm.delete(&user).expect(204),
        maisa.delete(&bob).expect(204),
    ] {
        assert_eq!(other.header("etag"), None, "{}", other.story());
    }
}

#[test]
fn the_two_dialects_have_different_tags_for_the_same_address() {
    let user = town().workspace().user("ada");
    let (mm, maisa) = (town().mm().get(&user).expect(200), town().maisa().get(&user).expect(200));
    assert_ne!(tag(&mm), tag(&maisa));
    for mount in ["/mechamental", ""] {
        assert_eq!(tag(&town().mm().at(mount).get(&user)), tag(&mm), "the mount makes no other representation");
    }
    assert_eq!(tag(&town().maisa().at("/maisa").get(&user)), tag(&maisa));
}

/// The tag and the body, through both doors.
fn representations(user: &str) -> [(String, String); 2] {
    [town().mm().get(user), town().maisa().get(user)].map(|answer| (tag(&answer.clone().expect(200)), answer.text()))
}

/// Does something to the user; its tags and its bodies through both doors must all be others than ever before, or all the same.
fn follow(user: &str, seen: &mut Vec<[(String, String); 2]>, act: impl FnOnce() -> Answer, changes: bool) {
    let before = representations(user);
    let answer = act();
    assert!([200, 204].contains(&answer.status), "{}", answer.story());
    let after = representations(user);
    if changes {
        for (at, (tag, _)) in after.iter().enumerate() {
            assert!(seen.iter().all(|known| known[at].0 != *tag), "{}", answer.story());
        }
    } else {
        assert_eq!(after, before, "{}", answer.story());
    }
    seen.push(after);
}

#[test]
fn every_change_through_either_door_is_another_tag_through_both() {
    let (place, other) = (town().workspace(), town().workspace());
    let user = place.user("ada");
    let (mm, maisa) = (town().mm(), town().maisa());
    let mut seen = vec![representations(&user)];
    let taken_by_nobody = |field: &str| place.application("other")[field].to_string();
    for change in [
        r#"{"full_name":"Ada"}"#,
        &format!(r#"{{"email":{}}}"#, taken_by_nobody("email")),
        &format!(r#"{{"username":{}}}"#, taken_by_nobody("username")),
        r#"{"avatar_url":"https://example.com/a"}"#,
        r#"{"bio":"x"}"#,
        r#"{"timezone":"Europe/London"}"#,
        r#"{"locale":"en"}"#,
        r#"{"preferences":{"a":1}}"#,
        r#"{"settings":{"a":1.0}}"#,
        r#"{"settings":{"a":1.00}}"#,
        r#"{"is_active":false}"#,
        r#"{"roles":["viewer","user"]}"#,
        &format!(r#"{{"default_workspace_id":"{}"}}"#, other.id),
    ] {
        follow(&user, &mut seen, || mm.update(&user, change), true);
        follow(&user, &mut seen, || mm.update(&user, change), false);
    }
    for change in [
        r#"{"name":"Ada King"}"#,
        r#"{"role":"user"}"#,
        r#"{"department":"Engines"}"#,
        r#"{"status":"suspended"}"#,
        r#"{"metadata":{"a":1}}"#,
    ] {
        follow(&user, &mut seen, || maisa.update(&user, change), true);
        follow(&user, &mut seen, || maisa.update(&user, change), false);
    }
    follow(&user, &mut seen, || mm.update(&user, "{}"), false);
    follow(&user, &mut seen, || maisa.update(&user, "{}"), false);
}

#[test]
fn what_the_operator_changes_is_another_tag() {
    let place = town().workspace();
    let user = place.user("ada");
    let mut seen = vec![representations(&user)];
    town().cli(&["member", "remove", &place.id, &user]).done();
    let after = representations(&user);
    assert!(after[0].1.contains(r#""default_workspace_id":null"#), "{}", after[0].1);
    assert!(after.iter().zip(&seen[0]).all(|(after, before)| after.0 != before.0));
    seen.push(after);
    follow(&user, &mut seen, || town().mm().get(&user), false);
}

/// The settings' roles: names with permissions, the highest first.
fn roles(list: &[(&str, &[&str])]) -> String {
    let role =
        |(name, permissions): &(&str, &[&str])| format!("[[roles]]\nname = {name:?}\npermissions = {permissions:?}\n");
    list.iter().map(role).collect()
}

#[test]
fn other_permissions_in_the_settings_are_another_tag_where_they_are_shown() {
    let all: &[&str] = &["users:read", "users:write", "users:delete"];
    let mut house = House::vacant();
    let file = house.write_file("roles.toml", &roles(&[("admin", all), ("viewer", &["users:read"]), ("user", &[])]));
    house.file(&file);
    let Town { server, house, root, .. } = Town::in_house(house);
    let tags = |server: &crate::harness::Server| {
        let (mm, maisa) = (Mm::new(&server.http, &root.key).me(), Maisa::new(&server.http, &root.key).get(&root.id));
        (tag(&mm.expect(200)), tag(&maisa.expect(200)))
    };
    let before = tags(&server);
    assert_eq!(tags(&server), before);
    server.stop();

    let server = house.serve();
    assert_eq!(tags(&server), before, "a restart alone changes nothing");
    server.stop();

    house.write_file("roles.toml", &roles(&[("admin", all), ("viewer", &["users:read", "x:y"]), ("user", &[])]));
    let server = house.serve();
    let other = tags(&server);
    assert_eq!(other.0, before.0, "MechaMental shows no permissions");
    assert_ne!(other.1, before.1);
    let stale = Maisa::new(&server.http, &root.key).with("If-Match", &before.1).update(&root.id, json!({"name": "x"}));
    stale.maisa_error(412, "PRECONDITION_FAILED");
    server.stop();
}

#[test]
fn another_ranking_in_the_settings_is_another_tag_for_whom_it_concerns() {
    let all: &[&str] = &["users:read", "users:write", "users:delete"];
    let mut house = House::vacant();
    let file = house.write_file("roles.toml", &roles(&[("admin", all), ("one", all), ("two", all)]));
    house.file(&file);
    let town = Town::in_house(house);
    let place = town.workspace();
    let both = place.user_with("both", json!({"roles": ["one", "two"]}));
    let single = place.user_with("single", json!({"roles": ["two"]}));
    let tag_of = |town: &Town, user: &Value| tag(&town.mm().get(&id(user)).expect(200));
    let before = [tag_of(&town, &both), tag_of(&town, &single)];
    let Town { server, house, root, first_workspace } = town;
    server.stop();

    house.write_file("roles.toml", &roles(&[("admin", all), ("two", all), ("one", all)]));
    let server = house.serve();
    let town = Town { server, house, root, first_workspace };
    assert_eq!(town.mm().get(&id(&both)).at("/roles"), json!(["two", "one"]));
    assert_ne!(tag_of(&town, &both), before[0]);
    assert_eq!(tag_of(&town, &single), before[1]);
}
