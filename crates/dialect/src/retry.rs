//! When to come again.

use std::time::Duration;

/// Where nobody knows better.
pub const SOON: Duration = Duration::from_secs(1);

/// The wait in whole seconds, as `Retry-After` says it (RFC 9110 §10.2.3): never too early, and never at once.
#[must_use]
pub fn seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts_whole() {
        let waits = [0, 1, 999, 1_000, 1_001, 60_000].map(|millis| seconds(Duration::from_millis(millis)));
        assert_eq!(waits, [1, 1, 1, 1, 2, 60]);
    }
}
