//! Tokens: what a mail carries, so that whoever reads it can set a password. Whoever has one may do that, so nothing that is kept
//! tells one.

use std::fmt;

use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;

use crate::id::{MessageId, UserId};
use crate::key::is_word;
use crate::text::sha256;
use crate::time::Timestamp;

const BYTES: usize = 20;

/// A token: 160 random bits in lower-case base32.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Makes a token of random bytes.
    #[must_use]
    pub fn from_random(bytes: &[u8; BYTES]) -> Self {
        Self(BASE32_NOPAD.encode(bytes).to_ascii_lowercase())
    }

    /// Reads what somebody presents. `None` if it has not the form of a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_word(text, BYTES).then(|| Self(text.to_owned()))
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&self.0))
    }

    /// The text, for the one mail that it is made for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What is kept of a token: its SHA-256 in hexadecimal digits. The token is random, so no slow hash is needed, and looking for a
/// hash tells nothing about others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash that a store gives back.
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

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The first password of an account, which shows that its address is right.
    Activation,
    /// A new password in place of a forgotten one.
    Password,
}

impl Purpose {
    /// The name in stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Activation => "activation",
            Purpose::Password => "password",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Purpose::Activation, Purpose::Password].into_iter().find(|purpose| purpose.as_str() == name)
    }

    /// How long a token for it counts, from its making on: an invitation may wait over a weekend; a password is forgotten by somebody who
    /// stands at the door.
    #[must_use]
    pub fn lifetime(self) -> TimeDelta {
        match self {
            Purpose::Activation => TimeDelta::hours(72),
            Purpose::Password => TimeDelta::hours(1),
        }
    }
}

/// What is known of a token that was mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Which one.
    pub hash: TokenHash,
    /// Whose password it sets.
    pub user: UserId,
    /// What for.
    pub purpose: Purpose,
    /// The [`crate::Email::key`] of the address that it was mailed to. It shows nothing about another address.
    pub email_key: String,
    /// The message that carries it. Each attempt to send one has a token of its own.
    pub message: MessageId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it counts no more.
    pub expires_at: Timestamp,
}

impl IssuedToken {
    /// Whether it counts still. (Whether it does for this user, as the user is now, is another question.)
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let token = Token::from_random(&[7; BYTES]);
        let text = token.reveal();
        assert_eq!(text.len(), 32);
        assert_eq!(Token::parse(text), Some(token.clone()));
        for wrong in
            ["", &text[1..], &format!("{text}a"), &text.to_uppercase(), &text.replace('d', "1"), &"é".repeat(16)]
        {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
        assert_ne!(token.hash(), Token::from_random(&[8; BYTES]).hash());
        assert!(!format!("{token:?} {:?}", token.hash()).contains(&text[..4]));
    }

    #[test]
    fn the_hash_is_the_one_that_others_compute() {
        let token = Token::parse("abcdefghijklmnopqrstuvwxyz234567").unwrap();
        assert_eq!(token.hash().as_str().len(), 64);
        // printf abcdefghijklmnopqrstuvwxyz234567 | sha256sum
        assert_eq!(token.hash().as_str(), "84cb29b2c78b393c0d30a90d5a9f670267d02d9ec3743fc1800acff8b03bac15");
    }
}
