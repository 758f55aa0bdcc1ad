//! Where a store is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// The address of a store, parsed from the setting `database.url`.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
}

/// Why a text is no address of a store. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlError {
    /// None of the known schemes.
    #[error("the database URL must be sqlite://relative/path.db or sqlite:///absolute/path.db")]
    Unknown,
    /// A scheme that this binary does not serve.
    #[error("PostgreSQL is not built into this binary; use sqlite://relative/path.db or sqlite:///absolute/path.db")]
    NotBuiltIn,
    /// No file is named.
    #[error("the database URL names no file; it must be sqlite://relative/path.db or sqlite:///absolute/path.db")]
    NoFile,
    /// Something behind the path.
    #[error("the database URL takes no ?parameters and no #fragment; write %3F or %23 for these characters in a path")]
    Parameters,
    /// A database that dies with its connection would be another one for each connection.
    #[error("the database URL must name a file, not :memory:")]
    Memory,
    /// The path cannot be one.
    #[error("the path in the database URL is not UTF-8, or holds U+0000, once its percent escapes are decoded")]
    BadPath,
}

impl Url {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        let Place::File(path) = &self.0;
        path
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Unknown)?;
        if scheme.eq_ignore_ascii_case("postgres") || scheme.eq_ignore_ascii_case("postgresql") {
            return Err(UrlError::NotBuiltIn);
        }
        if !scheme.eq_ignore_ascii_case("sqlite") {
            return Err(UrlError::Unknown);
        }
        if rest.contains(['?', '#']) {
            return Err(UrlError::Parameters);
        }
        let path = percent_decode_str(rest).decode_utf8().map_err(|_| UrlError::BadPath)?;
        match path.as_ref() {
            "" => Err(UrlError::NoFile),
            ":memory:" => Err(UrlError::Memory),
            path if path.ends_with('/') => Err(UrlError::NoFile),
            path if path.contains('\0') => Err(UrlError::BadPath),
            path => Ok(Self(Place::File(PathBuf::from(path)))),
        }
    }
}

/// Shows nothing secret: for logs.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite://{}", self.path().display())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_or_absolute_and_unescaped() {
        for (text, path) in [
            ("sqlite://data/diglot.db", "data/diglot.db"),
            ("sqlite:///var/lib/diglot.db", "/var/lib/diglot.db"),
            ("SQLite://a%20b%3F%23%25.db", "a b?#%.db"),
            ("sqlite://d%C3%A9/x", "dé/x"),
            ("sqlite://file:x", "file:x"),
        ] {
            assert_eq!(text.parse::<Url>().expect(text).path(), Path::new(path), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for (text, error) in [
            ("", UrlError::Unknown),
            ("data/diglot.db", UrlError::Unknown),
            ("sqlite:data.db", UrlError::Unknown),
            ("mysql://root:secret@host/db", UrlError::Unknown),
            ("postgres://root:secret@host/db", UrlError::NotBuiltIn),
            ("postgresql://host/db", UrlError::NotBuiltIn),
            ("sqlite://", UrlError::NoFile),
            ("sqlite://data/", UrlError::NoFile),
            ("sqlite://:memory:", UrlError::Memory),
            ("sqlite://a.db?mode=ro", UrlError::Parameters),
            ("sqlite://a.db#x", UrlError::Parameters),
            ("sqlite://%00", UrlError::BadPath),
            ("sqlite://%FF", UrlError::BadPath),
        ] {
            assert_eq!(text.parse::<Url>(), Err(error), "{text}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
