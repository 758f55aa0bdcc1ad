//! Copies that end early, and go on.

use storage::{CopyError, OpenError, Phase};

use crate::attempts::die_after;
use crate::fixture::Folder;

#[test]
fn a_copy_that_dies_goes_on_where_it_was() {
    let folder = Folder::crowded(2_300);
    let mut attempts = 0;
    let report = loop {
        attempts += 1;
        if let Some(report) = die_after(&folder, Phase::Copying, 2) {
            break report;
        }
    };
    assert!(report.agrees());
    assert!(attempts >= 6, "{attempts}");
    assert!(
        report.found > 0
            && report.found + report.copied == 1 + 2_300 + 2_300 + 230 + 920 + 3_680 + 209 + 328 + 164 + 383 + 2_300
    );
    folder.assert_same("from", "to");
}

#[test]
fn it_may_die_in_any_phase() {
    for phase in [Phase::Reading, Phase::Copying, Phase::Comparing] {
        let folder = Folder::crowded(1_100);
        for batches in 1..=3 {
            assert_eq!(die_after(&folder, phase, batches), None);
        }
        assert!(folder.copy().expect("copied").agrees());
        folder.assert_same("from", "to");
    }
}

#[test]
fn an_unfinished_copy_is_no_store() {
    let folder = Folder::crowded(600);
    assert_eq!(die_after(&folder, Phase::Copying, 2), None);
    let (unfinished, elsewhere) = (folder.settings("to"), folder.settings("third"));
    for opened in [storage::open(&unfinished), storage::open_existing(&unfinished)] {
        let error = opened.map(|_| ()).expect_err("refused");
        assert!(matches!(error, OpenError::Unfinished(_)), "{error}");
        assert!(error.to_string().contains("diglot copy") && !error.to_string().contains('\n'), "{error}");
    }
    let copied = storage::copy(&unfinished, &elsewhere, &mut |_| {});
    assert!(matches!(copied, Err(CopyError::Open(OpenError::Unfinished(_)))));
    assert!(!folder.path("third").exists());
    folder.copy().expect("copied");
    storage::open_existing(&unfinished).expect("a store");
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind() {
    for how in ["ABORT", "FAIL", "ROLLBACK"] {
        let folder = Folder::crowded(1_200);
        drop(folder.open("to"));
        let fault = format!(
            "CREATE TRIGGER fault BEFORE INSERT ON users WHEN NEW.username = 'user777' BEGIN SELECT RAISE({how}, 'no'); END"
        );
        folder.run("to", &fault);
        for _ in 0..2 {
            assert!(matches!(folder.copy(), Err(CopyError::Target(_))));
            assert_eq!(folder.number("to", "SELECT count(*) FROM users"), 500);
        }
        folder.run("to", "DROP TRIGGER fault");
        let report = folder.copy().expect("copied");
        assert!(report.agrees() && report.found == 501, "{report:?}");
        folder.assert_same("from", "to");
    }
}

#[test]
fn a_source_that_has_changed_is_noticed() {
    for change in [
        "UPDATE users SET bio = 'new' WHERE username = 'user1'",
        "UPDATE users SET bio = 'new' WHERE username = 'user1200'",
        "DELETE FROM users WHERE username = 'user1199'",
        "INSERT INTO facts VALUES ('a', 'b')",
    ] {
        let folder = Folder::crowded(1_200);
        assert_eq!(die_after(&folder, Phase::Copying, 2), None);
        let note = folder.text("to", "SELECT value FROM facts WHERE name = 'copy'");
        folder.run("from", change);
        assert!(matches!(folder.copy(), Err(CopyError::Changed)), "{change}");
        assert_eq!(folder.text("to", "SELECT value FROM facts WHERE name = 'copy'"), note, "nothing was done");
        assert_eq!(folder.number("to", "SELECT count(*) FROM users"), 500);
    }
}

#[test]
fn a_source_that_is_the_same_again_will_do() {
    let folder = Folder::crowded(1_200);
    assert_eq!(die_after(&folder, Phase::Copying, 2), None);
    folder.run("from", "UPDATE users SET bio = 'new'");
    assert!(matches!(folder.copy(), Err(CopyError::Changed)));
    folder.run("from", "UPDATE users SET bio = NULL");
    assert!(folder.copy().expect("copied").agrees());
}

/// A server that could not write for a while notes in the store that it tried. That is no change of the directory.
#[test]
fn a_probe_is_no_change() {
    let folder = Folder::crowded(1_200);
    assert_eq!(die_after(&folder, Phase::Copying, 2), None);
    folder.run("from", "INSERT INTO facts VALUES ('writer_probe', 'written')");
    let report = folder.copy().expect("copied");
    assert!(report.agrees());
    assert_eq!(folder.number("to", "SELECT count(*) FROM facts"), 0, "nor is it copied");
}

#[test]
fn a_note_that_makes_no_sense_is_refused() {
    for note in ["", "{}", r#"{"version":2,"source":"","table":"","after":null,"rows":0}"#, "null"] {
        let folder = Folder::crowded(3);
        folder.fill("to", &format!("INSERT INTO facts VALUES ('copy', '{note}')"));
        assert!(matches!(folder.copy(), Err(CopyError::Note)), "{note}");
    }
}
