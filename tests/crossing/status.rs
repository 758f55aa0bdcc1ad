//! Four statuses in one dialect, a boolean in the other (§1), row by row.

use serde_json::json;

use crate::harness::{Workspace, town};

const STATUSES: [&str; 4] = ["active", "inactive", "pending", "suspended"];

/// A user in this status.
fn user_who_is(place: &Workspace, status: &str) -> String {
    let body = place.application("ada");
    let maisa =
        json!({"email": body["email"], "name": "Ada", "role": "user", "sendActivationEmail": status == "pending"});
    let key = place.steward().secret;
    let user = town().maisa_as(&key).create(maisa).expect(201).str("/data/id");
    if status != "pending" {
        town().maisa().update(&user, json!({ "status": status })).expect(200);
    }
    user
}

#[test]
fn the_boolean_is_true_for_active_alone() {
    let place = town().workspace();
    for status in STATUSES {
        let user = user_who_is(&place, status);
        assert_eq!(town().maisa().get(&user).expect(200).at("/data/status"), status);
        assert_eq!(town().mm().get(&user).expect(200).at("/is_active"), status == "active");
    }
}

#[test]
fn setting_the_boolean_false_deactivates_the_active_and_leaves_the_others() {
    let place = town().workspace();
    for (before, after) in
        [("active", "inactive"), ("inactive", "inactive"), ("pending", "pending"), ("suspended", "suspended")]
    {
        let user = user_who_is(&place, before);
        let record = town().record(&user);
        town().mm().update(&user, json!({"is_active": false})).expect(200);
        assert_eq!(town().maisa().get(&user).expect(200).at("/data/status"), after);
        if before == after {
            assert_eq!(town().record(&user), record, "no change at all");
        }
    }
}

#[test]
fn setting_the_boolean_true_activates() {
    let place = town().workspace();
    for before in STATUSES {
        let user = user_who_is(&place, before);
        town().mm().update(&user, json!({"is_active": true})).expect(200);
        assert_eq!(town().maisa().get(&user).expect(200).at("/data/status"), "active");
    }
}

#[test]
fn writing_back_what_maisa_showed_changes_nothing() {
    let place = town().workspace();
    for status in STATUSES {
        let user = user_who_is(&place, status);
        let before = town().record(&user);
        town().maisa().update(&user, &before["maisa"]["data"]).expect(200);
        town()
            .mm()
            .update(
                &user,
                json!({"is_active": before["mechamental"]["is_active"], "roles": before["mechamental"]["roles"]}),
            )
            .expect(200);
        assert_eq!(town().record(&user), before);
    }
}
