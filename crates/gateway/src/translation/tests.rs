use dialect::fields::{Field, Relation};
use users::role::{RoleDefinition, RoleName};
use users::{Permissions, RolePolicy};

use super::*;
use crate::dialects;

fn services() -> Arc<Services> {
    let role = |name: &str| RoleDefinition {
        name: RoleName::from_stored(name.to_owned()),
        permissions: Permissions::default(),
    };
    let policy = RolePolicy::new(vec![role("admin"), role("viewer"), role("user")]).expect("a policy");
    Arc::new(dialects::offline(Arc::new(policy)))
}

fn said(from: &str, given: &Given<'_>) -> Result<Translation, Untranslated> {
    let services = services();
    let all = dialects::all(&services);
    let (one, other): (Vec<_>, Vec<_>) = all.iter().partition(|dialect| dialect.name() == from);
    translate(&**one[0], &**other[0], given, services)
}

fn given<'a>(operation: &'a str, body: &'a str) -> Given<'a> {
    Given { operation, id: None, query: "", body: Bytes::copy_from_slice(body.as_bytes()) }
}

/// Kind and field of each note.
fn notes(translation: &Translation) -> Vec<(&'static str, &str)> {
    translation.notes.iter().map(|note| (note.kind.name(), note.field.as_str())).collect()
}

#[test]
fn a_new_user_of_the_second_dialect_lacks_what_the_first_needs() {
    let body =
        r#"{"email":"Ada@EXAMPLE.com","name":"Ada","role":"viewer","department":"R&D","metadata":{"n":1.10},"x":1}"#;
    let translation = said("maisa", &given("createUser", body)).expect("a translation");
    assert_eq!(
        translation.body.as_deref(),
        Some(r#"{"email":"Ada@example.com","full_name":"Ada","roles":["viewer"]}"#)
    );
    assert_eq!((translation.method.as_str(), translation.target.as_str()), ("POST", "/v1/users"));
    assert_eq!(
        notes(&translation),
        [
            ("ignored", "x"),
            ("lost", "department"),
            ("lost", "metadata"),
            ("missing", "username"),
            ("missing", "password"),
            ("lost", "sendActivationEmail"),
        ]
    );
}

#[test]
fn a_user_who_is_active_at_once_loses_no_invitation() {
    let body = r#"{"email":"a@example.com","name":"Ada","role":"user","sendActivationEmail":false,"department":"","metadata":{}}"#;
    let translation = said("maisa", &given("createUser", body)).expect("a translation");
    assert_eq!(notes(&translation), [("missing", "username"), ("missing", "password")]);
}

#[test]
fn a_new_user_of_the_first_dialect_keeps_the_highest_role_and_is_not_invited() {
    let body = r#"{"email":"a@example.com","username":"ada","password":"correct horse","full_name":"Ada","roles":["user","admin"],
        "bio":"x","preferences":{},"settings":{"a":1},"default_workspace_id":"w"}"#;
    let translation = said("mechamental", &given("createUser", body)).expect("a translation");
    let written = r#"{"email":"a@example.com","name":"Ada","role":"admin","sendActivationEmail":false}"#;
    assert_eq!(translation.body.as_deref(), Some(written));
    let lost = ["username", "password", "bio", "settings", "default_workspace_id", "roles"];
    assert_eq!(notes(&translation), lost.map(|field| ("lost", field)));
    let least = r#"{"email":"a@example.com","username":"ada","password":"correct horse"}"#;
    let translation = said("mechamental", &given("createUser", least)).expect("a translation");
    let written = r#"{"email":"a@example.com","role":"user","sendActivationEmail":false}"#;
    assert_eq!(translation.body.as_deref(), Some(written), "the role that a new user gets, and no name of ours");
    assert_eq!(notes(&translation), [("lost", "username"), ("lost", "password"), ("missing", "name")]);
}

