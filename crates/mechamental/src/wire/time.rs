//! Times, as Pydantic writes them.

use chrono::Timelike;
use dialect::time::{Precision, rfc3339};
use users::Timestamp;

/// A time with its zone: `Z`, and six fractional digits, or none if they are all zero.
pub(super) fn zoned_time(time: Timestamp) -> String {
    rfc3339(time, if time.utc().nanosecond() == 0 { Precision::Seconds } else { Precision::Micros })
}

/// The time of an error: UTC, six fractional digits, no zone.
pub(crate) fn naive_time(time: Timestamp) -> String {
    time.utc().format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_or_none() {
        let at = |micros| Timestamp::from_micros(micros).expect("a year of four digits");
        assert_eq!(zoned_time(at(1_735_787_045_678_900)), "2025-01-02T03:04:05.678900Z");
        assert_eq!(zoned_time(at(1_735_787_045_000_000)), "2025-01-02T03:04:05Z");
        assert_eq!(zoned_time(at(1_735_787_045_000_001)), "2025-01-02T03:04:05.000001Z");
        assert_eq!(naive_time(at(1_735_689_600_000_000)), "2025-01-01T00:00:00.000000");
    }
}
