//! Which characters may stand in an address, and the sentences about those that may not.

use std::collections::BTreeSet;

use unicode_general_category::GeneralCategory as Category;

use super::EmailError;
use super::display::shown;
use super::unicode::{category, is_mark};

/// Whether spaces are safe, as they are within quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spaces {
    Allowed,
    Refused,
}

/// The characters of an atom, RFC 5322, 3.2.3.
pub(super) fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// The characters of an atom in an internationalised address, RFC 6531, 3.3.
pub(super) fn is_international_atext(c: char) -> bool {
    is_atext(c) || !c.is_ascii()
}

/// Refuses a text with other characters than the allowed ones and names these.
pub(super) fn refuse_others(text: &str, allowed: impl Fn(char) -> bool, sentence: &str) -> Result<(), EmailError> {
    let others: BTreeSet<String> = text.chars().filter(|c| !allowed(*c)).map(shown).collect();
    if others.is_empty() {
        return Ok(());
    }
    let others: Vec<String> = others.into_iter().collect();
    Err(EmailError::new(format!("{sentence}: {}.", others.join(", "))))
}

/// Refuses what can hide or alter the text around it: a mark in the first position, separators,
/// control and format characters, private and unassigned code points.
pub(super) fn check_safe(text: &str, spaces: Spaces) -> Result<(), EmailError> {
    let marks = text.chars().take(1).filter(|c| is_mark(*c));
    let others = text.chars().filter(|c| is_unsafe(*c, spaces));
    let found: BTreeSet<char> = marks.chain(others).collect();
    if found.is_empty() {
        return Ok(());
    }
    let found: Vec<String> = found.into_iter().map(shown).collect();
    Err(EmailError::new(format!("The email address contains unsafe characters: {}.", found.join(", "))))
}

fn is_unsafe(c: char, spaces: Spaces) -> bool {
    match category(c) {
        Category::SpaceSeparator => spaces == Spaces::Refused,
        Category::LineSeparator
        | Category::ParagraphSeparator
        | Category::Control
        | Category::Format
        | Category::Surrogate
        | Category::PrivateUse
        | Category::Unassigned => true,
        _ => false,
    }
}

/// Refuses a text that ends or starts with the mark, with the sentence for either.
pub(super) fn check_edges(text: &str, mark: char, at_start: &str, at_end: &str) -> Result<(), EmailError> {
    if text.ends_with(mark) {
        return Err(EmailError::new(at_end));
    }
    if text.starts_with(mark) {
        return Err(EmailError::new(at_start));
    }
    Ok(())
}

/// Refuses two periods in a row.
pub(super) fn check_periods(text: &str) -> Result<(), EmailError> {
    if text.contains("..") {
        return Err(EmailError::new("An email address cannot have two periods in a row."));
    }
    Ok(())
}
