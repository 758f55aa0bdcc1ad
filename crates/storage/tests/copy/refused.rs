//! What is not copied, or not into that.

use std::os::unix::fs::symlink;

use storage::{CopyError, OpenError, Phase};

use crate::attempts::die_after;
use crate::fixture::{Folder, crowd};

#[test]
fn a_target_that_holds_anything_is_refused_and_left_alone() {
    for content in [
        "INSERT INTO workspaces VALUES ('x', 'X', 0)",
        "INSERT INTO facts VALUES ('installation_secret', 'x')",
        &crowd(2),
        // As much as the source has, but not the same.
        &crowd(30),
    ] {
        let folder = Folder::crowded(30);
        folder.fill("to", content);
        folder.duplicate("to", "before");
        let error = folder.copy().expect_err("refused");
        assert!(matches!(error, CopyError::NotEmpty), "{error}");
        folder.assert_same("before", "to");
    }
}

#[test]
fn the_beginning_of_another_copy_is_refused() {
    let folder = Folder::crowded(1_200);
    assert_eq!(die_after(&folder, Phase::Copying, 2), None);
    folder.fill("other", &crowd(1_200));
    let copied = storage::copy(&folder.settings("other"), &folder.settings("to"), &mut |_| {});
    assert!(matches!(copied, Err(CopyError::Changed)), "the password hashes differ");
    assert!(folder.copy().expect("copied").agrees());
}

#[test]
fn a_store_is_not_copied_into_itself() {
    let folder = Folder::crowded(3);
    symlink(folder.path("from"), folder.path("link")).expect("a link");
    for name in ["from", "./from", "link"] {
        let copied = storage::copy(&folder.settings("from"), &folder.settings(name), &mut |_| {});
        assert!(matches!(copied, Err(CopyError::Same)), "{name}: {copied:?}");
    }
    drop(folder.open("empty"));
    let copied = storage::copy(&folder.settings("empty"), &folder.settings("empty"), &mut |_| {});
    assert!(matches!(copied, Err(CopyError::Same)), "{copied:?}");
}

#[test]
fn without_a_source_no_target_is_made() {
    let folder = Folder::new();
    assert!(matches!(folder.copy(), Err(CopyError::Open(OpenError::Missing(_)))));
    std::fs::write(folder.path("from"), "").expect("a file");
    assert!(matches!(folder.copy(), Err(CopyError::Open(OpenError::Outdated { .. }))));
    assert!(!folder.path("to").exists());
}

#[test]
fn what_is_no_store_is_no_target() {
    let folder = Folder::crowded(3);
    std::fs::write(folder.path("to"), "no database, but a text of some length").expect("a file");
    assert!(matches!(folder.copy(), Err(CopyError::Open(OpenError::NotADatabase(_)))));
    std::fs::remove_file(folder.path("to")).expect("removed");
    folder.fill("to", "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')");
    assert!(matches!(folder.copy(), Err(CopyError::Open(OpenError::Newer { .. }))));
}

#[test]
fn a_target_that_is_made_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::crowded(3);
    folder.copy().expect("copied");
    let mode = std::fs::metadata(folder.path("to")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn rows_that_come_from_elsewhere_are_noticed() {
    let folder = Folder::crowded(1_200);
    let mut once = Some("INSERT INTO workspaces VALUES ('x', 'X', 0)");
    let disturbed = folder.copy_watched(&mut |progress| {
        if progress.phase == Phase::Copying && progress.table == "users" {
            once.take().into_iter().for_each(|statement| folder.run("to", statement));
        }
    });
    let report = disturbed.expect("compared");
    assert!(!report.agrees());
    assert_eq!(report.tables.iter().filter(|table| !table.agrees()).count(), 1);
    assert!(storage::open(&folder.settings("to")).is_err(), "it stays unfinished");
    folder.run("to", "DELETE FROM workspaces WHERE id = 'x'");
    assert!(folder.copy().expect("compared").agrees());
}

#[test]
fn another_copier_is_noticed() {
    let folder = Folder::crowded(1_200);
    let mut once = Some("UPDATE facts SET value = replace(value, '\"rows\":1', '\"rows\":2') WHERE name = 'copy'");
    let disturbed = folder.copy_watched(&mut |progress| {
        if progress.phase == Phase::Copying && progress.rows == 1 {
            once.take().into_iter().for_each(|statement| folder.run("to", statement));
        }
    });
    assert!(matches!(disturbed, Err(CopyError::Disturbed)), "{disturbed:?}");
}
