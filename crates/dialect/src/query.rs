//! Query strings.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// What stays as it is: the unreserved characters (RFC 3986 §2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters in the order in which they were sent: `&` separates them, `+` is a space, a name without `=` has the empty
/// value, a bad percent escape stays as it is, and bytes that are no UTF-8 read as U+FFFD
/// (the rules of the WHATWG URL standard §5.1, but that empty names are kept when they have a value).
#[must_use]
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let given = query.split('&').filter(|pair| !pair.is_empty());
    given
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The query that says these parameters in this order.
#[must_use]
pub fn write(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A text as it stands in a query, or as one segment of a path.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms() {
        let read = pairs("a=1&b&&c=%41+%2B;d=%zz&a=%ff&=x&e==");
        let expected = [("a", "1"), ("b", ""), ("c", "A +;d=%zz"), ("a", "\u{fffd}"), ("", "x"), ("e", "=")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_has_a_meaning_is_encoded() {
        assert_eq!(
            write(&[("a", "x-1.2_~"), ("b c", "<\"&=+%#?é>"), ("d", "")]),
            "a=x-1.2_~&b%20c=%3C%22%26%3D%2B%25%23%3F%C3%A9%3E&d="
        );
        assert_eq!(write(&[]), "");
    }

    proptest! {
        #[test]
        fn a_query_reads_back_as_it_was_written(parameters in vec((any::<String>(), any::<String>()), 0..5)) {
            let given: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let written = write(&given);
            prop_assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%=&".contains(&byte)));
            prop_assert_eq!(pairs(&written), parameters);
        }
    }
}
