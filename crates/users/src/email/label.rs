//! The labels of an internationalised domain: U-labels, A-labels and what IDNA 2008 asks of them
//! (RFC 5891).

use idna::punycode;
use thiserror::Error;
use unicode_normalization::is_nfc;

use super::bidi;
use super::codepoint;
use super::display::literal;
use super::domain::MAX_LABEL;
use super::unicode::is_mark;

/// What marks an A-label.
const PREFIX: &str = "xn--";

/// The most characters that the rules are applied to: those of a whole domain.
const MAX_CHECKED: usize = 254;

/// Which rule a label breaks; positions count characters from 1.
#[derive(Debug, Error)]
pub(super) enum IdnaError {
    #[error("Empty Label")]
    Empty,
    #[error("Label too long")]
    TooLong,
    #[error("Label must be in Normalization Form C")]
    NotComposed,
    #[error("Label has disallowed hyphens in 3rd and 4th position")]
    ReservedHyphens,
    #[error("Label must not start or end with a hyphen")]
    OuterHyphen,
    #[error("Label begins with an illegal combining character")]
    LeadingMark,
    #[error("Invalid A-label")]
    Undecodable,
    #[error("A-label is not the canonical Punycode encoding of its U-label")]
    NotCanonical,
    #[error("Codepoint U+{:04X} at position {} of {} not allowed", .0.code, .0.position, .0.label)]
    Disallowed(Spot),
    #[error("Codepoint U+{:04X} not allowed at position {} in {}", .0.code, .0.position, .0.label)]
    OutOfContext(Spot),
    #[error("Joiner U+{:04X} not allowed at position {} in {}", .0.code, .0.position, .0.label)]
    JoinerOutOfContext(Spot),
    #[error("Unknown codepoint adjacent to joiner U+{:04X} at position {} in {}", .0.code, .0.position, .0.label)]
    UnknownNeighbour(Spot),
    #[error("Unknown directionality in label {label} at position {position}")]
    UnknownDirection { position: usize, label: String },
    #[error("First codepoint in label {label} must be directionality L, R or AL")]
    FirstDirection { label: String },
    #[error("Invalid direction for codepoint at position {position} in a {direction} label")]
    Direction { position: usize, direction: &'static str },
    #[error("Can not mix numeral types in a right-to-left label")]
    MixedNumerals,
    #[error("Label ends with illegal codepoint directionality")]
    LastDirection,
}

/// A code point and where it stands.
#[derive(Debug)]
pub(super) struct Spot {
    code: u32,
    position: usize,
    label: String,
}

impl Spot {
    /// The code point at this index of a label or domain.
    pub fn new(c: char, index: usize, label: &str) -> Self {
        Self { code: c.into(), position: index + 1, label: literal(label) }
    }
}

/// Checks a label of either kind and gives its ASCII form.
pub(super) fn to_ascii(label: &str) -> Result<String, IdnaError> {
    let ascii = if label.is_ascii() {
        to_unicode(label)?;
        label.to_owned()
    } else {
        check(label)?;
        let encoded = punycode::encode_str(label).ok_or(IdnaError::TooLong)?;
        format!("{PREFIX}{encoded}")
    };
    if ascii.len() > MAX_LABEL {
        return Err(IdnaError::TooLong);
    }
    Ok(ascii)
}

/// Checks a label in its ASCII form, in lower case, and gives the form to be shown.
pub(super) fn to_unicode(label: &str) -> Result<String, IdnaError> {
    let unicode = match label.strip_prefix(PREFIX) {
        Some(encoded) => decode(encoded)?,
        None => label.to_owned(),
    };
    check(&unicode)?;
    Ok(unicode)
}

/// Decodes Punycode, of which only the spelling that encoding gives is an A-label.
fn decode(encoded: &str) -> Result<String, IdnaError> {
    // A delimiter with nothing in front of it is skipped: such a label decodes, but into one that
    // is encoded without it.
    let digits = match encoded.rsplit_once('-') {
        Some(("", digits)) => digits,
        _ => encoded,
    };
    let label = punycode::decode_to_string(digits).ok_or(IdnaError::Undecodable)?;
    if punycode::encode_str(&label).as_deref() != Some(encoded) {
        return Err(IdnaError::NotCanonical);
    }
    Ok(label)
}

/// The rules for a U-label, RFC 5891, 4.2, in the order in which a fault is reported.
fn check(label: &str) -> Result<(), IdnaError> {
    if label.chars().count() > MAX_CHECKED {
        return Err(IdnaError::TooLong);
    }
    let Some(first) = label.chars().next() else {
        return Err(IdnaError::Empty);
    };
    if !is_nfc(label) {
        return Err(IdnaError::NotComposed);
    }
    if label.chars().skip(2).take(2).eq(['-', '-']) {
        return Err(IdnaError::ReservedHyphens);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(IdnaError::OuterHyphen);
    }
    if is_mark(first) {
        return Err(IdnaError::LeadingMark);
    }
    codepoint::check(label)?;
    bidi::check_label(label)
}
