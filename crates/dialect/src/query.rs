//! Query strings.

use percent_encoding::percent_decode;

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

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let read = pairs("a=1&b&&c=%41+%2B;d=%zz&a=%ff&=x&e==");
        let expected = [("a", "1"), ("b", ""), ("c", "A +;d=%zz"), ("a", "\u{fffd}"), ("", "x"), ("e", "=")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
