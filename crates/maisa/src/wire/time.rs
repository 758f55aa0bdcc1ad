//! Times, as the reference shows them.

use dialect::time::{Precision, rfc3339};
use users::Timestamp;

/// A time in UTC: whole seconds, what is beyond them cut off, and `Z`.
pub(super) fn whole_seconds(time: Timestamp) -> String {
    rfc3339(time, Precision::Seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_cut_and_not_rounded() {
        let at = |micros| whole_seconds(Timestamp::from_micros(micros).expect("a year of four digits"));
        assert_eq!(at(1_672_574_400_000_000), "2023-01-01T12:00:00Z");
        assert_eq!(at(1_672_574_400_999_999), "2023-01-01T12:00:00Z");
        assert_eq!(at(-1), "1969-12-31T23:59:59Z");
    }
}
