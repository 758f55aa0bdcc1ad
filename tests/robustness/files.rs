//! What lies on the disk is for the owner alone (§5).

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use crate::harness::{House, Town};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_store_is_closed_to_others_while_it_is_in_use() {
    let town = Town::new();
    town.workspace().user("ada");
    assert_eq!(mode(&town.house.data()), 0o700);
    let files = town.house.data_files();
    let names: Vec<String> =
        files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert!(
        names.iter().any(|name| name == "diglot.db") && names.iter().any(|name| name.ends_with("-wal")),
        "{names:?}"
    );
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    for entry in fs::read_dir(town.house.path()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_socket() {
            assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
        }
    }
}

#[test]
fn an_open_mask_of_the_shell_changes_nothing() {
    let house = House::empty();
    let server = house.serve_under(&["sh", "-c", r#"umask 000; exec "$@""#, "sh"]);
    assert_eq!(mode(&house.data()), 0o700);
    for file in house.data_files() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    server.stop();
}

#[test]
fn nothing_of_a_password_or_key_lies_in_the_store_as_it_was() {
    let town = Town::new();
    let place = town.workspace();
    place.user_with("ada", serde_json::json!({"password": "canary-correct-horse"}));
    let key = place.steward().secret;
    let secret = key.rsplit('_').next().unwrap();
    for file in town.house.data_files() {
        let bytes = fs::read(&file).unwrap();
        for needle in ["canary-correct-horse", secret, &town.root.key] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{}", file.display());
        }
    }
}
