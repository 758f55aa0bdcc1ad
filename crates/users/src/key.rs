//! Keys: what a client presents, and what is kept of it.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use data_encoding::BASE32_NOPAD;

use crate::id::{UserId, WorkspaceId};
use crate::role::Permissions;
use crate::time::Timestamp;

const PREFIX: &str = "dgl";
const ID_BYTES: usize = 10;
const SECRET_BYTES: usize = 20;
const CHECKSUM_CHARS: usize = 7;

/// The public part of a key; it names the key in lists, logs and commands.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// Reads what a person typed. `None` if it has not the form of an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_word(text, ID_BYTES).then(|| Self(text.to_owned()))
    }

    /// The id that a store gives back.
    #[must_use]
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept of a key's secret: its SHA-256. The secret is random, so no slow hash is needed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(Vec<u8>);

impl SecretHash {
    /// The hash that a store gives back.
    #[must_use]
    pub fn from_stored(hash: Vec<u8>) -> Self {
        Self(hash)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// A whole key: `dgl_<public id>_<secret><checksum>`. The id has 80 random bits, the secret 160, both in lower-case base32;
/// the checksum, the start of a SHA-256, tells a typing error (and a secret scanner) without a look-up.
#[derive(Clone)]
pub struct PresentedKey {
    id: KeyId,
    secret: String,
}

impl PresentedKey {
    /// Makes a key of random bytes.
    #[must_use]
    pub fn from_random(id: &[u8; ID_BYTES], secret: &[u8; SECRET_BYTES]) -> Self {
        let encode = |bytes: &[u8]| BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
        Self { id: KeyId(encode(id)), secret: encode(secret) }
    }

    /// Reads what a client sent. `None` if it has not the form of a key, or a wrong checksum.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.split_at_checked(text.len().checked_sub(CHECKSUM_CHARS)?)?;
        let (id, secret) = body.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let is_key = is_word(id, ID_BYTES) && is_word(secret, SECRET_BYTES) && checksum(body) == sum.as_bytes();
        is_key.then(|| Self { id: KeyId(id.to_owned()), secret: secret.to_owned() })
    }

    /// The public part.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// What is to be kept of the secret.
    #[must_use]
    pub fn secret_hash(&self) -> SecretHash {
        SecretHash(sha256(&self.secret).as_ref().to_vec())
    }

    /// The key that somebody would present who knows the id of this one and the secret of another.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn with_secret_of(&self, other: &Self) -> Self {
        Self { id: self.id.clone(), secret: other.secret.clone() }
    }

    /// Whether this is the key of which that hash was kept. Takes the same time for every wrong secret.
    #[must_use]
    pub fn matches(&self, hash: &SecretHash) -> bool {
        constant_time::verify_slices_are_equal(sha256(&self.secret).as_ref(), &hash.0).is_ok()
    }

    /// The whole text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> String {
        let body = format!("{PREFIX}_{}_{}", self.id, self.secret);
        let sum = checksum(&body).map(char::from);
        body.chars().chain(sum).collect()
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedKey({}, ..)", self.id)
    }
}

fn sha256(text: &str) -> digest::Digest {
    digest::digest(&digest::SHA256, text.as_bytes())
}

/// What stands behind the rest of a key.
fn checksum(body: &str) -> [u8; CHECKSUM_CHARS] {
    const BYTES: usize = 5;
    let mut text = [0; BYTES * 8 / 5];
    BASE32_NOPAD.encode_mut(&sha256(body).as_ref()[..BYTES], &mut text);
    text.make_ascii_lowercase();
    let [sum @ .., _] = text;
    sum
}

/// Whether so many bytes can be written like this, in lower-case base32.
pub(crate) fn is_word(text: &str, bytes: usize) -> bool {
    text.len() == bytes * 8 / 5 && text.bytes().all(is_base32)
}

fn is_base32(byte: u8) -> bool {
    byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte)
}

/// How far a key reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyReach {
    /// Everyone in the installation.
    Installation,
    /// The members of one workspace.
    Workspace(WorkspaceId),
    /// The members of every workspace that the owner is a member of, whenever it is used.
    Owner,
}

/// What is kept of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The public part.
    pub id: KeyId,
    /// For people.
    pub name: String,
    /// Proves the rest.
    pub secret: SecretHash,
    /// How far it reaches.
    pub reach: KeyReach,
    /// On whose behalf it acts; the key never permits more than its owner has.
    pub owner: Option<UserId>,
    /// What it permits; `None` for all that the owner has.
    pub permissions: Option<Permissions>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Since then it is refused.
    pub revoked_at: Option<Timestamp>,
    /// The only door that it may use, by its name; `None` for all.
    pub pinned: Option<String>,
    /// How much it may do at a time, by a name that the settings explain; `None` for no limit of its own.
    pub plan: Option<String>,
    /// Whether it came to be by signing in. Such a key has an owner, all that the owner may do, and an end.
    pub session: bool,
}

/// Whether a key is taken, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody has revoked it.
    Revoked,
}

impl KeyState {
    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            KeyState::Active => "active",
            KeyState::Expired => "expired",
            KeyState::Revoked => "revoked",
        }
    }
}

impl Key {
    /// How it stands with the key.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyState::Revoked,
            (None, Some(end)) if end <= now => KeyState::Expired,
            (None, _) => KeyState::Active,
        }
    }

    /// Whether the key is neither revoked nor expired.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state(now) == KeyState::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_a_wrong_one_is_not() {
        let key = PresentedKey::from_random(&[7; ID_BYTES], &[9; SECRET_BYTES]);
        let text = key.reveal();
        let read = PresentedKey::parse(&text).expect("its own text");
        assert!(read.matches(&key.secret_hash()));
        assert_eq!(text.len(), 4 + 16 + 1 + 32 + 7);
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'a' { b'b' } else { b'a' };
            assert!(PresentedKey::parse(&String::from_utf8(altered).expect("ASCII")).is_none(), "at {at}");
        }
        for wrong in ["", "dgl", "dgl__", "dgl_a_é", &text[..20], &text.to_uppercase(), &format!("{text} ")] {
            assert!(PresentedKey::parse(wrong).is_none(), "{wrong}");
        }
    }
}