#[test]
fn changes_say_what_they_mean() {
    for (from, body, written, told) in [
        ("maisa", r#"{}"#, r#"{}"#, vec![]),
        ("maisa", r#"{"name":"Ada"}"#, r#"{"full_name":"Ada"}"#, vec![("differs", "name")]),
        ("maisa", r#"{"role":"user"}"#, r#"{"roles":["user"]}"#, vec![("differs", "role")]),
        ("maisa", r#"{"status":"active"}"#, r#"{"is_active":true}"#, vec![]),
        ("maisa", r#"{"status":"inactive"}"#, r#"{"is_active":false}"#, vec![("differs", "status")]),
        ("maisa", r#"{"status":"suspended"}"#, r#"{}"#, vec![("lost", "status")]),
        ("maisa", r#"{"status":"pending"}"#, r#"{}"#, vec![("lost", "status")]),
        (
            "maisa",
            r#"{"department":null,"metadata":null}"#,
            r#"{}"#,
            vec![("lost", "department"), ("lost", "metadata")],
        ),
        ("mechamental", r#"{"is_active":"yes"}"#, r#"{"status":"active"}"#, vec![]),
        ("mechamental", r#"{"is_active":false}"#, r#"{"status":"inactive"}"#, vec![("differs", "is_active")]),
        ("mechamental", r#"{"roles":["user"]}"#, r#"{"role":"user"}"#, vec![("differs", "roles")]),
        (
            "mechamental",
            r#"{"roles":["user","viewer"]}"#,
            r#"{"role":"viewer"}"#,
            vec![("lost", "roles"), ("differs", "roles")],
        ),
        ("mechamental", r#"{"full_name":"Ada"}"#, r#"{"name":"Ada"}"#, vec![("differs", "full_name")]),
        ("mechamental", r#"{"full_name":null}"#, r#"{}"#, vec![("lost", "full_name")]),
        ("mechamental", r#"{"full_name":""}"#, r#"{}"#, vec![("lost", "full_name")]),
        ("mechamental", r#"{"email":"a@example.com","bio":null}"#, r#"{}"#, vec![("lost", "email"), ("lost", "bio")]),
        ("mechamental", r#"{"email":null,"preferences":null}"#, r#"{}"#, vec![("lost", "preferences")]),
    ] {
        let translation = said(from, &Given { id: Some("a b/é"), ..given("updateUser", body) }).expect("a translation");
        assert_eq!(translation.body.as_deref(), Some(written), "{from} {body}");
        assert_eq!(notes(&translation), told, "{from} {body}");
        assert_eq!((translation.method.as_str(), translation.target.as_str()), ("PUT", "/v1/users/a%20b%2F%C3%A9"));
    }
}

#[test]
fn lists_ask_for_as_many_and_say_where_they_cannot_begin() {
    for (from, query, target, told) in [
        ("maisa", "", "/v1/users?limit=20", vec![("missing", "workspace_id")]),
        (
            "maisa",
            "limit=7&offset=14&role=user&page=2",
            "/v1/users?limit=7",
            vec![("ignored", "page"), ("lost", "role"), ("lost", "offset"), ("missing", "workspace_id")],
        ),
        ("maisa", "offset=0", "/v1/users?limit=20", vec![("missing", "workspace_id")]),
        ("mechamental", "workspace_id=w", "/v1/users?limit=50", vec![("lost", "workspace_id")]),
        (
            "mechamental",
            "workspace_id=w&limit=101&search=a&cursor=zzz",
            "/v1/users?limit=100",
            vec![("lost", "cursor"), ("lost", "workspace_id"), ("lost", "search"), ("lost", "limit")],
        ),
        ("mechamental", "workspace_id=w&cursor=", "/v1/users?limit=50", vec![("lost", "workspace_id")]),
    ] {
        let translation = said(from, &Given { query, ..given("listUsers", "") }).expect("a translation");
        assert_eq!((translation.target.as_str(), &translation.body), (target, &None), "{from} {query}");
        assert_eq!(notes(&translation), told, "{from} {query}");
    }
}

#[test]
fn what_one_refuses_is_refused_in_its_words() {
    let refused = |from, operation, body| said(from, &given(operation, body)).map(|_| ()).expect_err("no translation");
    let Untranslated::Refused(status, body) = refused("maisa", "createUser", "{}") else { panic!("not refused") };
    assert!(status == 400 && body.contains("VALIDATION_ERROR") && body.contains("email"), "{body}");
    let Untranslated::Refused(status, body) = refused("mechamental", "createUser", "{") else { panic!("not refused") };
    assert!(status == 422 && body.contains("json_invalid"), "{body}");
    assert!(
        matches!(refused("mechamental", "getCurrentUser", ""), Untranslated::Unsayable(why) if why.contains("getUser"))
    );
    let merge = r#"{"preferences":{"a":1}}"#;
    assert!(matches!(refused("mechamental", "updateMyPreferences", merge), Untranslated::Unsayable(_)));
    assert_eq!(refused("maisa", "getCurrentUser", ""), Untranslated::UnknownOperation);
}

#[test]
fn who_signs_in_by_one_hears_what_comes_closest_in_the_other() {
    let email = r#"{"email":"ada@example.com","password":"secret"}"#;
    for (operation, body, named) in [
        ("login", email, "a key"),
        ("logout", "", "revokes"),
        ("forgotPassword", email, "sendActivationEmail"),
        ("getAuthConfig", "", "no other"),
    ] {
        let untranslated = said("mechamental", &given(operation, body)).map(|_| ()).expect_err("no translation");
        assert!(
            matches!(untranslated, Untranslated::Unsayable(why) if why.contains(named)),
            "{operation}: {untranslated:?}"
        );
    }
}

#[test]
fn one_user_is_read_and_deleted_by_the_same_id() {
    let get = said("mechamental", &Given { query: "workspace_id=w", id: Some("7"), ..given("getUser", "") });
    let get = get.expect("a translation");
    assert_eq!((get.target.as_str(), notes(&get)), ("/v1/users/7", vec![("lost", "workspace_id")]));
    let delete = said("maisa", &given("deleteUser", "")).expect("a translation");
    assert_eq!((delete.method.as_str(), delete.target.as_str()), ("DELETE", "/v1/users/{user_id}"));
    assert!(delete.notes.is_empty() && delete.body.is_none());
}

/// Whatever the registry calls exact on both sides goes over without a note, and what the other lacks never does.
#[test]
fn the_registry_and_the_clients_say_the_same() {
    let services = services();
    let all = dialects::all(&services);
    let bodies = [
        (
            "maisa",
            "createUser",
            r#"{"email":"a@example.com","name":"A","role":"user","department":"D","metadata":{"a":1}}"#,
        ),
        ("maisa", "updateUser", r#"{"name":"A","role":"user","department":"D","status":"active","metadata":{"a":1}}"#),
        (
            "mechamental",
            "createUser",
            r#"{"email":"a@example.com","username":"a","password":"correct horse","full_name":"A",
                "avatar_url":"https://a.example","bio":"b","timezone":"UTC","locale":"en","preferences":{"a":1},
                "settings":{"a":1},"roles":["user"],"default_workspace_id":"w"}"#,
        ),
        (
            "mechamental",
            "updateUser",
            r#"{"email":"a@example.com","username":"a","password":"correct horse","full_name":"A",
                "avatar_url":"https://a.example","bio":"b","timezone":"UTC","locale":"en","preferences":{"a":1},
                "settings":{"a":1},"is_active":true,"roles":["user"],"default_workspace_id":"w"}"#,
        ),
    ];
    for (from, operation, body) in bodies {
        let (one, other): (Vec<_>, Vec<_>) = all.iter().partition(|dialect| dialect.name() == from);
        let translation = said(from, &given(operation, body)).expect("a translation");
        let lost = |field: &Field| notes(&translation).contains(&("lost", field.name));
        for field in one[0].fields().iter().filter(|field| field.is_said_in(operation)) {
            match fields::said(other[0].fields(), operation, field.concept) {
                None => assert!(lost(field) || field.concept == Concept::Invite, "{from}.{operation} {}", field.name),
                Some(other) => {
                    assert!(!lost(field), "{from}.{operation} {}", field.name);
                    let both = [field.relation, other.relation];
                    assert!(both != [Relation::Exact; 2] || !notes(&translation).contains(&("differs", field.name)));
                }
            }
        }
    }
}
