//! Passwords.

use std::fmt;

use blowfish::Blowfish;

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

/// A password as somebody presents it to be checked. No rule holds for it: what could never have been set is simply wrong.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedPassword(String);

impl TypedPassword {
    /// Whatever it is.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the server that is to check it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text, if bcrypt reads all of it: it is neither longer than that, nor ended by a zero before its end.
    fn readable(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| text.len() <= PlainPassword::MAX_BYTES && !text.contains('\0'))
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword(..)")
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
    /// It has another form, or a cost above [`Cost::MAX`]: whoever signs in by it would keep a processor busy for long, one of 30 for a day.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        const FORM: TextError = TextError::Form("must be a bcrypt hash ($2a$, $2b$ or $2y$) of a cost from 04 to 14");
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|start| text.strip_prefix(start)).ok_or(FORM)?;
        let (cost, tail) = rest.split_once('$').ok_or(FORM)?;
        let is_number = cost.len() == 2 && cost.bytes().all(|b| b.is_ascii_digit());
        let has_cost = is_number && cost.parse().is_ok_and(|cost| (4..=Cost::MAX).contains(&cost));
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

    /// Its cost. `None` if it has not the form of a hash, or one that [`PasswordHash::parse`] refuses.
    #[must_use]
    pub fn cost(&self) -> Option<u32> {
        self.0.get(4..6)?.parse().ok().filter(|cost| *cost <= Cost::MAX)
    }

    /// The same hash as bcrypt writes it. The last letters of salt and sum have bits to spare, which some programs fill.
    fn canonical(&self) -> String {
        const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        const SALT_END: usize = 28;
        const SUM_END: usize = 59;
        let letter = |at: usize, letter: char| {
            let unused = match at {
                SALT_END => 0b1111,
                SUM_END => 0b11,
                _ => 0,
            };
            let place = ALPHABET.iter().position(|known| char::from(*known) == letter);
            place.and_then(|place| ALPHABET.get(place & !unused)).map_or(letter, |known| char::from(*known))
        };
        self.0.chars().enumerate().map(|(at, c)| letter(at, c)).collect()
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

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
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

/// Whether the password is the one of which that hash was made. It takes the time of one hash of that cost: also where there is no hash to
/// compare with, where it cannot be read, and where it is of a lower cost, since the rounds that it lacks are done as well. Only a hash of a
/// higher cost takes longer.
///
/// # Errors
/// `Internal` if bcrypt fails, which it has no reason to.
pub fn verify(typed: &TypedPassword, hash: Option<&PasswordHash>, cost: Cost) -> Result<bool> {
    let readable = typed.readable();
    let text = readable.unwrap_or_default();
    let hash = hash.and_then(|hash| Some((hash.cost()?, hash.canonical())));
    let (done, matches) = match &hash {
        Some((done, hash)) => match bcrypt::verify(text, hash) {
            Ok(matches) => (*done, matches),
            // What the store holds is no hash, so no password is right.
            Err(bcrypt::BcryptError::InvalidHash(_)) => return nothing(text, cost),
            Err(error) => return Err(failed(&error)),
        },
        None => return nothing(text, cost),
    };
    idle((1u64 << cost.0).saturating_sub(1u64 << done));
    Ok(matches && readable.is_some())
}

/// Hashes a password that was just found to be right anew, if its hash is of a lower cost than that.
///
/// # Errors
/// As [`hash`].
pub fn renew(typed: &TypedPassword, old: &PasswordHash, cost: Cost) -> Result<Option<PasswordHash>> {
    let is_outdated = old.cost().is_some_and(|old| old < cost.0);
    let Some(text) = typed.readable().filter(|_| is_outdated) else { return Ok(None) };
    bcrypt::non_truncating_hash(text, cost.0).map(|hash| Some(PasswordHash(hash))).map_err(|e| failed(&e))
}

/// A salt of nobody's hash.
const SALT: [u8; 16] = [0x5a; 16];

/// What no password is like, in the time of a hash of that cost.
fn nothing(text: &str, cost: Cost) -> Result<bool> {
    let hash = bcrypt::hash_with_salt(text, cost.0, SALT).map_err(|e| failed(&e))?;
    std::hint::black_box(hash);
    Ok(false)
}

/// Takes the time of so many rounds of bcrypt, of which a hash of cost c has 2^c. (Whole hashes would take longer than their rounds: each
/// begins and ends with work of its own.)
fn idle(rounds: u64) {
    let mut state = Blowfish::bc_init_state();
    for _ in 0..rounds {
        state.bc_expand_key(&SALT);
        state.bc_expand_key(&SALT);
    }
    std::hint::black_box(state.bc_encrypt([0, 0]));
}

fn failed(error: &bcrypt::BcryptError) -> crate::UserError {
    crate::UserError::Internal(format!("bcrypt: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(text.to_owned())
    }

    fn cost(cost: u32) -> Cost {
        Cost::new(cost).unwrap()
    }

    /// Made by another program, libxcrypt 4.4, but the second to last and the one before, which are among the test vectors of Openwall's
    /// crypt_blowfish.
    const VECTORS: [(&str, &str); 6] = [
        ("correct horse", "$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"),
        ("pâsswörd ☃ 🦀", "$2b$04$N9qo8uLOickgx2ZMRZoMyesQ2M5pIMUucQdxJ9BUKsNarScH5iWEi"),
        ("パスワード1234", "$2y$05$./OK.fbVrR/bpIqNJ5ian.KDnP4kecAXcrtyq7SpPjzkDBwWUek8a"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        (SEVENTY_ONE_BYTES, "$2b$04$7EqJtq98hPqEX7fNZaFWoOjPmbAGaQSIJ79UG8pH91i6NCDv70BNS"),
    ];

    const SEVENTY_ONE_BYTES: &str = "éééééééééééééééééééééééééééééééééééx";

    #[test]
    fn hashes_of_other_programs_are_verified() {
        for (password, hash) in VECTORS {
            let hash = PasswordHash::parse(hash).unwrap();
            for configured in [4, 5, 6] {
                assert_eq!(verify(&typed(password), Some(&hash), cost(configured)), Ok(true), "{password}");
                for wrong in [format!("{password}x"), password.to_uppercase() + "!", format!("{password}\0")] {
                    assert_eq!(verify(&typed(&wrong), Some(&hash), cost(configured)), Ok(false), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn what_bcrypt_would_cut_is_never_right() {
        // A hash of 72 bytes, of which bcrypt reads just as many; whatever comes behind them would not count.
        let full = "x".repeat(72);
        let hash = PasswordHash(bcrypt::hash(&full, 4).unwrap());
        assert!(bcrypt::verify(format!("{full}y"), hash.as_str()).unwrap());
        for text in [full.clone(), full + "y"] {
            assert_eq!(verify(&typed(&text), Some(&hash), cost(4)), Ok(false));
        }
    }

    #[test]
    fn bits_that_mean_nothing_do_not_count() {
        let (password, hash) = VECTORS[0];
        for (at, other) in [(28, 'z'), (28, '9'), (59, 'f'), (59, 'h')] {
            let mut filled: Vec<char> = hash.chars().collect();
            filled[at] = other;
            let filled = PasswordHash::parse(&filled.into_iter().collect::<String>()).unwrap();
            assert_eq!(verify(&typed(password), Some(&filled), cost(4)), Ok(true), "{filled:?} {other}");
        }
    }

    #[test]
    fn where_there_is_no_hash_nothing_is_right() {
        for hash in [None, Some(PasswordHash(String::new())), Some(PasswordHash("$2b$04$é".to_owned()))] {
            assert_eq!(verify(&typed(""), hash.as_ref(), cost(4)), Ok(false));
            assert_eq!(verify(&typed("x"), hash.as_ref(), cost(4)), Ok(false));
        }
    }

    #[test]
    fn only_a_hash_of_a_lower_cost_is_renewed() {
        let (password, old) = (typed("correct horse"), PasswordHash::parse(VECTORS[0].1).unwrap());
        assert_eq!(renew(&password, &old, cost(4)), Ok(None));
        let new = renew(&password, &old, cost(6)).unwrap().unwrap();
        assert!(new.as_str().starts_with("$2b$06$"));
        assert_eq!(verify(&password, Some(&new), cost(6)), Ok(true));
        assert_eq!(renew(&password, &new, cost(5)), Ok(None), "it is never made cheaper");
    }

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
        assert_eq!(format!("{:?}", typed("correct horse")), "TypedPassword(..)");
        let printed = PlainPassword::parse("correct horse").map(|p| format!("{p:?}"));
        assert_eq!(printed.as_deref(), Ok("PlainPassword(..)"));
    }
}
