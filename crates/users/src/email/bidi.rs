//! The Bidi Rule of RFC 5893, section 2: a domain with right-to-left letters has only one way to
//! be read.

use icu_properties::props::BidiClass;

use super::display::literal;
use super::label::IdnaError;
use super::unicode::{direction, is_unassigned};

/// Applies the rule to every label of a domain in which one label is written from right to left.
pub(super) fn check_domain(domain: &str) -> Result<(), IdnaError> {
    if has_right_to_left(domain) {
        domain.split('.').try_for_each(check_directions)?;
    }
    Ok(())
}

/// Applies the rule to a label if it is written from right to left.
pub(super) fn check_label(label: &str) -> Result<(), IdnaError> {
    if let Some(index) = label.chars().position(is_unassigned) {
        return Err(IdnaError::UnknownDirection { position: index + 1, label: literal(label) });
    }
    if has_right_to_left(label) {
        check_directions(label)?;
    }
    Ok(())
}

fn has_right_to_left(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(direction(c), BidiClass::RightToLeft | BidiClass::ArabicLetter | BidiClass::ArabicNumber))
}

/// The six conditions; the first character decides for which direction they are read.
fn check_directions(label: &str) -> Result<(), IdnaError> {
    match label.chars().next().map(direction) {
        Some(BidiClass::RightToLeft | BidiClass::ArabicLetter) => check_right_to_left(label),
        Some(BidiClass::LeftToRight) => check_left_to_right(label),
        _ => Err(IdnaError::FirstDirection { label: literal(label) }),
    }
}

/// Conditions 2 to 4.
fn check_right_to_left(label: &str) -> Result<(), IdnaError> {
    let mut numeral = None;
    for (index, class) in label.chars().map(direction).enumerate() {
        if !is_neutral(class) && !ends_right_to_left(class) {
            return Err(IdnaError::Direction { position: index + 1, direction: "right-to-left" });
        }
        let is_numeral = matches!(class, BidiClass::EuropeanNumber | BidiClass::ArabicNumber);
        if is_numeral && *numeral.get_or_insert(class) != class {
            return Err(IdnaError::MixedNumerals);
        }
    }
    check_end(label, ends_right_to_left)
}

/// Conditions 5 and 6.
fn check_left_to_right(label: &str) -> Result<(), IdnaError> {
    for (index, class) in label.chars().map(direction).enumerate() {
        if !is_neutral(class) && !ends_left_to_right(class) {
            return Err(IdnaError::Direction { position: index + 1, direction: "left-to-right" });
        }
    }
    check_end(label, ends_left_to_right)
}

/// The last character, not counting the marks after it.
fn check_end(label: &str, allowed: fn(BidiClass) -> bool) -> Result<(), IdnaError> {
    let mut classes = label.chars().rev().map(direction);
    match classes.find(|class| *class != BidiClass::NonspacingMark) {
        Some(class) if allowed(class) => Ok(()),
        _ => Err(IdnaError::LastDirection),
    }
}

fn ends_right_to_left(class: BidiClass) -> bool {
    matches!(
        class,
        BidiClass::RightToLeft | BidiClass::ArabicLetter | BidiClass::EuropeanNumber | BidiClass::ArabicNumber
    )
}

fn ends_left_to_right(class: BidiClass) -> bool {
    matches!(class, BidiClass::LeftToRight | BidiClass::EuropeanNumber)
}

/// What may stand inside of a label of either direction.
fn is_neutral(class: BidiClass) -> bool {
    matches!(
        class,
        BidiClass::EuropeanSeparator
            | BidiClass::CommonSeparator
            | BidiClass::EuropeanTerminator
            | BidiClass::OtherNeutral
            | BidiClass::BoundaryNeutral
            | BidiClass::NonspacingMark
    )
}
