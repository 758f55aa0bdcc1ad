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
