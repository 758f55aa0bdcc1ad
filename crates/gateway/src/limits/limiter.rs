//! The generic cell rate algorithm (GCRA, ITU-T I.371): for whom something may happen only so often, one point in time is kept,
//! the theoretical arrival time. Each thing that happens moves it on by its share of the period, and it may not get further ahead
//! of the clock than one period. So a whole period's worth may come at once, and then as much as the rate gives.
//!
//! Of our own, and not the crate `governor`: there a limiter has one rate for all of its keys, and here every key may have a plan,
//! beside the rate of the operation; both are to be decided in one step, so that what one refuses is not charged to the other.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::settings::Rate;

/// Parts with a lock each.
const SHARDS: usize = 16;

/// For how many something is kept in each part. Who has kept to its rate for a whole period needs nothing to be kept.
const CAPACITY: usize = 4_096;

/// How often a part that is full is searched for those that need not be kept.
const PAUSE: u64 = 1_000_000_000;

/// How many rates can hold together.
const RATES: usize = 2;

/// Who has done how much lately.
pub struct Limiter<K> {
    shards: [Mutex<Shard<K>>; SHARDS],
    hasher: RandomState,
}

/// Theoretical arrival times, in nanoseconds since some beginning.
struct Shard<K> {
    arrivals: HashMap<K, [u64; RATES]>,
    swept: Option<u64>,
}

impl<K: Hash + Eq + Clone> Default for Limiter<K> {
    fn default() -> Self {
        let shard = || Mutex::new(Shard { arrivals: HashMap::new(), swept: None });
        Self { shards: std::array::from_fn(|_| shard()), hasher: RandomState::new() }
    }
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// Something wants to happen for `who`, so long after some beginning. It may, and counts, if each of the rates allows it.
    ///
    /// # Errors
    /// How long to wait until all of them do.
    pub fn admit(&self, who: &K, rates: [Option<Rate>; RATES], now: Duration) -> Result<(), Duration> {
        let at = usize::try_from(self.hasher.hash_one(who)).unwrap_or(usize::MAX) % SHARDS;
        let Some(shard) = self.shards.get(at) else { return Ok(()) };
        // Nothing that is done under the lock panics half-way.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let now = nanoseconds(now);
        let before = shard.arrivals.get(who).copied().unwrap_or_default();
        let (mut held, mut after, mut wait) = (before, before, 0);
        for ((held, after), rate) in held.iter_mut().zip(&mut after).zip(rates) {
            let Some(rate) = rate else { continue };
            let period = nanoseconds(rate.per);
            // Nobody can have got further under this rate; under another one that held before, it may be.
            *held = (*held).min(now.saturating_add(period));
            *after = (*held).max(now).saturating_add(period / u64::from(rate.count.get()));
            wait = wait.max(after.saturating_sub(period).saturating_sub(now));
        }
        if wait > 0 {
            if held != before {
                shard.keep(who, held, now);
            }
            return Err(Duration::from_nanos(wait));
        }
        shard.keep(who, after, now);
        Ok(())
    }

    /// For how many something is kept.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().expect("a lock").arrivals.len()).sum()
    }
}

impl<K: Hash + Eq + Clone> Shard<K> {
    fn keep(&mut self, who: &K, arrivals: [u64; RATES], now: u64) {
        if let Some(known) = self.arrivals.get_mut(who) {
            *known = arrivals;
            return;
        }
        if self.arrivals.len() >= CAPACITY {
            self.make_room(now);
        }
        self.arrivals.insert(who.clone(), arrivals);
    }

