//! What is wrong with the settings, and where it stands. The values themselves are never repeated: one of them may be
//! a secret that was written into the wrong place.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The defaults.
    BuiltIn,
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::BuiltIn => f.write_str("the built-in settings"),
            Place::File(path) => write!(f, "file {}", path.display()),
            Place::Variable(name) => write!(f, "variable {name}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting; empty if it is the place as a whole.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    /// Something is wrong with `key`.
    pub fn new(key: impl Into<String>, place: &Place, message: impl Into<String>) -> Self {
        Self { key: key.into(), place: place.clone(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.place, self.message)
        } else {
            write!(f, "{} ({}): {}", self.key, self.place, self.message)
        }
    }
}

/// Everything that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the settings are wrong\n{}", .0.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct SettingsError(pub Vec<Problem>);
