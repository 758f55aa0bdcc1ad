//! The domain after the @-sign.

use icu_normalizer::uts46::Uts46MapperBorrowed;

use super::chars::{Spaces, check_edges, check_periods, check_safe, refuse_others};
use super::label::{IdnaError, Spot, to_ascii, to_unicode};
use super::length::{plural, too_many};
use super::{EmailError, bidi, literal};

/// The longest domain, in bytes of its ASCII form (RFC 1035, 2.3.4, without the root).
const MAX_DOMAIN: usize = 253;

/// The longest label, in bytes of its ASCII form (RFC 1035, 2.3.1).
pub(super) const MAX_LABEL: usize = 63;

/// Top-level domains of the IANA registry of special-use names that mail never reaches.
const SPECIAL_USE: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// A domain in the two forms that IDNA gives it.
pub(super) struct Domain {
    /// With U-labels, to be shown.
    pub unicode: String,
    /// With A-labels, to be compared.
    pub ascii: String,
}

/// Checks a domain and brings it into lower case and NFC.
pub(super) fn normalise(domain: &str) -> Result<Domain, EmailError> {
    if domain.is_empty() {
        return Err(EmailError::new("There must be something after the @-sign."));
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        return Err(literal::refusal(address));
    }
    check_written(domain)?;
    let mapped = map(domain)?;
    check_mapped(&mapped)?;
    let ascii = encode(&mapped)?;
    check_lengths(&ascii)?;
    check_top_level(&ascii)?;
    let unicode = decode(&ascii)?;
    Ok(Domain { unicode, ascii })
}

/// What is refused before anything is mapped away.
fn check_written(domain: &str) -> Result<(), EmailError> {
    let length = domain.chars().count();
    if length > MAX_DOMAIN {
        return too_long(&too_many(length, MAX_DOMAIN));
    }
    const SENTENCE: &str = "The part after the @-sign contains invalid characters";
    refuse_others(domain, is_host_character, SENTENCE)?;
    check_safe(domain, Spaces::Refused)?;
    refuse_others(domain, |c| !expands_to_period(c), SENTENCE)
}

/// The characters of a host name, RFC 952, and those of RFC 6531, 3.3.
fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.') || !c.is_ascii()
}

/// Characters that stand for a period and more, such as U+2488 for "1.", or for a period that
/// nobody types.
fn expands_to_period(c: char) -> bool {
    matches!(
        c,
        '\u{2024}'..='\u{2026}'
            | '\u{2488}'..='\u{249b}'
            | '\u{33c2}' | '\u{33c7}' | '\u{33d8}' | '\u{fe52}' | '\u{1f100}'
    )
}

/// The mapping of UTS #46, which folds case and width, and NFC.
fn map(domain: &str) -> Result<String, EmailError> {
    let mapper = Uts46MapperBorrowed::new();
    let mut chars = domain.chars().enumerate();
    if let Some((index, c)) = chars.find(|(_, c)| is_disallowed(&mapper, *c)) {
        let error = IdnaError::OutOfContext(Spot::new(c, index, domain));
        return Err(EmailError::new(format!("The part after the @-sign contains invalid characters ({error}).")));
    }
    Ok(mapper.map_normalize(domain.chars()).collect())
}

/// The mapper writes U+FFFD for what has no mapping.
fn is_disallowed(mapper: &Uts46MapperBorrowed<'_>, c: char) -> bool {
    let mut mapped = mapper.map_normalize(std::iter::once(c));
    mapped.any(|c| c == char::REPLACEMENT_CHARACTER)
}

/// Where periods and hyphens may stand (RFC 952, RFC 1123, 2.1).
fn check_mapped(domain: &str) -> Result<(), EmailError> {
    refuse_others(
        domain,
        is_host_character,
        "The part after the @-sign contains invalid characters after Unicode normalization",
    )?;
    check_edges(
        domain,
        '.',
        "An email address cannot have a period immediately after the @-sign.",
        "An email address cannot end with a period.",
    )?;
    check_periods(domain)?;
    check_edges(
        domain,
        '-',
        "An email address cannot have a hyphen immediately after the @-sign.",
        "An email address cannot end with a hyphen.",
    )?;
    if domain.contains(".-") || domain.contains("-.") {
        return Err(EmailError::new("An email address cannot have a period and a hyphen next to each other."));
    }
    if domain.split('.').any(has_reserved_hyphens) {
        return Err(EmailError::new(
            "An email address cannot have two letters followed by two dashes immediately after the \
             @-sign or after a period, except Punycode.",
        ));
    }
    Ok(())
}

/// The reserved labels of RFC 5890, 2.3.1, other than A-labels.
fn has_reserved_hyphens(label: &str) -> bool {
    label.chars().skip(2).take(2).eq(['-', '-']) && !label.starts_with("xn")
}

fn encode(domain: &str) -> Result<String, EmailError> {
    if domain.is_ascii() && !domain.is_empty() {
        return Ok(domain.to_owned());
    }
    let labels: Result<Vec<String>, IdnaError> = domain.split('.').map(to_ascii).collect();
    let labels = labels.map_err(|e| EmailError::new(format!("The part after the @-sign is invalid ({e}).")))?;
    Ok(labels.join("."))
}

fn check_lengths(ascii: &str) -> Result<(), EmailError> {
    let excess = ascii.len().saturating_sub(MAX_DOMAIN);
    if excess > 0 {
        let s = plural(excess);
        return too_long(&format!("({excess} byte{s} too many after IDNA encoding)"));
    }
    if let Some(label) = ascii.split('.').find(|label| label.len() > MAX_LABEL) {
        return Err(EmailError::new(format!(
            "After the @-sign, periods cannot be separated by so many characters {}.",
            too_many(label.len(), MAX_LABEL)
        )));
    }
    Ok(())
}

fn too_long(how: &str) -> Result<(), EmailError> {
    Err(EmailError::new(format!("The email address is too long after the @-sign {how}.")))
}

/// A domain that the public DNS could have.
fn check_top_level(ascii: &str) -> Result<(), EmailError> {
    let Some((_, top)) = ascii.rsplit_once('.') else {
        return Err(EmailError::new("The part after the @-sign is not valid. It should have a period."));
    };
    if !top.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(EmailError::new(
            "The part after the @-sign is not valid. It is not within a valid top-level domain.",
        ));
    }
    if SPECIAL_USE.contains(&top) {
        return Err(EmailError::new(
            "The part after the @-sign is a special-use or reserved name that cannot be used with \
             email.",
        ));
    }
    Ok(())
}

fn decode(ascii: &str) -> Result<String, EmailError> {
    let labels: Result<Vec<String>, IdnaError> = ascii.split('.').map(to_unicode).collect();
    let domain = labels.map_err(no_idna)?.join(".");
    check_safe(&domain, Spaces::Refused)?;
    bidi::check_domain(&domain).map_err(no_idna)?;
    Ok(domain)
}

fn no_idna(error: IdnaError) -> EmailError {
    EmailError::new(format!("The part after the @-sign is not valid IDNA ({error})."))
}
