//! What the documents say of parameters holds.

use serde_json::{Value, json};

use crate::harness::{Answer, town};

use super::{kept, operations};

/// The parameter of that name, of the operation of that id.
fn parameter(dialect: &str, operation: &str, name: &str) -> Value {
    let operations = operations(&kept(dialect)).into_iter();
    let found = operations.map(|(.., said)| said).find(|said| said["operationId"] == operation).unwrap();
    let mut parameters = found["parameters"].as_array().unwrap().iter();
    parameters
        .find(|parameter| parameter["name"] == name)
        .unwrap_or_else(|| panic!("{operation} has no {name}"))
        .clone()
}

/// Asks with values at and beyond the bounds that the document gives.
fn check_bounds(dialect: &str, name: &str, refused: u16, ask: impl Fn(&str) -> Answer) {
    let schema = &parameter(dialect, "listUsers", name)["schema"];
    let bound = |keyword: &str| schema[keyword].as_i64().unwrap();
    let (least, most, default) = (bound("minimum"), bound("maximum"), bound("default"));
    for (value, status) in [(least, 200), (least - 1, refused), (most, 200), (most + 1, refused), (default, 200)] {
        ask(&value.to_string()).expect(status);
    }
    ask("x").expect(refused);
}

#[test]
fn bounds_are_those_of_the_parsers() {
    let place = town().workspace();
    place.user("ada");
    check_bounds("mechamental", "limit", 422, |limit| {
        town().mm().list(&[("workspace_id", &place.id), ("limit", limit)])
    });
    check_bounds("maisa", "limit", 400, |limit| town().maisa().list(&[("limit", limit)]));
    check_bounds("maisa", "offset", 400, |offset| town().maisa().list(&[("offset", offset)]));
}

#[test]
fn defaults_are_those_that_count() {
    let pagination = town().maisa().list(&[]).expect(200).at("/pagination");
    for name in ["limit", "offset"] {
        assert_eq!(pagination[name], parameter("maisa", "listUsers", name)["schema"]["default"]);
    }
}

#[test]
fn roles_can_be_asked_for() {
    for role in parameter("maisa", "listUsers", "role")["schema"]["enum"].as_array().unwrap() {
        town().maisa().list(&[("role", role.as_str().unwrap())]).expect(200);
    }
    town().maisa().list(&[("role", "nobody")]).expect(400);
}

#[test]
fn what_is_required_must_be_there() {
    assert_eq!(parameter("mechamental", "listUsers", "workspace_id")["required"], true);
    town().mm().list(&[]).expect(422);
    for name in ["search", "limit", "cursor", "authorization"] {
        assert_eq!(parameter("mechamental", "listUsers", name)["required"], false);
    }
    assert_eq!(parameter("mechamental", "getUser", "workspace_id")["required"], false);
}

#[test]
fn names_and_titles_are_those_of_the_reference() {
    for (operation, name, title, about) in [
        ("listUsers", "workspace_id", "Workspace Id", json!("Workspace ID (required)")),
        ("listUsers", "search", "Search", json!("Search by name or email")),
        ("listUsers", "limit", "Limit", json!("Maximum number of items to return (1-200)")),
        ("listUsers", "cursor", "Cursor", json!("Cursor for pagination (from previous response's next_cursor)")),
        ("getUser", "user_id", "User Id", Value::Null),
        ("getUser", "workspace_id", "Workspace Id", json!("Workspace context for permission check")),
        ("deleteUser", "user_id", "User Id", Value::Null),
        ("updateMyPreferences", "authorization", "Authorization", Value::Null),
    ] {
        let parameter = parameter("mechamental", operation, name);
        assert_eq!(parameter["schema"]["title"], title);
        assert_eq!(parameter["description"], about);
    }
    for (operation, name, about) in [
        ("listUsers", "limit", "Maximum number of users to return"),
        ("listUsers", "offset", "Number of users to skip"),
        ("listUsers", "role", "Filter users by role"),
        ("getUser", "userId", "ID of the user to retrieve"),
        ("updateUser", "userId", "ID of the user to update"),
        ("deleteUser", "userId", "ID of the user to delete"),
    ] {
        assert_eq!(parameter("maisa", operation, name)["description"], about);
    }
}

#[test]
fn summaries_are_those_of_the_reference() {
    let summaries = |dialect: &str| {
        let operations = operations(&kept(dialect)).into_iter();
        let summary = |said: &Value, name: &str| said[name].as_str().unwrap().to_owned();
        operations.map(|(.., said)| (summary(&said, "operationId"), summary(&said, "summary"))).collect::<Vec<_>>()
    };
    let owned = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, summary)| ((*name).to_owned(), (*summary).to_owned())).collect::<Vec<_>>()
    };
    let reference = [
        ("listUsers", "List Users"),
        ("createUser", "Create User"),
        ("getCurrentUser", "Get Current User Profile"),
        ("getUser", "Get User"),
        ("updateUser", "Update User"),
        ("deleteUser", "Delete User"),
        ("updateMyPreferences", "Update My Preferences"),
        ("login", "Login"),
        ("logout", "Logout"),
        ("getAuthConfig", "Get Auth Config"),
        ("forgotPassword", "Forgot Password"),
    ];
    assert_eq!(summaries("mechamental"), owned(&reference));
    let reference = [
        ("listUsers", "Returns a list of all users."),
        ("createUser", "Creates a new user in the system."),
        ("getUser", "Retrieves a user by their ID"),
        ("updateUser", "Updates an existing user."),
        ("deleteUser", "Deletes a user from the system."),
    ];
    assert_eq!(summaries("maisa"), owned(&reference));
}
