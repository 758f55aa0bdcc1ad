//! `diglot user show`, and what clients keep with a user.

use users::error::UserError;
use users::json::FreeObject;
use users::ports::Store;

use super::harness::Program;

/// Numbers as nobody else writes them, and names that mean something to a JSON library.
const ODD: [&str; 3] = [
    r#"{"a":1E2,"b":1.00,"c":-0,"d":123456789012345678901234567890}"#,
    r#"{"$serde_json::private::Number":"1","x":{"$serde_json::private::RawValue":"[1"}}"#,
    r#"{"$serde_json::private::RawValue":7,"é":"\u0001"}"#,
];

#[test]
fn free_objects_are_shown_as_they_are_stored() {
    let (program, _, user) = Program::initialised();
    let keep = |tx: &mut dyn users::ports::Tx| {
        let mut admin = tx.user_by_email_key("admin@example.com")?.ok_or(UserError::Unauthenticated)?;
        let [preferences, settings, metadata] = ODD.map(|text| FreeObject::from_stored(text.to_owned()));
        (admin.preferences, admin.settings, admin.metadata) = (preferences, settings, metadata);
        tx.update_user(&admin)
    };
    program.store().write(keep).expect("kept");
    let (json, lines) = (program.run(&["user", "show", &user, "--json"]), program.run(&["user", "show", &user]));
    assert_eq!((json.code, lines.code), (0, 0), "{json:?} {lines:?}");
    for (name, text) in ["preferences", "settings", "metadata"].into_iter().zip(ODD) {
        assert!(json.output.contains(&format!(",\"{name}\":{text},")), "{text} is not in {}", json.output);
        assert!(lines.output.contains(&format!("\n{name:<22}{text}\n")), "{text} is not in {}", lines.output);
    }
    let members =
        ["user_id", "email", "username", "full_name", "status", "verified", "roles", "permissions", "revision"];
    for name in members {
        assert!(json.output.contains(&format!("\"{name}\":")), "{name} is not in {}", json.output);
        assert!(lines.output.contains(&format!("{name:<22}")), "{name} is not in {}", lines.output);
    }
}
