//! The key that a client gives a request.

use std::fmt;

/// What a client calls a request, so that it is known again when it is repeated. It is unique among the requests of one
/// caller for one operation.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The most characters that a key may have.
    pub const MAX: usize = 255;

    /// Reads a key: 1 to [`Self::MAX`] printable ASCII characters. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Clients make keys of anything, of addresses too, so it stays out of logs.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::IdempotencyKey;

    #[test]
    fn a_key_is_printable_and_not_too_long() {
        let longest = "x".repeat(IdempotencyKey::MAX);
        for good in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", " a \"b\" ", "~", &longest] {
            assert_eq!(IdempotencyKey::parse(good).as_ref().map(IdempotencyKey::as_str), Some(good));
        }
        for bad in ["", "é", "a\n", "a\tb", "\u{7f}", &format!("{longest}x")] {
            assert_eq!(IdempotencyKey::parse(bad), None, "{bad}");
        }
    }
}
