//! How often something may happen, as people write it.

pub use users::rate::{FORM, Rate};

use super::read::Reader;

/// Reads a whole number, not zero, with a unit: n/s, n/min or n/h. `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Rate> {
    Rate::parse(text)
}

/// Reads a rate, where an empty text stands for none.
pub fn optional(reader: &mut Reader<'_>, key: &str, text: &str) -> Option<Option<Rate>> {
    if text.is_empty() {
        return Some(None);
    }
    reader.require(key, parse(text), format!("empty for none, or {FORM}")).map(Some)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn forms() {
        for (text, count, seconds) in [("1/s", 1, 1), ("100/min", 100, 60), ("5000/h", 5_000, 3_600)] {
            let rate = parse(text).expect(text);
            assert_eq!((rate.count.get(), rate.per, rate.text().as_str()), (count, Duration::from_secs(seconds), text));
        }
        for wrong in [
            "",
            "100",
            "/s",
            "0/s",
            "-1/s",
            "+1/s",
            "1.5/s",
            "1 /s",
            "1/ s",
            "1/m",
            "1/d",
            "1/S",
            "10000001/s",
            "1/s/s",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
