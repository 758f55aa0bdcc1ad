//! `server.control`: where a running server listens to its operator.

use std::ffi::OsStr;
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

/// Where the socket may be on a database in this file: beside its folder, in which then nothing is but data; or, where nothing can be
/// put there, in the folder.
#[must_use]
pub fn places(file: &Path) -> Vec<PathBuf> {
    let ending = |name: &OsStr| {
        let mut name = name.to_owned();
        name.push(ENDING);
        name
    };
    let name = file.file_name().unwrap_or_default();
    let folder = file.parent().and_then(|folder| Some((folder.parent()?, folder.file_name()?)));
    let outside = folder.map(|(parent, folder)| {
        let mut all = folder.to_owned();
        all.push(BETWEEN);
        all.push(ending(name));
        parent.join(all)
    });
    outside.into_iter().chain([file.with_file_name(ending(name))]).collect()
}

/// What stands between the parts of a name.
const BETWEEN: &str = "-";

/// The socket of this process, where another process has that place.
#[must_use]
pub fn of_process(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(format!("{BETWEEN}{}", std::process::id()));
    name.into()
}

/// The sockets of such processes, or what they left behind.
#[must_use]
pub fn others(place: &Path) -> Vec<PathBuf> {
    let mut start = place.file_name().unwrap_or_default().to_owned();
    start.push(BETWEEN);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
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
        let place = folder.path().join("users.control");
        let mine = of_process(&place);
        for name in ["users.control", "users.control-x", "users.control-7.8", "other.control-7"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        assert!(others(&place).is_empty());
        std::fs::write(&mine, "").expect("a file");
        assert_eq!(others(&place), [mine]);
        assert!(others(Path::new("/nowhere/at/all.control")).is_empty());
    }

    #[test]
    fn a_socket_lies_beside_the_folder_of_the_data_or_in_it() {
        for (file, expected) in [
            ("/srv/data/diglot.db", vec!["/srv/data-diglot.db.control", "/srv/data/diglot.db.control"]),
            ("data/diglot.db", vec!["data-diglot.db.control", "data/diglot.db.control"]),
            ("diglot.db", vec!["diglot.db.control"]),
            ("/diglot.db", vec!["/diglot.db.control"]),
        ] {
            assert_eq!(places(Path::new(file)), expected.into_iter().map(PathBuf::from).collect::<Vec<_>>(), "{file}");
        }
    }
}
