//! Cuts what is read into lines. None is ever held that is longer than a line may be.

use std::io::{self, BufRead};

/// The most bytes of a line. The three free objects of a user have 256 KiB each at most, as compact text.
pub const LONGEST: usize = 2 << 20;

/// What some editors begin a file with. It is no part of the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A line; it is in the buffer, without its end.
    Line,
    /// One that is too long; its bytes are gone.
    TooLong,
    /// Nothing: this was all.
    End,
}

/// Cuts lines, and counts.
pub struct Lines<R> {
    input: R,
    /// The lines so far, those included that were read before.
    pub number: u64,
    /// Their bytes.
    pub offset: u64,
}

impl<R: BufRead> Lines<R> {
    /// Behind so many lines of so many bytes.
    pub fn behind(input: R, number: u64, offset: u64) -> Self {
        Self { input, number, offset }
    }

    /// Reads the next line into the buffer. The last one may lack its end. A carriage return before an end is left there: it is
    /// space to JSON.
    ///
    /// # Errors
    /// As the input's.
    pub fn next_into(&mut self, line: &mut Vec<u8>) -> io::Result<Found> {
        line.clear();
        let (mut length, mut is_ended) = (0_u64, false);
        while !is_ended {
            let available = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            if line.len() + part.len() <= LONGEST {
                line.extend_from_slice(part);
            } else {
                // One byte too many marks the line; no more of it is kept.
                line.resize(LONGEST + 1, 0);
            }
            is_ended = end.is_some();
            let read = part.len() + usize::from(is_ended);
            length += read as u64;
            self.input.consume(read);
        }
        if length == 0 {
            return Ok(Found::End);
        }
        if self.offset == 0 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        self.number += 1;
        self.offset += length;
        Ok(if line.len() > LONGEST { Found::TooLong } else { Found::Line })
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(input: &[u8], capacity: usize) -> Vec<(Found, Vec<u8>, u64, u64)> {
        let mut lines = Lines::behind(BufReader::with_capacity(capacity, input), 0, 0);
        let (mut found, mut line) = (Vec::new(), Vec::new());
        loop {
            match lines.next_into(&mut line).expect("memory can be read") {
                Found::End => return found,
                kind => found.push((kind, line.clone(), lines.number, lines.offset)),
            }
        }
    }

    #[test]
    fn lines_are_cut_and_counted() {
        for capacity in [1, 2, 3, 1_000] {
            let found = all(b"\xef\xbb\xbfone\r\n\n\xef\xbb\xbftwo", capacity);
            let expected = [("one\r", 1, 8), ("", 2, 9), ("\u{feff}two", 3, 15)];
            assert_eq!(found.len(), expected.len());
            for ((kind, bytes, number, offset), expected) in found.into_iter().zip(expected) {
                assert_eq!(kind, Found::Line);
                assert_eq!((bytes.as_slice(), number, offset), (expected.0.as_bytes(), expected.1, expected.2));
            }
            assert!(all(b"", capacity).is_empty());
            assert_eq!(all(b"\n", capacity).len(), 1);
        }
    }

    #[test]
    fn a_line_has_its_limit_and_the_next_is_read() {
        for (length, kind) in [(LONGEST, Found::Line), (LONGEST + 1, Found::TooLong), (5 * LONGEST, Found::TooLong)] {
            let mut input = vec![b'x'; length];
            input.extend_from_slice(b"\nnext\n");
            let found = all(&input, 64 << 10);
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].0, kind);
            assert!(found[0].1.len() <= LONGEST + 1);
            assert_eq!((found[1].1.as_slice(), found[1].2, found[1].3), (&b"next"[..], 2, input.len() as u64));
        }
    }
}
