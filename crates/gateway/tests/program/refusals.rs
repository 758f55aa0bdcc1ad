//! Wrong usage is refused before there is a store.

use super::harness::Program;

#[test]
fn what_cannot_be_made_needs_no_store() {
    let program = Program::new();
    for wrong in [
        &["key", "create"][..],
        &["key", "create", "--permission", "users:read"],
        &["key", "create", "--workspace", "*"],
        &["key", "create", "--workspace", "nowhere"],
        &["key", "create", "--user", "ada@example.com", "--name", ""],
        &["key", "create", "--user", "ada@example.com", "--name", "a\nb"],
        &["key", "create", "--user", "ada@example.com", "--permission", "Users"],
        &["key", "create", "--user", "ada@example.com", "--expires-in", "0s"],
        &["workspace", "create", ""],
        &["workspace", "create", "a\tb"],
        &["init", "--workspace-name", ""],
        &["init", "--email", "nobody"],
        &["init", "--username", ""],
        &["init", "--username", "a\tb"],
    ] {
        let refused = program.run(wrong);
        assert_eq!(refused.code, 2, "{wrong:?}: {refused:?}");
        assert!(!refused.error.contains("store"), "{wrong:?}: {refused:?}");
    }
    assert!(!program.has_store());
}

#[test]
fn what_could_be_made_needs_one() {
    let program = Program::new();
    for right in [
        &["key", "create", "--workspace", "*", "--permission", "users:read", "--name", "probe"][..],
        &["key", "create", "--user", "ada@example.com", "--expires-in", "90d"],
        &["workspace", "create", "Second"],
    ] {
        let refused = program.run(right);
        assert_eq!(refused.code, 1, "{right:?}: {refused:?}");
        assert!(refused.error.contains("there is no store at"), "{right:?}: {refused:?}");
    }
}
