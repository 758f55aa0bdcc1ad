//! Another language than English for a server: made from the sources that systems have for locales, since most have made none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes the locale of a language, such as `de_DE`, in the server's folder. Gives where such locales lie.
pub(super) fn make(folder: &Path, language: &str) -> PathBuf {
    let locales = folder.join("locales");
    fs::create_dir(&locales).expect("a folder");
    let mut command = Command::new("localedef");
    command.args(["-i", language, "-f", "UTF-8"]).arg(locales.join(name(language)));
    let ran = command.output().expect("localedef is on this machine");
    assert!(ran.status.success(), "Debian: install locales. {}", String::from_utf8_lossy(&ran.stderr));
    // Whoever runs the server reads it.
    fs::set_permissions(&locales, fs::Permissions::from_mode(0o755)).expect("a mode");
    locales
}

/// What a server calls it.
pub(super) fn name(language: &str) -> String {
    format!("{language}.UTF-8")
}
