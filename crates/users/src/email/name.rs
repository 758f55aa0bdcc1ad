//! The form `Name <address>`, of which only the address counts.

use super::chars::is_atext;
use super::unicode::{is_space, is_word};

/// The address in a text with or without a name in front, the spaces around it trimmed.
pub(super) fn drop_name(text: &str) -> &str {
    in_brackets(text).unwrap_or(text).trim_matches(is_space)
}

/// What stands between the angle brackets; `None` if the text is not wholly of that form.
fn in_brackets(text: &str) -> Option<&str> {
    let text = text.trim_matches(is_space).strip_suffix('>')?;
    match text.strip_prefix('"') {
        Some(quoted) => after_quoted_name(quoted),
        None => after_plain_name(text),
    }
}

/// The name is words of ordinary characters, or absent.
fn after_plain_name(text: &str) -> Option<&str> {
    let (name, address) = text.split_once('<')?;
    let plain = |c| is_atext(c) || c == '.' || is_word(c) || is_space(c);
    (name.chars().all(plain) && !address.is_empty()).then_some(address)
}

/// The name is any text up to the last quote that an opening bracket follows.
fn after_quoted_name(text: &str) -> Option<&str> {
    text.rmatch_indices('"').filter(|(at, _)| *at > 0).find_map(|(at, quote)| {
        let rest = text.get(at + quote.len()..)?;
        rest.trim_start_matches(is_space).strip_prefix('<').filter(|address| !address.is_empty())
    })
}
