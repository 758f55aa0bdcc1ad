//! What clients call themselves, as far as it is kept.

use std::borrow::Cow;

use users::usage::AGENT_BYTES;

/// The beginning of a `User-Agent`, without control characters. Most are plain, and kept as they are.
pub fn kept(sent: &[u8]) -> Cow<'_, str> {
    let beginning = &sent[..sent.len().min(AGENT_BYTES)];
    // To the end in any case: several bytes at a time are looked at then.
    let is_plain = beginning.iter().fold(true, |plain, byte| plain & (byte.wrapping_sub(b' ') <= b'~' - b' '));
    match std::str::from_utf8(beginning) {
        Ok(plain) if is_plain => Cow::Borrowed(plain),
        Ok(_) | Err(_) => Cow::Owned(cleaned(sent)),
    }
}

fn cleaned(sent: &[u8]) -> String {
    let mut text = String::with_capacity(AGENT_BYTES);
    for chunk in sent.utf8_chunks() {
        let damage = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        for sign in chunk.valid().chars().chain(damage).filter(|sign| !sign.is_control()) {
            if text.len() + sign.len_utf8() > AGENT_BYTES {
                return text;
            }
            text.push(sign);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let long = "x".repeat(200);
        let wide = "é".repeat(100);
        for (sent, expected) in [
            (&b"curl/8.5.0"[..], "curl/8.5.0"),
            (b"", ""),
            (long.as_bytes(), &long[..128]),
            (wide.as_bytes(), &wide[..128]),
            (format!("a{wide}").as_bytes(), &format!("a{}", &wide[..126])),
            (b"a\tb\x7f\x00c\xc2\x85d", "abcd"),
            (b"a\xffb", "a\u{fffd}b"),
        ] {
            assert_eq!(kept(sent), expected);
        }
    }

    #[test]
    fn any_bytes_make_a_short_text_without_controls() {
        // Every pair of bytes, after beginnings of several lengths.
        for before in [0, 1, 125, 126, 127, 128, 200] {
            for (one, other) in (0..=255).flat_map(|one| (0..=255).map(move |other| (one, other))) {
                let sent = [&vec![b'x'; before][..], &[one, other], "é".as_bytes()].concat();
                let kept = kept(&sent);
                assert!(kept.len() <= AGENT_BYTES && !kept.chars().any(char::is_control), "{before} {one} {other}");
            }
        }
    }
}
