//! Strings, their escapes resolved.

use super::{DecodeError, Reader};

const UNTERMINATED: &str = "Unterminated string starting at";
const CONTROL_CHARACTER: &str = "Invalid control character at";
const BAD_ESCAPE: &str = "Invalid \\escape";
const BAD_UNICODE_ESCAPE: &str = "Invalid \\uXXXX escape";

/// The four digits of a `\u` escape.
const DIGITS: usize = 4;

/// What an escape stands for.
enum Escape {
    Character(char),
    /// Half of a surrogate pair, and where its `u` is.
    LoneSurrogate(usize),
}

impl Reader<'_> {
    /// The string whose opening quote is here.
    pub(super) fn string(&mut self) -> Result<String, DecodeError> {
        let start = self.at;
        let mut value = String::new();
        // Python takes lone surrogates; so whatever it finds in the rest of the string comes first.
        let mut lone_surrogate = None;
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ');
            let Some(length) = plain else { return Err(self.malformed(UNTERMINATED, start)) };
            value.push_str(&rest[..length]);
            self.at += length;
            match rest.as_bytes()[length] {
                b'"' => {
                    self.at += 1;
                    return match lone_surrogate {
                        Some(at) => Err(self.malformed(BAD_UNICODE_ESCAPE, at)),
                        None => Ok(value),
                    };
                }
                b'\\' => match self.escape(start)? {
                    Escape::Character(character) => value.push(character),
                    Escape::LoneSurrogate(at) => _ = lone_surrogate.get_or_insert(at),
                },
                _ => return Err(self.malformed(CONTROL_CHARACTER, self.at)),
            }
        }
    }

    /// What the escape here stands for; `start` is where the string began.
    fn escape(&mut self, start: usize) -> Result<Escape, DecodeError> {
        let backslash = self.at;
        self.at += 1;
        let Some(kind) = self.peek() else { return Err(self.malformed(UNTERMINATED, start)) };
        let plain = match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.malformed(BAD_ESCAPE, backslash)),
        };
        self.at += 1;
        Ok(Escape::Character(plain))
    }

    /// What the escape with its `u` here stands for: one escape, or two that are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<Escape, DecodeError> {
        let start = self.at;
        let first = self.code_unit()?;
        let behind_first = self.at;
        let mut units = vec![first];
        if is_high_surrogate(first) && self.text[self.at..].starts_with("\\u") {
            self.at += 1;
            units.push(self.code_unit()?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(character)) => Ok(Escape::Character(character)),
            Some(Err(_)) | None => {
                self.at = behind_first;
                Ok(Escape::LoneSurrogate(start))
            }
        }
    }

    /// The UTF-16 code unit that the digits behind the `u` here name. Python wants more text behind the
    /// digits, and says so with the same message.
    fn code_unit(&mut self) -> Result<u16, DecodeError> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start + 1..];
        let digits = rest.split_at_checked(DIGITS).filter(|(_, behind)| !behind.is_empty());
        let value = digits.and_then(|(digits, _)| {
            digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
        });
        match value.map(u16::try_from) {
            Some(Ok(unit)) => {
                self.at += 1 + DIGITS;
                Ok(unit)
            }
            Some(Err(_)) | None => Err(self.malformed(BAD_UNICODE_ESCAPE, start)),
        }
    }
}

fn is_high_surrogate(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}
