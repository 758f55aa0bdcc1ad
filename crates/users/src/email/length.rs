//! The limits on lengths and the sentences about what exceeds them.

use super::EmailError;

/// The longest text that is looked at, in characters.
const MAX_INPUT: usize = 2048;

/// The longest address that mail can be sent to, in bytes (RFC 5321, 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;

/// Refuses a text of which no address could be made, before any work is done on it.
pub(super) fn check_input(text: &str) -> Result<(), EmailError> {
    if text.chars().count() > MAX_INPUT {
        return Err(EmailError::new(format!("Length must not exceed {MAX_INPUT} characters")));
    }
    Ok(())
}

/// Refuses an address that is too long in any of the forms in which it may be used.
pub(super) fn check_address(written: &str, normalised: &str, ascii: &str) -> Result<(), EmailError> {
    if let Some(excess) = excess(written) {
        return too_long(&too_many_characters(written, excess));
    }
    if let Some(excess) = excess(normalised) {
        return too_long(&format!("after normalization {}", too_many_bytes(excess)));
    }
    if let Some(excess) = excess(ascii) {
        return too_long(&format!(
            "when the part after the @-sign is converted to IDNA ASCII {}",
            too_many_bytes(excess)
        ));
    }
    Ok(())
}

/// "(3 characters too many)".
pub(super) fn too_many(length: usize, limit: usize) -> String {
    let excess = length.saturating_sub(limit);
    format!("({excess} character{} too many)", plural(excess))
}

/// The ending of a noun after a number.
pub(super) fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn excess(address: &str) -> Option<usize> {
    address.len().checked_sub(MAX_ADDRESS).filter(|bytes| *bytes > 0)
}

/// The number of characters to take away depends on how many bytes each of them has.
fn too_many_characters(address: &str, excess: usize) -> String {
    let widest = address.chars().map(char::len_utf8).max().unwrap_or(1);
    let least = (excess / widest).max(1);
    let number = if least == excess { excess.to_string() } else { format!("{least}-{excess}") };
    format!("({number} character{} too many)", plural(excess))
}

fn too_many_bytes(excess: usize) -> String {
    format!("({excess} byte{} too many)", plural(excess))
}

fn too_long(how: &str) -> Result<(), EmailError> {
    Err(EmailError::new(format!("The email address is too long {how}.")))
}
