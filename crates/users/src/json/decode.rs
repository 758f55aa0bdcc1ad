//! The decoder. Its messages and positions are those of Python's `json` module (CPython 3.11), which clients
//! of services built on it know. Where that module is lenient, this one is not: no member twice, no `NaN` or
//! `Infinity`, no lone surrogates, no number beyond a double, UTF-8 only, and bounded nesting.

mod number;
mod string;

use std::collections::HashSet;

use super::Json;

/// The deepest nesting that is read; the outermost value is at depth 1.
pub const MAX_DEPTH: usize = 64;

/// Why bytes are no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The text stops being JSON at a character.
    #[error("{message} at character {position}")]
    Malformed {
        /// What was expected or found there.
        message: &'static str,
        /// Code points before that place.
        position: usize,
    },
    /// The bytes cannot be read as the JSON that diglot takes: not UTF-8, or nested too deeply.
    #[error("the body cannot be read: {0}")]
    Unreadable(&'static str),
}

const EXPECTING_VALUE: &str = "Expecting value";
const EXPECTING_NAME: &str = "Expecting property name enclosed in double quotes";
const EXPECTING_COLON: &str = "Expecting ':' delimiter";
const EXPECTING_COMMA: &str = "Expecting ',' delimiter";
const EXTRA_DATA: &str = "Extra data";
const DUPLICATE_NAME: &str = "Duplicate property name";

/// Decodes one JSON value.
///
/// # Errors
/// The first place where the text stops being JSON, or the first thing in it that cannot be read. Only the
/// encoding is looked at ahead of everything else.
pub fn decode(bytes: &[u8]) -> Result<Json, DecodeError> {
    let mut reader = Reader { text: text_of(bytes)?, at: 0 };
    reader.skip_space();
    let value = reader.value(1)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.malformed(EXTRA_DATA, reader.at)),
    }
}

/// The text, if it is UTF-8 and says so: JSON in UTF-16 or UTF-32 has a zero among its first two bytes
/// (RFC 4627 §3), and a byte order mark is no part of JSON (RFC 8259 §8.1).
fn text_of(bytes: &[u8]) -> Result<&str, DecodeError> {
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => return Err(DecodeError::Unreadable("it begins with a byte order mark")),
        [0, _] | [_, 0] | [0, _, _, _, ..] | [_, 0, _, _, ..] => {
            return Err(DecodeError::Unreadable("it is not encoded in UTF-8"));
        }
        _ => {}
    }
    std::str::from_utf8(bytes).map_err(|_| DecodeError::Unreadable("it is not encoded in UTF-8"))
}

/// The text, and the place that was reached in it, in bytes.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Clients count characters, so bytes are turned into code points once, when there is something to report.
    fn malformed(&self, message: &'static str, at: usize) -> DecodeError {
        let position = self.text.bytes().take(at).filter(|byte| !is_continuation(*byte)).count();
        DecodeError::Malformed { message, position }
    }

    fn value(&mut self, depth: usize) -> Result<Json, DecodeError> {
        match self.peek() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{' | b'[') if depth > MAX_DEPTH => Err(DecodeError::Unreadable("it is nested too deeply")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<Json, DecodeError> {
        let literals = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        let rest = &self.text.as_bytes()[self.at..];
        match literals.into_iter().find(|(name, _)| rest.starts_with(name.as_bytes())) {
            Some((name, value)) => {
                self.at += name.len();
                Ok(value)
            }
            None => Err(self.malformed(EXPECTING_VALUE, self.at)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, DecodeError> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.closes(b']')? {
                return Ok(Json::Array(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, DecodeError> {
        let mut members = Vec::new();
        let mut names = Names::default();
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.malformed(EXPECTING_NAME, start));
            }
            let name = self.string()?;
            if names.is_known(&members, &name) {
                return Err(self.malformed(DUPLICATE_NAME, start));
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(self.malformed(EXPECTING_COLON, self.at));
            }
            self.skip_space();
            members.push((name, self.value(depth + 1)?));
            if self.closes(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    /// Behind an item: whether the array or object ends here. If not, the reader stands at the next item.
    fn closes(&mut self, end: u8) -> Result<bool, DecodeError> {
        self.skip_space();
        if self.take(end) {
            return Ok(true);
        }
        if !self.take(b',') {
            return Err(self.malformed(EXPECTING_COMMA, self.at));
        }
        self.skip_space();
        Ok(false)
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// The names of one object. Few are compared one by one; many are hashed, so that a large object still takes
/// linear time.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    const FEW: usize = 16;

    /// Whether `name` is already among the members; if not, it counts as one from now on.
    fn is_known(&mut self, members: &[(String, Json)], name: &str) -> bool {
        if members.len() < Self::FEW {
            return members.iter().any(|(known, _)| known == name);
        }
        if self.0.is_empty() {
            self.0.extend(members.iter().map(|(known, _)| known.clone()));
        }
        !self.0.insert(name.to_owned())
    }
}

#[cfg(test)]
mod tests;
