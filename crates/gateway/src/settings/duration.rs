//! Lengths of time, as people write them.

use std::time::Duration;

/// What [`parse`] reads, for messages.
pub const FORM: &str = "a time such as 250ms, 10s, 5m, 2h or 90d";

/// Longer than anything that is waited for; it keeps sums of times within what clocks can say.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// Reads a whole number with a unit: ms, s, m, h or d. `None` for anything else, and for more than a hundred years.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis).filter(|length| *length <= LONGEST)
}

/// The same, but not zero.
#[must_use]
pub fn positive(text: &str) -> Option<Duration> {
    parse(text).filter(|length| !length.is_zero())
}

/// The shortest text that [`parse`] reads as this length, which is whole milliseconds.
#[must_use]
pub fn text(length: Duration) -> String {
    let milliseconds = length.as_millis();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let unit = units.into_iter().find(|(_, unit)| milliseconds > 0 && milliseconds.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{milliseconds}ms"), |(name, unit)| format!("{}{name}", milliseconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back() {
        for written in ["0ms", "250ms", "1s", "90s", "2m", "25h", "2d"] {
            assert_eq!(parse(written).map(text).as_deref(), Some(written));
        }
        assert_eq!((parse("60s").map(text), parse("24h").map(text)), (Some("1m".to_owned()), Some("1d".to_owned())));
    }

    #[test]
    fn forms() {
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse("10s"), Some(Duration::from_secs(10)));
        assert_eq!(parse("5m"), Some(Duration::from_secs(300)));
        assert_eq!(parse("2h"), Some(Duration::from_secs(7_200)));
        assert_eq!(parse("90d"), Some(Duration::from_secs(90 * 86_400)));
        for wrong in ["", "10", "s", "-1s", "1.5h", "1 d", "1w", "1S", "99999999999999999999s", "9999999999d", "40000d"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
