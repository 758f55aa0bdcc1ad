use super::*;
use crate::testing::{answer, assert_reads_what_is_registered, json_body, policy};

fn change(text: &str) -> UserChange {
    json_body(text).and_then(|body| read(&body, &policy())).expect(text)
}

#[test]
fn absent_fields_stay_and_null_clears_where_it_may() {
    let nothing = change("{}");
    assert!(nothing.email.is_none() && nothing.full_name.is_none() && nothing.preferences.is_none());
    assert!(nothing.default_workspace.is_none() && nothing.status.is_none() && nothing.roles.is_none());

    let cleared = change(
        r#"{"email":null,"username":null,"password":null,"full_name":null,"avatar_url":null,"bio":null,"timezone":null,
            "locale":null,"preferences":null,"settings":null,"is_active":null,"roles":null,"default_workspace_id":null}"#,
    );
    assert!(cleared.email.is_none() && cleared.username.is_none() && cleared.password.is_none());
    assert!(cleared.status.is_none() && cleared.roles.is_none());
    assert!(matches!(cleared.full_name, Some(FullNameChange::Set(None))));
    assert!(matches!((cleared.avatar_url, cleared.bio), (Some(None), Some(None))));
    assert!(matches!((cleared.timezone, cleared.locale), (Some(None), Some(None))));
    assert_eq!(cleared.preferences.map(|object| object.as_str().to_owned()).as_deref(), Some("{}"));
    assert_eq!(cleared.settings.map(|object| object.as_str().to_owned()).as_deref(), Some("{}"));
    assert_eq!(cleared.default_workspace, Some(None));
}

#[test]
fn values_are_read_leniently_where_the_framework_does() {
    assert!(matches!(change(r#"{"is_active":"off"}"#).status, Some(StatusChange::MayAct(false))));
    assert!(matches!(change(r#"{"is_active":1.0}"#).status, Some(StatusChange::MayAct(true))));
    let preferences = change(r#"{"preferences":{"n":1.10,"z":1E2}}"#).preferences;
    assert_eq!(preferences.map(|object| object.as_str().to_owned()).as_deref(), Some(r#"{"n":1.10,"z":1E2}"#));
}

#[actix_web::test]
async fn booleans_and_lists_that_are_none() {
    let sent = r#"{"roles":"admin","is_active":2,"password":7}"#;
    let refused = json_body(sent).and_then(|body| read(&body, &policy())).expect_err("three faults");
    assert_eq!(
        answer(refused).await.1,
        r#"{"detail":[{"type":"string_type","loc":["body","password"],"msg":"Input should be a valid string","input":"**********"},{"type":"bool_parsing","loc":["body","is_active"],"msg":"Input should be a valid boolean, unable to interpret input","input":2},{"type":"list_type","loc":["body","roles"],"msg":"Input should be a valid list","input":"admin"}]}"#
    );
}

#[test]
fn every_field_is_in_the_registry() {
    let body = json_body("{}").expect("a body");
    assert_reads_what_is_registered("updateUser", || read(&body, &policy()));
}
