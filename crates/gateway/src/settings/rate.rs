//! How often something may happen, as people write it.

use std::num::NonZeroU32;
use std::time::Duration;

use super::read::Reader;

/// What [`parse`] reads, for messages.
pub const FORM: &str = "a rate such as 10/s, 100/min or 5000/h";

/// So many at once, and so many again in each such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In which time.
    pub per: Duration,
}

impl Rate {
    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let unit = UNITS.iter().find(|(_, seconds)| self.per == Duration::from_secs(*seconds));
        unit.map_or_else(|| format!("{}/{:?}", self.count, self.per), |(unit, _)| format!("{}/{unit}", self.count))
    }
}

const UNITS: [(&str, u64); 3] = [("s", 1), ("min", 60), ("h", 3_600)];

/// The most that can be counted: it keeps what is between two requests well above a clock's tick.
const MOST: u32 = 10_000_000;

/// Reads a whole number, not zero, with a unit: n/s, n/min or n/h. `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Rate> {
    let (number, unit) = text.split_once('/')?;
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    let count = number.parse().ok().filter(|count: &NonZeroU32| is_number && count.get() <= MOST)?;
    let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
    Some(Rate { count, per: Duration::from_secs(*seconds) })
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
