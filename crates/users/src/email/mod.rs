//! E-mail addresses: which texts are one, their normal form, and the reason why a text is none.
//!
//! The rules and the wording of the reasons are those of email-validator 2.4 without its DNS
//! look-up, over the Unicode 14 data of its runtime and IDNA 2008, and of the `Name <address>`
//! form that is accepted in front of it. Any text gives an address or a reason, none a panic.
//!
//! Two reasons are known to differ, for texts that are refused there as well:
//! - an A-label that decodes to a surrogate is an "Invalid A-label", not a disallowed code point;
//! - in an A-label with characters newer than Unicode 14 another rule may be the first to break,
//!   since normalisation here knows these characters.

mod bidi;
mod chars;
mod codepoint;
mod display;
mod domain;
mod label;
mod length;
mod literal;
mod local;
mod name;
mod split;
mod unicode;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::text::fold;

/// A validated, normalised e-mail address.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// Reads an address, also one given as `Name <address>`, of which the name is dropped.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        length::check_input(text)?;
        refuse_line_breaks(text)?;
        let parts = split::split(name::drop_name(text))?;
        let local = local::normalise(&parts.local, parts.quoted)?;
        let domain = domain::normalise(parts.domain)?;
        let address = format!("{local}@{}", domain.unicode);
        let ascii = format!("{local}@{}", domain.ascii);
        length::check_address(&parts.written(), &address, &ascii)?;
        if parts.bracketed {
            return Err(EmailError::new(
                "A display name and angle brackets around the email address are not permitted here.",
            ));
        }
        let key = format!("{}@{}", fold(&local), domain.ascii);
        Ok(Self { address, key })
    }

    /// The address as it is stored and shown: NFC, the domain in lower case and in Unicode.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// What two spellings of one mailbox have in common: the folded local part and the domain in
    /// its ASCII form.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What stands before the @-sign, its case kept.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.address.rsplit_once('@').map_or(self.as_str(), |(local, _)| local)
    }

    /// The domain in the form that every mail server knows.
    #[must_use]
    pub fn ascii_domain(&self) -> &str {
        self.key.rsplit_once('@').map_or(self.key(), |(_, domain)| domain)
    }

    /// An address read back from a trusted store; nothing is checked.
    #[must_use]
    pub fn from_stored(address: String, key: String) -> Self {
        Self { address, key }
    }
}

/// Addresses are personal data, so that they do not show in debug output.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

/// Why a text is no e-mail address, as a sentence for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EmailError {
    reason: String,
}

impl EmailError {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// The sentence itself.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// A line break can smuggle a header into a mail, so that none is trimmed away either.
fn refuse_line_breaks(text: &str) -> Result<(), EmailError> {
    if text.contains(['\r', '\n']) {
        return Err(EmailError::new("Carriage return and line feed characters are not allowed"));
    }
    Ok(())
}
