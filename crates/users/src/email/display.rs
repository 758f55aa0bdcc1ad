//! How a character or a text is written in a reason, so that nothing invisible is in it.

use super::unicode::{is_mark, is_printable, is_unassigned};

/// A character in quotes if it has a form of its own, else its Unicode name or its number.
pub(super) fn shown(c: char) -> String {
    if c == '\\' {
        return "\"\\\"".to_owned();
    }
    if c != ' ' && is_printable(c) && !is_mark(c) {
        return literal(c.encode_utf8(&mut [0; 4]));
    }
    let name = unicode_names2::name(c).filter(|_| !is_unassigned(c));
    name.map_or_else(|| number(c), |name| name.to_string())
}

fn number(c: char) -> String {
    match u32::from(c) {
        code @ ..0xffff => format!("U+{code:04X}"),
        code => format!("U+{code:08X}"),
    }
}

/// The text as a string literal of Python, in which some reasons quote it.
pub(super) fn literal(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let inner: String = text.chars().map(|c| escaped(c, quote)).collect();
    format!("{quote}{inner}{quote}")
}

fn escaped(c: char, quote: char) -> String {
    match c {
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\\' => "\\\\".to_owned(),
        _ if c == quote => format!("\\{c}"),
        _ if is_printable(c) => c.to_string(),
        _ => escaped_number(u32::from(c)),
    }
}

fn escaped_number(code: u32) -> String {
    match code {
        ..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}
