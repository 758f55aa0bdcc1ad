//! What is wrong with the settings, and where it stands. The values themselves are never repeated: one of them may be
//! a secret that was written into the wrong place.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};
use thiserror::Error;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The defaults.
    BuiltIn,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// The line, the first being 1, where it is about one.
        line: Option<usize>,
    },
    /// A variable of the environment.
    Variable(String),
    /// An option of the command line.
    Option(&'static str),
}

impl Place {
    /// As an object: `from`, and what tells more.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Place::BuiltIn => json!({"from": "built-in"}),
            Place::File { path, line } => json!({"from": "file", "file": path.display().to_string(), "line": line}),
            Place::Variable(name) => json!({"from": "variable", "variable": name}),
            Place::Option(name) => json!({"from": "option", "option": name}),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::BuiltIn => f.write_str("the built-in settings"),
            Place::File { path, line: None } => write!(f, "file {}", path.display()),
            Place::File { path, line: Some(line) } => write!(f, "file {}, line {line}", path.display()),
            Place::Variable(name) => write!(f, "variable {name}"),
            Place::Option(name) => f.write_str(name),
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
            write!(f, "{} ({}): {}", written(&self.key), self.place, self.message)
        }
    }
}

impl Problem {
    /// As an object: the key, where it stands, and the message.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = self.place.to_json();
        object["key"] = json!(written(&self.key));
        object["message"] = json!(self.message);
        object
    }
}

/// A key as it is written in a file: the name of an operation, which has a dot in it, is one word there.
#[must_use]
pub fn written(key: &str) -> String {
    let mut words = key.splitn(4, '.');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some("routes"), Some(dialect), Some(operation), None) => format!("routes.\"{dialect}.{operation}\""),
        (Some("routes"), Some(dialect), Some(operation), Some(rest)) => {
            format!("routes.\"{dialect}.{operation}\".{rest}")
        }
        _ => key.to_owned(),
    }
}

/// Everything that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the settings are wrong\n{}", .0.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct SettingsError(pub Vec<Problem>);

impl SettingsError {
    /// These, as somebody would go through them: by file and line, then what stands elsewhere, each by its key.
    #[must_use]
    pub fn in_order(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_cached_key(|problem| {
            let line = match &problem.place {
                Place::File { line, .. } => line.unwrap_or(0),
                Place::BuiltIn | Place::Variable(_) | Place::Option(_) => usize::MAX,
            };
            (line, problem.key.clone())
        });
        Self(problems)
    }
}
