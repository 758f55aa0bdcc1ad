//! Another language than English for a server: made from the sources that systems have for locales, since most have made none.

use std::path::{Path, PathBuf};

use super::binaries::Binaries;

/// Makes the locale of a language, such as `de_DE`, in the server's folder, as the one who runs the server and will remove it.
/// Gives where such locales lie.
pub(super) fn make(binaries: &Binaries, folder: &Path, language: &str) -> PathBuf {
    let locales = folder.join("locales");
    let made = binaries.command("mkdir").arg(&locales).status();
    assert!(made.is_ok_and(|status| status.success()), "a folder");
    let mut command = binaries.command("localedef");
    command.args(["-i", language, "-f", "UTF-8"]).arg(locales.join(name(language)));
    let ran = command.output().expect("localedef is on this machine");
    assert!(ran.status.success(), "Debian: install locales. {}", String::from_utf8_lossy(&ran.stderr));
    locales
}

/// What a server calls it.
pub(super) fn name(language: &str) -> String {
    format!("{language}.UTF-8")
}
