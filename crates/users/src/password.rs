//! Passwords.

use std::fmt;

use crate::error::Result;
use crate::text::{TextError, TextRule};

/// A password as the user types it, checked against the rules for new ones. It shows itself to a hasher only.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainPassword(String);

impl PlainPassword {
    /// The rule of length and characters, in code points.
    pub const RULE: TextRule = TextRule { min: 8, max: usize::MAX, control_free: true };

    /// The most that bcrypt reads, in bytes of UTF-8. What is longer is refused, never cut.
    pub const MAX_BYTES: usize = 71;

    /// Parses a new password.
    ///
    /// # Errors
    /// Too short, too many bytes, or a control character.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        Self::RULE.check(text)?;
        if text.len() > Self::MAX_BYTES {
            return Err(TextError::TooManyBytes { max: Self::MAX_BYTES });
        }
        Ok(Self(text.to_owned()))
    }

    /// The password, for the hasher, or for the server that is to have it hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainPassword(..)")
    }
}

/// A bcrypt hash in its usual text form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The salt and the sum, in bcrypt's own alphabet.
    const TAIL: usize = 53;

    /// Reads a hash that came from outside: `$2a$`, `$2b$` or `$2y$`, the cost, and what follows.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        const FORM: TextError = TextError::Form("must be a bcrypt hash ($2a$, $2b$ or $2y$)");
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|start| text.strip_prefix(start)).ok_or(FORM)?;
        let (cost, tail) = rest.split_once('$').ok_or(FORM)?;
        let has_cost = cost.len() == 2 && ("04"..="31").contains(&cost) && cost.bytes().all(|b| b.is_ascii_digit());
        let has_tail =
            tail.len() == Self::TAIL && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b));
        if has_cost && has_tail { Ok(Self(text.to_owned())) } else { Err(FORM) }
    }

    /// The hash that a hasher made or a store gives back.
    #[must_use]
    pub fn from_stored(hash: String) -> Self {
        Self(hash)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// The work factor of bcrypt: the logarithm of the number of rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost(u32);

impl Cost {
    /// The least that may be configured. Tests may go lower, which a build feature must allow.
    pub const MIN: u32 = if cfg!(any(test, feature = "testing")) { 4 } else { 10 };
    /// The greatest that may be configured: beyond it one hash takes seconds.
    pub const MAX: u32 = 14;

    /// `None` outside of [`Self::MIN`] to [`Self::MAX`].
    #[must_use]
    pub fn new(cost: u32) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&cost).then_some(Self(cost))
    }
}

/// Hashes a password. Slow on purpose: 0.3 s of a processor at cost 12.
///
/// # Errors
/// `Internal` if bcrypt fails, which it has no reason to for a [`PlainPassword`].
pub fn hash(password: &PlainPassword, cost: Cost) -> Result<PasswordHash> {
    bcrypt::non_truncating_hash(password.expose(), cost.0)
        .map(PasswordHash)
        .map_err(|e| crate::UserError::Internal(format!("bcrypt: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_code_points_and_then_bytes() {
        assert_eq!(PlainPassword::parse("ééééééé"), Err(TextError::TooShort { min: 8 }));
        assert!(PlainPassword::parse("éééééééé").is_ok());
        assert!(PlainPassword::parse(&"x".repeat(71)).is_ok());
        assert_eq!(PlainPassword::parse(&"é".repeat(36)), Err(TextError::TooManyBytes { max: 71 }));
        assert_eq!(PlainPassword::parse("pass\0word"), Err(TextError::Control));
    }

    #[test]
    fn debug_prints_nothing_of_it() {
        let printed = PlainPassword::parse("correct horse").map(|p| format!("{p:?}"));
        assert_eq!(printed.as_deref(), Ok("PlainPassword(..)"));
    }
}
