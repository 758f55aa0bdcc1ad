//! Numbers: kept as their literal, once it is sure that a double can hold them.

use super::{DecodeError, EXPECTING_VALUE, Reader};

impl Reader<'_> {
    /// The literal of the number here. As in Python, it ends before a fraction or an exponent that has no
    /// digits, so that `1.` is a number and extra data.
    pub(super) fn number(&mut self) -> Result<String, DecodeError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.malformed(EXPECTING_VALUE, start));
        }
        self.optional(|reader| reader.take(b'.'));
        self.optional(|reader| {
            let has_mark = reader.take(b'e') || reader.take(b'E');
            let _signed = has_mark && (reader.take(b'+') || reader.take(b'-'));
            has_mark
        });
        let literal = &self.text[start..self.at];
        match literal.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(literal.to_owned()),
            Ok(_) | Err(_) => Err(DecodeError::Unreadable("a number is too large")),
        }
    }

    /// Steps over what `introduction` and digits make, or over nothing.
    fn optional(&mut self, introduction: impl Fn(&mut Self) -> bool) {
        let start = self.at;
        if !introduction(self) || self.digits() == 0 {
            self.at = start;
        }
    }

    /// Steps over ASCII digits, and tells how many.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }
}
