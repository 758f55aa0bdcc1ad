//! Where a store is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use thiserror::Error;

#[cfg(feature = "postgres")]
use crate::address::Address;

/// The address of a store, parsed from the setting `database.url`.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Server(Address),
}

/// What is accepted, in words.
#[cfg(feature = "postgres")]
const FORMS: &str =
    "sqlite://relative/path.db, sqlite:///absolute/path.db or postgres://user:password@host:port/database";
#[cfg(not(feature = "postgres"))]
const FORMS: &str = "sqlite://relative/path.db or sqlite:///absolute/path.db";

/// Why a text is no address of a store. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlError {
    /// None of the known schemes.
    #[error("the database URL must be {FORMS}")]
    Unknown,
    /// A scheme that this binary does not serve.
    #[error("PostgreSQL is not built into this binary; the database URL must be {FORMS}")]
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
    /// Not what libpq reads; it would look for a server that is not meant, and name it in messages.
    #[error(
        "the database URL must be postgres://user:password@host:port/database?name=value&…; in user, password and values, \
         characters other than letters, digits and -._~ are written as %40 and so on"
    )]
    BadAddress,
}

impl Url {
    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Place::Server(_) => None,
        }
    }

    /// How many servers it names, of which one is used at a time: none if it is a file.
    #[must_use]
    pub fn servers(&self) -> usize {
        match &self.0 {
            Place::File(_) => 0,
            #[cfg(feature = "postgres")]
            Place::Server(address) => address.servers(),
        }
    }

    /// Whether both name the same database of the same servers, to the letter; files never do.
    #[must_use]
    pub fn is_same_server(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Place::File(_), _) => false,
            #[cfg(feature = "postgres")]
            (Place::Server(one), Place::Server(other)) => one.is_place_of(other),
            #[cfg(feature = "postgres")]
            (Place::Server(_), Place::File(_)) => false,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Unknown)?;
        if scheme.eq_ignore_ascii_case("postgres") || scheme.eq_ignore_ascii_case("postgresql") {
            return server(rest);
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

#[cfg(feature = "postgres")]
fn server(rest: &str) -> Result<Url, UrlError> {
    Address::parse(rest).map(|address| Url(Place::Server(address))).ok_or(UrlError::BadAddress)
}

#[cfg(not(feature = "postgres"))]
fn server(_: &str) -> Result<Url, UrlError> {
    Err(UrlError::NotBuiltIn)
}

/// Shows nothing secret: for logs.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite://{}", path.display()),
            #[cfg(feature = "postgres")]
            Place::Server(address) => address.fmt(f),
        }
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
            assert_eq!(text.parse::<Url>().expect(text).path(), Some(Path::new(path)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for (text, error) in [
            ("", UrlError::Unknown),
            ("data/diglot.db", UrlError::Unknown),
            ("sqlite:data.db", UrlError::Unknown),
            ("mysql://root:secret@host/db", UrlError::Unknown),
            #[cfg(not(feature = "postgres"))]
            ("postgres://root:secret@host/db", UrlError::NotBuiltIn),
            #[cfg(not(feature = "postgres"))]
            ("postgresql://host/db", UrlError::NotBuiltIn),
            #[cfg(feature = "postgres")]
            ("postgres://root:secr@secret@host/db", UrlError::BadAddress),
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
