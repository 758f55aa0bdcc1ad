//! The code points of a U-label: their class, computed from Unicode properties as RFC 5892 has
//! it, and the rules for those that depend on their neighbours (its appendix A).

use icu_properties::props::{
    ChangesWhenNfkcCasefolded, DefaultIgnorableCodePoint, GeneralCategory as Category, HangulSyllableType as Hangul,
    JoiningType as Joining, NoncharacterCodePoint, Script, WhiteSpace,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::char::canonical_combining_class;

use super::label::{IdnaError, Spot};
use super::unicode::is_unassigned;

/// Zero width non-joiner.
const ZWNJ: char = '\u{200c}';

/// Zero width joiner.
const ZWJ: char = '\u{200d}';

/// The canonical combining class of a virama.
const VIRAMA: u8 = 9;

/// Whether a code point may stand in a label.
enum Class {
    Valid,
    Joiner,
    Contextual,
    Disallowed,
}

/// Checks every code point of a label.
pub(super) fn check(label: &str) -> Result<(), IdnaError> {
    let chars: Vec<char> = label.chars().collect();
    for (index, c) in chars.iter().copied().enumerate() {
        if let Some(fault) = fault(c, &chars[..index], &chars[index + 1..]) {
            return Err(fault(Spot::new(c, index, label)));
        }
    }
    Ok(())
}

/// Which rule a code point breaks between the ones before and after it.
fn fault(c: char, before: &[char], after: &[char]) -> Option<fn(Spot) -> IdnaError> {
    match class(c) {
        Class::Joiner if before.last().copied().is_some_and(is_unassigned) => Some(IdnaError::UnknownNeighbour),
        Class::Joiner if !may_join(c, before, after) => Some(IdnaError::JoinerOutOfContext),
        Class::Contextual if !is_in_context(c, before, after) => Some(IdnaError::OutOfContext),
        Class::Disallowed => Some(IdnaError::Disallowed),
        Class::Valid | Class::Joiner | Class::Contextual => None,
    }
}

/// RFC 5892, section 3.
fn class(c: char) -> Class {
    match c {
        // Exceptions, 2.6.
        'ß' | 'ς' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => Class::Valid,
        '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}' => Class::Contextual,
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => Class::Contextual,
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => Class::Disallowed,
        // LDH, 2.5, and JoinControl, 2.8.
        'a'..='z' | '0'..='9' | '-' => Class::Valid,
        ZWNJ | ZWJ => Class::Joiner,
        _ if is_unstable(c) || is_ignorable(c) || is_old_jamo(c) => Class::Disallowed,
        _ if is_letter_or_digit(c) => Class::Valid,
        _ => Class::Disallowed,
    }
}

/// Unstable, 2.2: another character once compatibility and case are folded.
fn is_unstable(c: char) -> bool {
    CodePointSetData::new::<ChangesWhenNfkcCasefolded>().contains(c)
}

/// IgnorableProperties and IgnorableBlocks, 2.3 and 2.4.
fn is_ignorable(c: char) -> bool {
    let symbols = matches!(
        c,
        '\u{20d0}'..='\u{20ff}' | '\u{1d100}'..='\u{1d1ff}' | '\u{1d200}'..='\u{1d24f}'
    );
    symbols
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<WhiteSpace>().contains(c)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
}

/// OldHangulJamo, 2.9.
fn is_old_jamo(c: char) -> bool {
    matches!(CodePointMapData::<Hangul>::new().get(c), Hangul::LeadingJamo | Hangul::VowelJamo | Hangul::TrailingJamo)
}

/// LetterDigits, 2.1.
fn is_letter_or_digit(c: char) -> bool {
    matches!(
        CodePointMapData::<Category>::new().get(c),
        Category::LowercaseLetter
            | Category::UppercaseLetter
            | Category::OtherLetter
            | Category::ModifierLetter
            | Category::NonspacingMark
            | Category::SpacingMark
            | Category::DecimalNumber
    )
}

/// Appendix A.1 and A.2: a joiner follows a virama, a non-joiner may also stand between letters
/// that would join.
fn may_join(joiner: char, before: &[char], after: &[char]) -> bool {
    let virama = |c: &char| canonical_combining_class(*c) == VIRAMA;
    if before.last().is_some_and(virama) {
        return true;
    }
    let left = nearest_joining(before.iter().rev());
    let right = nearest_joining(after.iter());
    joiner == ZWNJ
        && matches!(left, Some(Joining::LeftJoining | Joining::DualJoining))
        && matches!(right, Some(Joining::RightJoining | Joining::DualJoining))
}

/// The joining type of the first character that is not transparent.
fn nearest_joining<'a>(chars: impl Iterator<Item = &'a char>) -> Option<Joining> {
    let types = CodePointMapData::<Joining>::new();
    chars.map(|c| types.get(*c)).find(|joining| *joining != Joining::Transparent)
}

/// Appendix A.3 to A.9.
fn is_in_context(c: char, before: &[char], after: &[char]) -> bool {
    let neighbours = || before.iter().chain(after);
    match c {
        '\u{b7}' => before.last() == Some(&'l') && after.first() == Some(&'l'),
        '\u{375}' => after.first().is_some_and(|c| script(*c) == Script::Greek),
        '\u{5f3}' | '\u{5f4}' => before.last().is_some_and(|c| script(*c) == Script::Hebrew),
        '\u{30fb}' => neighbours().any(|c| is_japanese(*c)),
        '\u{660}'..='\u{669}' => !neighbours().any(|c| matches!(c, '\u{6f0}'..='\u{6f9}')),
        _ => !neighbours().any(|c| matches!(c, '\u{660}'..='\u{669}')),
    }
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

/// A character of the scripts among which the Katakana middle dot is at home, other than itself.
fn is_japanese(c: char) -> bool {
    let script = script(c);
    c != '\u{30fb}' && [Script::Hiragana, Script::Katakana, Script::Han].contains(&script)
}