    /// Forgets whoever is free to begin anew; if there is nobody, whoever of a few has least to wait for.
    fn make_room(&mut self, now: u64) {
        if self.swept.is_none_or(|swept| now >= swept.saturating_add(PAUSE)) {
            self.swept = Some(now);
            self.arrivals.retain(|_, arrivals| arrivals.iter().any(|arrival| *arrival > now));
        }
        while self.arrivals.len() >= CAPACITY {
            let some = self.arrivals.iter().take(8);
            let least = some.min_by_key(|(_, arrivals)| arrivals.iter().max().copied());
            let Some(who) = least.map(|(who, _)| who.clone()) else { return };
            self.arrivals.remove(&who);
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::rate::parse;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_whole_period_at_once_and_then_one_by_one() {
        let (limiter, rates) = (Limiter::default(), [parse("60/min"), None]);
        let admit = |at| limiter.admit(&"key", rates, ms(at));
        assert!((0..60).all(|_| admit(5).is_ok()));
        assert_eq!(admit(5), Err(ms(1_000)));
        assert_eq!(admit(405), Err(ms(600)), "who is refused does not pay");
        assert_eq!(admit(1_005), Ok(()));
        assert_eq!(admit(1_005), Err(ms(1_000)));
        // After a quiet minute it is as at the beginning, and no better.
        assert!((0..60).all(|_| admit(200_000).is_ok()));
        assert_eq!(admit(200_000), Err(ms(1_000)));
    }

    #[test]
    fn everybody_has_its_own() {
        let limiter = Limiter::default();
        let rates = [parse("1/h"), None];
        assert_eq!(limiter.admit(&"one", rates, ms(0)), Ok(()));
        assert_eq!(limiter.admit(&"other", rates, ms(0)), Ok(()));
        assert_eq!(limiter.admit(&"one", rates, ms(0)), Err(Duration::from_secs(3_600)));
    }

    #[test]
    fn both_rates_hold_and_what_one_refuses_costs_nothing_of_the_other() {
        let limiter = Limiter::default();
        let rates = [parse("2/s"), parse("3/min")];
        let admit = |at| limiter.admit(&"key", rates, ms(at));
        assert_eq!((admit(0), admit(0)), (Ok(()), Ok(())));
        assert!((0..10).all(|_| admit(0) == Err(ms(500))));
        assert_eq!(admit(500), Ok(()));
        assert_eq!(admit(5_000), Err(ms(15_000)));
        assert_eq!(admit(20_000), Ok(()));
        assert_eq!(
            limiter.admit(&"key", [parse("2/s"), None], ms(20_000)),
            Ok(()),
            "without the plan the other rate is left"
        );
    }

    #[test]
    fn a_rate_that_is_loosened_holds_from_now_on() {
        let limiter = Limiter::default();
        let admit = |rate, at| limiter.admit(&"key", [parse(rate), None], ms(at));
        assert!((0..3).all(|_| admit("3/h", 0).is_ok()));
        assert!(admit("3/h", 0).is_err());
        assert_eq!(admit("100/s", 0), Err(ms(10)));
        assert_eq!(admit("100/s", 10), Ok(()));
        assert!((0..100).all(|_| admit("100/s", 1_010).is_ok()));
    }

    #[test]
    fn no_rate_is_no_limit() {
        let limiter = Limiter::default();
        assert!((0..10_000).all(|_| limiter.admit(&1, [None, None], ms(0)).is_ok()));
    }

    #[test]
    fn what_is_kept_is_bounded_and_who_waits_is_not_forgotten() {
        let limiter = Limiter::default();
        let most = SHARDS * CAPACITY;
        // Two that have used up what they had.
        let hour = [parse("1/h"), None];
        assert!(limiter.admit(&usize::MAX, hour, ms(0)).is_ok());
        for who in 0..most * 2 {
            let second = [parse("10/s"), None];
            assert!(limiter.admit(&who, second, Duration::from_micros(who as u64)).is_ok());
        }
        assert!(limiter.len() <= most, "{}", limiter.len());
        assert!(limiter.admit(&usize::MAX, hour, ms(200)).is_err());
        // Once all are free again, a newcomer has the place of them all.
        for who in 0..SHARDS * 64 {
            assert!(limiter.admit(&(most * 3 + who), hour, ms(60_000)).is_ok());
        }
        assert!(limiter.len() < most / 2, "{}", limiter.len());
    }
}
