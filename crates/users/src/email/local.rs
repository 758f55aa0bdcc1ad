//! The part before the @-sign.

use unicode_normalization::UnicodeNormalization;

use super::EmailError;
use super::chars::{Spaces, check_edges, check_periods, check_safe, is_international_atext, refuse_others};

/// The mailboxes of RFC 2142, whose names have no case.
const ROLE_MAILBOXES: [&str; 15] = [
    "info",
    "marketing",
    "sales",
    "support",
    "abuse",
    "noc",
    "security",
    "postmaster",
    "hostmaster",
    "usenet",
    "news",
    "webmaster",
    "www",
    "uucp",
    "ftp",
];

/// The local part in normal form C, its case kept except in the name of a role.
pub(super) fn normalise(local: &str, quoted: bool) -> Result<String, EmailError> {
    check(local, quoted)?;
    let composed: String = local.nfc().collect();
    if composed != local {
        check(&composed, quoted).map_err(|e| EmailError::new(format!("After Unicode normalization: {e}")))?;
    }
    if quoted {
        return Err(EmailError::new("Quoting the part before the @-sign is not allowed here."));
    }
    Ok(lower_role(composed))
}

fn lower_role(local: String) -> String {
    let lower = local.to_ascii_lowercase();
    if ROLE_MAILBOXES.contains(&lower.as_str()) { lower } else { local }
}

/// A quoted local part may hold what a plain one may not.
fn check(local: &str, quoted: bool) -> Result<(), EmailError> {
    if local.is_empty() {
        return Err(EmailError::new("There must be something before the @-sign."));
    }
    match check_dot_atom(local) {
        Ok(()) => check_safe(local, Spaces::Refused),
        Err(_) if quoted => check_quoted(local),
        Err(error) => Err(error),
    }
}

/// RFC 5322, 3.2.3, with the characters of RFC 6531, 3.3.
fn check_dot_atom(local: &str) -> Result<(), EmailError> {
    refuse_others(
        local,
        |c| is_international_atext(c) || c == '.',
        "The email address contains invalid characters before the @-sign",
    )?;
    check_edges(
        local,
        '.',
        "An email address cannot start with a period.",
        "An email address cannot have a period immediately before the @-sign.",
    )?;
    check_periods(local)
}

/// RFC 5321, 4.1.2, with the characters of RFC 6531, 3.3.
fn check_quoted(local: &str) -> Result<(), EmailError> {
    refuse_others(
        local,
        |c| matches!(c, ' '..='~' | '\u{80}'..),
        "The email address contains invalid characters in quotes before the @-sign",
    )?;
    check_safe(local, Spaces::Allowed)
}
