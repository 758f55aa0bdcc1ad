//! A name in Maisa is the full name, or the username where there is none (§1).

use serde_json::{Value, json};

use crate::harness::{fresh, town};

#[test]
fn without_a_full_name_the_username_is_shown_and_writing_it_back_changes_nothing() {
    let place = town().workspace();
    let user = place.user_with("ada", json!({}));
    let (id, username) = (user["user_id"].as_str().unwrap(), &user["username"]);
    let before = town().record(id);
    assert_eq!(&before["maisa"]["data"]["name"], username);

    town().maisa().update(id, json!({ "name": username })).expect(200);
    let mut whole = before["maisa"]["data"].clone();
    town().maisa().update(id, &whole).expect(200);
    assert_eq!(town().record(id), before, "what was read is written back, and nothing was invented");

    whole["name"] = json!("Ada");
    town().maisa().update(id, &whole).expect(200);
    assert_eq!(town().mm().get(id).expect(200).at("/full_name"), "Ada");
    town().mm().update(id, json!({"full_name": null})).expect(200);
    assert_eq!(&town().maisa().get(id).expect(200).at("/data/name"), username);
}

#[test]
fn the_fallback_follows_the_username() {
    let place = town().workspace();
    let user = place.user("ada");
    let other = fresh("renamed");
    town().mm().update(&user, json!({ "username": other })).expect(200);
    assert_eq!(town().maisa().get(&user).expect(200).at("/data/name"), other);
    assert_eq!(town().mm().get(&user).expect(200).at("/full_name"), Value::Null);
}

#[test]
fn a_full_name_that_equals_the_username_is_one_all_the_same() {
    let place = town().workspace();
    let user = place.user_with("ada", json!({}));
    let id = user["user_id"].as_str().unwrap();
    town().mm().update(id, json!({"full_name": user["username"]})).expect(200);
    assert_eq!(town().mm().get(id).expect(200).at("/full_name"), user["username"]);
    town().maisa().update(id, json!({"name": user["username"]})).expect(200);
    assert_eq!(town().mm().get(id).expect(200).at("/full_name"), user["username"]);
}
