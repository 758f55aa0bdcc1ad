//! Cuts an address in its local part and its domain.

use unicode_normalization::UnicodeNormalization;

use super::EmailError;
use super::chars::{Spaces, check_safe, is_atext, refuse_others};
use super::display::shown;
use super::unicode::is_space;

/// As many combining characters as the stream-safe text format of UAX #15 allows in a row, and
/// the characters around them.
const COMBINING_WINDOW: usize = 32;

/// An address, taken apart but not yet checked.
pub(super) struct Parts<'a> {
    written_local: &'a str,
    /// The local part, without quotes and escapes if it had any.
    pub local: String,
    /// Whether the local part was quoted.
    pub quoted: bool,
    /// What follows the @-sign.
    pub domain: &'a str,
    /// Whether angle brackets stood around the address.
    pub bracketed: bool,
}

impl Parts<'_> {
    /// The address as it was written, without a name or brackets.
    pub fn written(&self) -> String {
        format!("{}@{}", self.written_local, self.domain)
    }
}

/// Cuts at the first @-sign outside of quotes, within the angle brackets if there are any.
pub(super) fn split(text: &str) -> Result<Parts<'_>, EmailError> {
    let (left, right) = cut(text, &['@', '<'])?;
    let bracketed = right.starts_with('<');
    let (written_local, right) = if bracketed {
        check_name(left.trim_end_matches(is_space))?;
        cut(without_brackets(right)?, &['@'])?
    } else {
        (left, right)
    };
    let (local, quoted) = unquote(written_local)?;
    Ok(Parts { written_local, local, quoted, domain: right.strip_prefix('@').unwrap_or(right), bracketed })
}

/// Cuts before the first of the special characters that stands outside of quotes.
///
/// A special character that a following mark turns into another one, such as `<` with U+0338,
/// is none.
fn cut<'a>(text: &'a str, specials: &[char]) -> Result<(&'a str, &'a str), EmailError> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        let (before, rest) = text.split_at(at);
        if combines(rest, c) {
            continue;
        }
        if quoted {
            quoted = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
        } else if c == '"' {
            quoted = true;
        } else if specials.contains(&c) {
            return Ok((before, rest));
        }
    }
    Err(EmailError::new(missing_at_sign(text)))
}

/// Whether `first`, the first character of `text`, becomes another one in normal form C.
fn combines(text: &str, first: char) -> bool {
    text.chars().take(COMBINING_WINDOW).nfc().next() != Some(first)
}

fn missing_at_sign(text: &str) -> &'static str {
    if text.contains('\u{ff20}') {
        "The email address has the \"full-width\" at-sign (@) character instead of a regular at-sign."
    } else if text.contains('\u{fe6b}') {
        "The email address has the \"small commercial at\" character instead of a regular at-sign."
    } else {
        "An email address must have an @-sign."
    }
}

/// A name is going to be dropped, but what it says about the text counts.
fn check_name(text: &str) -> Result<(), EmailError> {
    let (name, quoted) = unquote(text)?;
    if !quoted {
        refuse_others(
            &name,
            |c| is_atext(c) || c == ' ',
            "The display name contains invalid characters when not quoted",
        )?;
    }
    check_safe(&name, Spaces::Allowed)
}

/// The text between the opening bracket, with which it starts, and the closing one at its end.
fn without_brackets(text: &str) -> Result<&str, EmailError> {
    if !text.contains('>') {
        return Err(EmailError::new(
            "An open angle bracket at the start of the email address has to be followed by a close \
             angle bracket at the end.",
        ));
    }
    text.trim_end_matches(' ')
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .ok_or_else(|| EmailError::new("There can't be anything after the email address."))
}

/// Takes the quotes and escapes off, and tells whether there were quotes.
fn unquote(text: &str) -> Result<(String, bool), EmailError> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Ok((text.to_owned(), false));
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                refuse_rest(chars.as_str())?;
                break;
            }
            '\\' => value.extend(chars.next()),
            _ => value.push(c),
        }
    }
    Ok((value, true))
}

fn refuse_rest(rest: &str) -> Result<(), EmailError> {
    if rest.is_empty() {
        return Ok(());
    }
    let rest: Vec<String> = rest.chars().map(shown).collect();
    Err(EmailError::new(format!("Extra character(s) found after close quote: {}", rest.join(", "))))
}
