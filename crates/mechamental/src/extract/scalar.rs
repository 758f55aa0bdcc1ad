//! Integers in texts, and what is taken for a boolean: the grammar of Pydantic's lax mode.

use users::Json;

use crate::errors::Rule;

/// More digits than that are not read.
const MAX_DIGITS: usize = 4_300;

/// The texts that are read as true, in any case.
pub(super) const YES: [&str; 6] = ["true", "t", "1", "yes", "y", "on"];

/// The texts that are read as false, in any case.
pub(super) const NO: [&str; 6] = ["false", "f", "0", "no", "n", "off"];

/// Reads an integer from a text. White space around it, a plus sign, leading zeros, single underscores between digits and a
/// fraction of zeros are fine. What an `i64` cannot hold becomes its least or greatest value.
///
/// # Errors
/// `IntParsing`, or, for a text that begins with too many digits, `IntParsingSize`.
pub(crate) fn integer(text: &str) -> Result<i64, Rule> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if !unsigned.starts_with('0') && leading_digits(unsigned) > MAX_DIGITS {
        return Err(Rule::IntParsingSize);
    }
    cleaned(text.trim()).as_deref().and_then(plain_integer).ok_or(Rule::IntParsing)
}

/// An integer without the decoration that is allowed. As in Pydantic, zeros may stand before a minus sign.
fn cleaned(text: &str) -> Option<String> {
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) if rest.starts_with('-') => return None,
        (Some(rest), _) => ("", rest),
        (None, Some(rest)) => ("-", rest),
        (None, None) => ("", text),
    };
    let text = format!("{sign}{}", without_leading_zeros(digits)?);
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => &text,
    };
    let is_joined = !whole.starts_with('_') && !whole.ends_with('_') && !whole.contains("__");
    is_joined.then(|| whole.replace('_', ""))
}

/// The text from its first significant digit, or from the zero before something else.
fn without_leading_zeros(text: &str) -> Option<&str> {
    let significant = text.trim_start_matches(['0', '_']);
    match significant.bytes().next() {
        Some(b'1'..=b'9' | b'-') if !text.starts_with('_') => Some(significant),
        Some(b'.') | None if text.starts_with('0') => text.get(text.len() - significant.len() - 1..),
        _ => None,
    }
}

/// An integer in its plain form: no sign but `-`, no leading zeros, not too many digits.
fn plain_integer(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let is_plain = leading_digits(digits) == digits.len() && (digits == "0" || !digits.starts_with('0'));
    if digits.is_empty() || digits.len() > MAX_DIGITS || !is_plain {
        return None;
    }
    let append = |value: i64, digit: u8| value.saturating_mul(10).saturating_add(sign * i64::from(digit - b'0'));
    Some(digits.bytes().fold(0, append))
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Reads a boolean from a member of the body.
///
/// # Errors
/// `BoolParsing` for a text or an integer that means neither, `BoolType` for anything else.
pub(crate) fn boolean(value: &Json) -> Result<bool, Rule> {
    match value {
        Json::Bool(value) => Ok(*value),
        Json::String(text) if YES.iter().any(|yes| text.eq_ignore_ascii_case(yes)) => Ok(true),
        Json::String(text) if NO.iter().any(|no| text.eq_ignore_ascii_case(no)) => Ok(false),
        Json::String(_) => Err(Rule::BoolParsing),
        Json::Number(literal) => match small_integer(literal) {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            Some(_) => Err(Rule::BoolParsing),
            None => Err(Rule::BoolType),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => Err(Rule::BoolType),
    }
}

/// The number, if it is whole and fits an `i64`; written as a fraction or with an exponent, the least `i64` does not.
fn small_integer(literal: &str) -> Option<i64> {
    match literal.parse::<i64>() {
        Ok(value) => Some(value),
        Err(_) if !literal.contains(['.', 'e', 'E']) => None,
        Err(_) => match literal.parse::<f64>() {
            Ok(value) if value.fract() == 0.0 && value.abs() < 2_f64.powi(63) => Some(value as i64),
            Ok(_) | Err(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use users::json::decode;

    #[test]
    fn integers() {
        for (text, value) in [
            ("7", 7),
            (" +7\n", 7),
            ("007", 7),
            ("1_0", 10),
            ("5.00", 5),
            ("-0", 0),
            ("-012", -12),
            ("0__1", 1),
            ("0-1", -1),
            ("0.0", 0),
            ("\u{3000}5\u{a0}", 5),
            ("99999999999999999999", i64::MAX),
            ("-99999999999999999999", i64::MIN),
        ] {
            assert_eq!(integer(text), Ok(value), "{text}");
        }
        for text in [
            "", " ", "-", "+", "+-1", "--1", "5.", ".5", "5.5", "1e2", "0x10", "1__0", "_1", "1_", "-_1", "true", "٣",
            "1 0", "0-01", "\u{1c}5",
        ] {
            assert_eq!(integer(text), Err(Rule::IntParsing), "{text}");
        }
    }

    #[test]
    fn too_many_digits() {
        let ones = |count: usize| "1".repeat(count);
        assert_eq!(integer(&ones(4_300)), Ok(i64::MAX));
        assert_eq!(integer(&ones(4_301)), Err(Rule::IntParsingSize));
        assert_eq!(integer(&format!("-{}x", ones(4_301))), Err(Rule::IntParsingSize));
        assert_eq!(integer(&format!(" {}", ones(4_301))), Err(Rule::IntParsing));
        assert_eq!(integer(&format!("{}1", "0".repeat(9_000))), Ok(1));
    }

    #[test]
    fn booleans() {
        let read = |text: &str| boolean(&decode(text.as_bytes()).expect("JSON"));
        for (texts, expected) in [
            (vec!["true", "1", "1.0", "10e-1", r#""TRUE""#, r#""oN""#, r#""1""#, r#""y""#], Ok(true)),
            (vec!["false", "0", "-0", "-0.0", r#""F""#, r#""off""#, r#""No""#], Ok(false)),
            (vec!["2", "-1", "2.0", "1e18", r#""""#, r#"" true""#, r#""1.0""#, r#""2""#], Err(Rule::BoolParsing)),
            (
                vec!["0.5", "1e19", "-9223372036854775808.0", "9223372036854775808", "null", "[]", "{}"],
                Err(Rule::BoolType),
            ),
        ] {
            for text in texts {
                assert_eq!(read(text), expected, "{text}");
            }
        }
    }
}
