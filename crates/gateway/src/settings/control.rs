//! `server.control`: where a running server listens to its operator.

use std::path::{Path, PathBuf};

/// The word for [`Control::BesideData`].
const AUTO: &str = "auto";

/// What is put behind the name of the database's file.
const ENDING: &str = ".control";

/// Where the control socket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Nowhere.
    Off,
    /// Beside the file of the database; nowhere if that is no file.
    BesideData,
    /// There.
    At(PathBuf),
}

impl Control {
    /// Reads the setting.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Control::Off,
            AUTO => Control::BesideData,
            path => Control::At(path.into()),
        }
    }
}

/// The socket beside this file.
#[must_use]
pub fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// What stands between the name of the first socket and the number of a process that came later.
const BETWEEN: &str = "-";

/// The socket of this process beside the file, where another process has the first one.
#[must_use]
pub fn another(file: &Path) -> PathBuf {
    let mut name = beside(file).into_os_string();
    name.push(format!("{BETWEEN}{}", std::process::id()));
    name.into()
}

/// The sockets of such processes, or what they left behind.
#[must_use]
pub fn others(file: &Path) -> Vec<PathBuf> {
    let mut start = beside(file).file_name().unwrap_or_default().to_owned();
    start.push(BETWEEN);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Where the folder cannot be read there is nobody to be found.
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let number = name.strip_prefix(start.as_encoded_bytes());
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_one).collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(Control::parse(""), Control::Off);
        assert_eq!(Control::parse("auto"), Control::BesideData);
        assert_eq!(Control::parse("/run/diglot/control"), Control::At("/run/diglot/control".into()));
    }

    #[test]
    fn each_process_has_a_socket_of_its_own_beside_the_data() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("users.db");
        let mine = another(&file);
        for name in ["users.db", "users.db.control", "users.db.control-x", "users.db.control-7.8", "other.db.control-7"]
        {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        assert!(others(&file).is_empty());
        std::fs::write(&mine, "").expect("a file");
        assert_eq!(others(&file), [mine]);
        assert!(others(Path::new("/nowhere/at/all.db")).is_empty());
    }
}
