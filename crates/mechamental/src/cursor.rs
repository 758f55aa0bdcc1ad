//! Cursors: a directory's position, sealed for one list. A client can neither read sense into one, nor make one, nor use it
//! for another list than the one it came from.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use dialect::Position;

/// The form of the cursor; a later form gets another number.
const VERSION: u8 = 1;

/// Keeps what is sealed here apart from whatever else is sealed with the same secret.
const PURPOSE: &[u8] = b"mechamental.cursor";

/// The length of an HMAC-SHA-256.
const SEAL: usize = 32;

/// The list that a cursor belongs to: what was asked for, but not how many at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List<'a> {
    /// The workspace, as sent; the case of its digits does not count.
    pub(crate) workspace: &'a str,
    /// The search, as sent; empty for none.
    pub(crate) search: &'a str,
}

/// Makes and reads the cursors of an installation.
pub(crate) struct Cursors(hmac::Key);

impl Cursors {
    /// Cursors that are sealed with this secret.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The text for a position in a list: version, seal, position, in the URL-safe base64 of RFC 4648 §5 without padding.
    pub(crate) fn seal(&self, list: List<'_>, position: &Position) -> String {
        let seal = hmac::sign(&self.0, &sealed_text(list, position.0.as_bytes()));
        BASE64URL_NOPAD.encode(&[&[VERSION], seal.as_ref(), position.0.as_bytes()].concat())
    }

    /// Whether the text has the form of a cursor of this version, whatever list it may be of.
    pub(crate) fn has_form(cursor: &str) -> bool {
        parts(cursor).is_some()
    }

    /// The position in this list. `None` for a text that was not made for it here.
    pub(crate) fn open(&self, list: List<'_>, cursor: &str) -> Option<Position> {
        let (seal, position) = parts(cursor)?;
        let is_genuine = hmac::verify(&self.0, &sealed_text(list, position.as_bytes()), &seal).is_ok();
        is_genuine.then_some(Position(position))
    }
}

/// The seal and the position of a cursor of this version.
fn parts(cursor: &str) -> Option<(Vec<u8>, String)> {
    let Ok(bytes) = BASE64URL_NOPAD.decode(cursor.as_bytes()) else { return None };
    let (version, rest) = bytes.split_first()?;
    let (seal, position) = rest.split_at_checked(SEAL)?;
    match String::from_utf8(position.to_vec()) {
        Ok(position) if *version == VERSION => Some((seal.to_vec(), position)),
        Ok(_) | Err(_) => None,
    }
}

/// What the seal covers; each part with its length, so that no two lists have the same text.
fn sealed_text(list: List<'_>, position: &[u8]) -> Vec<u8> {
    let workspace = list.workspace.to_ascii_lowercase();
    let parts = [PURPOSE, &[VERSION], workspace.as_bytes(), list.search.as_bytes(), position];
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes(), *part].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: List<'static> = List { workspace: "w", search: "ada" };

    #[test]
    fn a_cursor_opens_for_its_own_list_only() {
        let cursors = Cursors::new(b"secret");
        let position = Position("at é".to_owned());
        let cursor = cursors.seal(LIST, &position);
        assert_eq!(cursors.open(LIST, &cursor), Some(position));
        for foreign in [
            List { workspace: "x", search: "ada" },
            List { workspace: "w", search: "" },
            List { workspace: "wa", search: "da" },
        ] {
            assert_eq!(cursors.open(foreign, &cursor), None, "{foreign:?}");
        }
        assert_eq!(Cursors::new(b"another").open(LIST, &cursor), None);
    }

    #[test]
    fn an_altered_or_foreign_text_is_no_cursor() {
        let cursors = Cursors::new(b"secret");
        let cursor = cursors.seal(LIST, &Position("ab".to_owned()));
        for at in 0..cursor.len() {
            for letter in ['A', 'B', 'Q', 'w', '_', '='] {
                let altered = format!("{}{letter}{}", &cursor[..at], &cursor[at + 1..]);
                assert!(altered == cursor || cursors.open(LIST, &altered).is_none(), "{altered}");
            }
            assert_eq!(cursors.open(LIST, &cursor[..at]), None);
        }
        for other in [format!("{cursor}="), format!("{cursor}A"), format!(" {cursor}"), "é".to_owned(), "2".to_owned()]
        {
            assert_eq!(cursors.open(LIST, &other), None, "{other}");
        }
    }
}
