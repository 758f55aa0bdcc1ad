//! An IP address in square brackets in place of the domain, which is never accepted; the reason
//! tells whether it would be a valid one.

use super::EmailError;
use super::chars::refuse_others;
use super::display::literal as quoted;

/// The number of 16-bit parts of an IPv6 address.
const PARTS: usize = 8;

/// Why the text between the brackets is refused.
pub(super) fn refusal(text: &str) -> EmailError {
    match check(text) {
        Ok(()) => EmailError::new("A bracketed IP address after the @-sign is not allowed here."),
        Err(error) => error,
    }
}

fn check(text: &str) -> Result<(), EmailError> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return check_ipv4(text).map_err(|fault| {
            EmailError::new(format!(
                "The address in brackets after the @-sign is not valid: It is not an IPv4 address \
                 ({fault}) or is missing an address literal tag."
            ))
        });
    }
    match text.split_once(':') {
        Some((tag, address)) if tag.eq_ignore_ascii_case("ipv6") => check_ipv6(address).map_err(|fault| {
            EmailError::new(format!("The IPv6 address in brackets after the @-sign is not valid ({fault})."))
        }),
        Some(_) => Err(unknown_tag(text)),
        None => Err(EmailError::new(
            "The part after the @-sign in brackets is not an IPv4 address and has no address \
             literal tag.",
        )),
    }
}

fn unknown_tag(text: &str) -> EmailError {
    let others = refuse_others(
        text,
        |c| matches!(c, '!'..='\u{fa}'),
        "The part after the @-sign contains invalid characters in brackets",
    );
    others.err().unwrap_or_else(|| {
        EmailError::new("The part after the @-sign contains an invalid address literal tag in brackets.")
    })
}

fn check_ipv4(text: &str) -> Result<(), String> {
    if text.split('.').count() != 4 {
        return Err(format!("Expected 4 octets in {}", quoted(text)));
    }
    text.split('.').try_for_each(check_octet).map_err(|fault| format!("{fault} in {}", quoted(text)))
}

fn check_octet(octet: &str) -> Result<(), String> {
    if octet.is_empty() {
        return Err("Empty octet not permitted".to_owned());
    }
    if !octet.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("Only decimal digits permitted in {}", quoted(octet)));
    }
    if octet.len() > 3 {
        return Err(format!("At most 3 characters permitted in {}", quoted(octet)));
    }
    if octet != "0" && octet.starts_with('0') {
        return Err(format!("Leading zeros are not permitted in {}", quoted(octet)));
    }
    // Three digits are less than 256 exactly if they are a u8.
    if octet.parse::<u8>().is_err() {
        return Err(format!("Octet {octet} (> 255) not permitted"));
    }
    Ok(())
}

fn check_ipv6(text: &str) -> Result<(), String> {
    if text.contains('/') {
        return Err(format!("Unexpected '/' in {}", quoted(text)));
    }
    match text.split_once('%') {
        Some((_, zone)) if zone.is_empty() || zone.contains('%') => {
            Err(format!("Invalid IPv6 address: \"{}\"", quoted(text)))
        }
        Some((address, _)) => {
            check_parts(address)?;
            Err("It has a zone index".to_owned())
        }
        None => check_parts(text),
    }
}

fn check_parts(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("Address cannot be empty".to_owned());
    }
    let mut parts: Vec<&str> = text.split(':').collect();
    if parts.len() < 3 {
        return Err(format!("At least 3 parts expected in {}", quoted(text)));
    }
    if let Some(ipv4) = parts.pop_if(|last| last.contains('.')) {
        check_ipv4(ipv4).map_err(|fault| format!("{fault} in {}", quoted(text)))?;
        // Its four octets are as many bits as two parts.
        parts.extend(["0", "0"]);
    }
    check_colons(&parts).map_err(|fault| format!("{fault} in {}", quoted(text)))?;
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .try_for_each(|part| check_hextet(part))
        .map_err(|fault| format!("{fault} in {}", quoted(text)))
}

/// Whether there are eight parts, or fewer and one `::` for those that are left out.
fn check_colons(parts: &[&str]) -> Result<(), String> {
    if parts.len() > PARTS + 1 {
        return Err(format!("At most {PARTS} colons permitted"));
    }
    let [first, inner @ .., last] = parts else {
        return Ok(());
    };
    let mut skips = inner.iter().enumerate().filter(|(_, part)| part.is_empty());
    let skip = skips.next().map(|(index, _)| index);
    if skips.next().is_some() {
        return Err("At most one '::' permitted".to_owned());
    }
    if skip.is_none() && parts.len() != PARTS {
        return Err(format!("Exactly {PARTS} parts expected without '::'"));
    }
    if first.is_empty() && skip != Some(0) {
        return Err("Leading ':' only permitted as part of '::'".to_owned());
    }
    if last.is_empty() && skip.is_none_or(|index| index + 1 != inner.len()) {
        return Err("Trailing ':' only permitted as part of '::'".to_owned());
    }
    let written = parts.iter().filter(|part| !part.is_empty()).count();
    if skip.is_some() && written >= PARTS {
        return Err(format!("Expected at most {} other parts with '::'", PARTS - 1));
    }
    Ok(())
}

fn check_hextet(part: &str) -> Result<(), String> {
    if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(format!("Only hex digits permitted in {}", quoted(part)));
    }
    if part.len() > 4 {
        return Err(format!("At most 4 characters permitted in {}", quoted(part)));
    }
    Ok(())
}
