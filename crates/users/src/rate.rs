//! How often something may happen.

use std::num::NonZeroU32;
use std::time::Duration;

/// What [`Rate::parse`] reads, for messages.
pub const FORM: &str = "a rate such as 10/s, 100/min or 5000/h";

const UNITS: [(&str, u64); 3] = [("s", 1), ("min", 60), ("h", 3_600)];

/// The most that can be counted: it keeps what is between two requests well above a clock's tick.
const MOST: u32 = 10_000_000;

/// So many at once, and so many again in each such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In which time.
    pub per: Duration,
}

impl Rate {
    /// Reads a whole number, not zero, with a unit: n/s, n/min or n/h. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once('/')?;
        let is_number = number.bytes().all(|b| b.is_ascii_digit());
        let count = number.parse().ok().filter(|count: &NonZeroU32| is_number && count.get() <= MOST)?;
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        Some(Self { count, per: Duration::from_secs(*seconds) })
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let unit = UNITS.iter().find(|(_, seconds)| self.per == Duration::from_secs(*seconds));
        unit.map_or_else(|| format!("{}/{:?}", self.count, self.per), |(unit, _)| format!("{}/{unit}", self.count))
    }
}
