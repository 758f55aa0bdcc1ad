//! How far the primary's log had come, and when. No server's clock is asked: the instants are this process's own.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A place in a server's log, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position(pub i64);

/// What the primary said once.
#[derive(Debug, Clone, Copy)]
struct Sample {
    /// Before it was asked: whatever it had acknowledged by then is not beyond `position`.
    at: Instant,
    position: Position,
}

/// What the primary said, as far back as anybody wants to know. Later samples are of later positions.
#[derive(Debug)]
pub(super) struct History {
    samples: VecDeque<Sample>,
    span: Duration,
}

impl History {
    /// Nothing is known yet. What is older than `span` will be forgotten.
    pub fn new(span: Duration) -> Self {
        Self { samples: VecDeque::new(), span }
    }

    /// Asked at `at`, the primary's log ended at `position`.
    pub fn note(&mut self, at: Instant, position: Position) {
        match self.samples.back_mut() {
            // The log of one server does not become shorter.
            Some(last) if last.position > position => self.samples.clear(),
            Some(last) if last.position == position => {
                last.at = at;
                return;
            }
            Some(_) | None => {}
        }
        self.samples.push_back(Sample { at, position });
        while self.samples.front().is_some_and(|first| at.saturating_duration_since(first.at) > self.span) {
            self.samples.pop_front();
        }
    }

    /// What comes from now on may be another server's.
    pub fn forget(&mut self) {
        self.samples.clear();
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Of which instant a server is fresh that has come as far as `position`: the latest, but not before `since`, at which the
    /// primary had acknowledged nothing beyond.
    pub fn as_of(&self, position: Position, since: Instant) -> Option<Instant> {
        let reached = self.samples.partition_point(|sample| sample.position <= position);
        let last = reached.checked_sub(1).and_then(|at| self.samples.get(at))?;
        (last.at >= since).then_some(last.at)
    }

    /// Whether a server that had come as far as `position` at the instant `at` has what this primary never had: asked later, it
    /// had not come so far.
    pub fn contradicts(&self, position: Position, at: Instant) -> bool {
        self.samples.back().is_some_and(|last| last.at >= at && last.position < position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    /// Samples at these milliseconds after the beginning, which is given too.
    fn history(samples: &[(u64, i64)]) -> (Instant, History) {
        let (begin, mut history) = (Instant::now(), History::new(ms(1_000)));
        for (at, position) in samples {
            history.note(begin + ms(*at), Position(*position));
        }
        (begin, history)
    }

    #[test]
    fn a_server_is_as_fresh_as_the_last_sample_that_it_has_reached() {
        let (begin, history) = history(&[(0, 10), (100, 20), (200, 20), (300, 35)]);
        let as_of = |position| history.as_of(Position(position), begin);
        assert_eq!(as_of(9), None);
        assert_eq!(as_of(10), Some(begin));
        assert_eq!(as_of(19), Some(begin));
        assert_eq!(as_of(20), Some(begin + ms(200)), "at rest, the primary asked again says the same");
        assert_eq!(as_of(34), Some(begin + ms(200)));
        assert_eq!(as_of(35), Some(begin + ms(300)));
        assert_eq!(as_of(99), Some(begin + ms(300)), "never fresher than the last sample");
    }

    #[test]
    fn what_was_said_before_does_not_count() {
        let (begin, history) = history(&[(0, 10), (100, 20), (200, 30)]);
        assert_eq!(history.as_of(Position(20), begin + ms(100)), Some(begin + ms(100)));
        assert_eq!(history.as_of(Position(20), begin + ms(101)), None);
        assert_eq!(history.as_of(Position(30), begin + ms(101)), Some(begin + ms(200)));
    }

    #[test]
    fn a_log_that_becomes_shorter_is_another_one() {
        let (begin, history) = history(&[(0, 10), (100, 20), (200, 15)]);
        assert_eq!(history.as_of(Position(14), begin), None);
        assert_eq!(history.as_of(Position(15), begin), Some(begin + ms(200)));
    }

    #[test]
    fn who_was_ahead_of_the_primary_follows_another_one() {
        let (begin, history) = history(&[(0, 10), (100, 20)]);
        assert!(history.contradicts(Position(21), begin + ms(100)));
        assert!(history.contradicts(Position(21), begin + ms(50)));
        assert!(!history.contradicts(Position(20), begin + ms(50)));
        assert!(!history.contradicts(Position(21), begin + ms(101)), "the primary may have gone on since it was asked");
        assert!(!super::History::new(ms(1)).contradicts(Position(1), begin));
    }

    #[test]
    fn what_nobody_wants_to_know_any_more_is_forgotten() {
        let (begin, mut history) = history(&[]);
        assert!(history.is_empty());
        for n in 0..1_000 {
            history.note(begin + ms(n * 100), Position(n as i64));
            assert!(history.samples.len() <= 11);
        }
        assert_eq!(history.as_of(Position(988), begin), None);
        assert_eq!(history.as_of(Position(989), begin), Some(begin + ms(98_900)));
        history.forget();
        assert!(history.is_empty());
        assert_eq!(history.as_of(Position(2_000), begin), None);
    }
}
