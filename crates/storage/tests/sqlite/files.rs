//! The files: who may read them, and what else may stand in their place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use storage::OpenError;
use users::ports::Store;

use crate::folder::Folder;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn what_is_made_is_its_owners_alone() {
    let folder = Folder::new();
    let settings = folder.settings_of("deep/er/diglot.db");
    let store = storage::open(&settings).expect("a store");
    store.write(|tx| tx.set_fact("a", "b")).expect("written");
    assert_eq!(mode(&folder.path("deep")), 0o700);
    assert_eq!(mode(&folder.path("deep/er")), 0o700);
    for file in ["diglot.db", "diglot.db-wal", "diglot.db-shm"] {
        assert_eq!(mode(&folder.path("deep/er").join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_folder_that_is_there_keeps_its_mode() {
    let folder = Folder::new();
    fs::create_dir(folder.path("open")).expect("a folder");
    fs::set_permissions(folder.path("open"), fs::Permissions::from_mode(0o755)).expect("a mode");
    storage::open(&folder.settings_of("open/diglot.db")).expect("a store");
    assert_eq!(mode(&folder.path("open")), 0o755);
}

#[test]
fn odd_names_are_names() {
    let folder = Folder::new();
    for (url, name) in [("a%20b%3Fmode%3Dro%23x%25.db", "a b?mode=ro#x%.db"), ("file:d%C3%A9.db", "file:dé.db")] {
        storage::open(&folder.settings_of(url)).expect("a store");
        assert!(folder.path(name).is_file(), "{name}");
    }
}

#[test]
fn one_clear_line_for_what_is_no_store() {
    let folder = Folder::new();
    let opened = |name: &str| storage::open(&folder.settings_of(name)).map(|_| ()).expect_err(name);
    let existing = |name: &str| storage::open_existing(&folder.settings_of(name)).map(|_| ()).expect_err(name);
    assert!(matches!(existing("missing.db"), OpenError::Missing(_)));
    assert!(matches!(existing("missing/missing.db"), OpenError::Missing(_)));
    assert!(!folder.path("missing.db").exists() && !folder.path("missing").exists(), "nothing is made");

    fs::create_dir(folder.path("folder")).expect("a folder");
    assert!(matches!(opened("folder"), OpenError::Folder(_)));
    for (name, content) in [("text.db", "no database, but a text of some length"), ("short.db", "x")] {
        fs::write(folder.path(name), content).expect("a file");
        assert!(matches!(opened(name), OpenError::NotADatabase(_)));
        assert_eq!(fs::read_to_string(folder.path(name)).expect("a file"), content, "nothing is changed");
    }
    fs::write(folder.path("damaged.db"), [b"SQLite format 3\0".as_slice(), &[0xAA; 5_000]].concat()).expect("a file");
    assert!(matches!(opened("damaged.db"), OpenError::Database { .. }));
    assert!(matches!(opened("text.db/under.db"), OpenError::NotWritable { .. }));
    for error in [opened("text.db"), opened("folder"), existing("missing.db"), opened("damaged.db")] {
        let line = error.to_string();
        assert!(line.contains(&folder.path("").display().to_string()) && !line.contains('\n'), "{line}");
    }
}

#[test]
fn what_is_deleted_is_not_left_in_the_file() {
    let folder = Folder::new();
    let marker = "a very private thing";
    let holds_marker =
        || fs::read(folder.path("diglot.db")).expect("a file").windows(marker.len()).any(|w| w == marker.as_bytes());
    let store = folder.open();
    store.write(move |tx| tx.set_fact("a", &marker.repeat(1_000))).expect("written");
    drop(store);
    assert!(holds_marker());
    let store = folder.open();
    store.write(|tx| tx.set_fact("a", "nothing")).expect("written");
    drop(store);
    assert!(!holds_marker());
    assert!(!folder.path("diglot.db-wal").exists(), "the last one to leave takes the log along");
}
