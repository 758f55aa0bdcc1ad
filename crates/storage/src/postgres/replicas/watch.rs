//! What is known of the primary and its replicas, and who of them may answer. Every answer and every read looks anew, so that
//! none is admitted on the word of a thread that has stopped.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::history::{History, Position};
use super::judge::{Answer, Heard, Limits, Primary, Reason, Verdict, judge};

/// What is known.
pub(super) struct Watch {
    primary: Mutex<Primary>,
    replicas: Vec<Replica>,
    limits: Limits,
}

/// One replica.
struct Replica {
    /// Its address, without secrets.
    name: String,
    state: Mutex<State>,
}

struct State {
    heard: Heard,
    admitted: bool,
    /// What the operator was told last about its being left out.
    told: Option<Reason>,
    /// It was found to have strayed, and its connection is still the same.
    strayed: bool,
    /// A read has lost its connection, and nothing was heard since.
    doubtful: bool,
}

impl Watch {
    /// Nothing is known of replicas of these names.
    pub fn new(names: impl Iterator<Item = String>, limits: Limits) -> Self {
        let heard = Heard::Nothing(Instant::now());
        let state = || State { heard: heard.clone(), admitted: false, told: None, strayed: false, doubtful: false };
        let replicas = names.map(|name| Replica { name, state: Mutex::new(state()) }).collect();
        let primary = Mutex::new(Primary { identity: String::new(), history: History::new(limits.staleness) });
        Self { primary, replicas, limits }
    }

    /// Asked at `at`, the primary had come as far as `position`.
    pub fn primary_said(&self, at: Instant, position: Position, identity: String) {
        let mut primary = locked(&self.primary);
        primary.identity = identity;
        primary.history.note(at, position);
        drop(primary);
        self.review();
    }

    /// The primary cannot be asked. When it can again, it may be another server.
    pub fn primary_lost(&self) {
        locked(&self.primary).history.forget();
        self.review();
    }

    /// The replica said something.
    pub fn replica_said(&self, n: usize, answer: Answer) {
        if let Some(replica) = self.replicas.get(n) {
            let mut state = locked(&replica.state);
            let is_same = matches!(&state.heard, Heard::Answer(last) if last.since == answer.since);
            state.strayed &= is_same;
            state.doubtful = false;
            state.heard = Heard::Answer(answer);
        }
        self.review();
    }

    /// The replica cannot be asked.
    pub fn replica_lost(&self, n: usize, error: &str) {
        if let Some(replica) = self.replicas.get(n) {
            locked(&replica.state).heard = Heard::Error(error.to_owned());
        }
        self.review();
    }

    /// A read has lost its connection to the replica. Nobody else tries before it is heard again.
    pub fn doubt(&self, n: usize) {
        if let Some(replica) = self.replicas.get(n) {
            locked(&replica.state).doubtful = true;
        }
    }

    /// Of which instant the replica is fresh, if it may answer now.
    pub fn as_of(&self, n: usize) -> Option<Instant> {
        self.replicas.get(n).and_then(|replica| self.judged(replica))
    }

    /// Whether the replica was heard of late.
    pub fn answers(&self, n: usize) -> bool {
        let is_recent = |answer: &Answer| answer.at.elapsed() <= self.limits.silence;
        self.replicas.get(n).is_some_and(|replica| match &locked(&replica.state).heard {
            Heard::Answer(answer) => is_recent(answer),
            Heard::Nothing(_) | Heard::Error(_) => false,
        })
    }

    /// Whether it is this server that was heard.
    pub fn is_server(&self, n: usize, server: &str) -> bool {
        self.replicas.get(n).is_some_and(|replica| match &locked(&replica.state).heard {
            Heard::Answer(answer) => answer.server == server,
            Heard::Nothing(_) | Heard::Error(_) => false,
        })
    }

    fn review(&self) {
        for replica in &self.replicas {
            self.judged(replica);
        }
    }

    fn judged(&self, replica: &Replica) -> Option<Instant> {
        let mut state = locked(&replica.state);
        let verdict = if state.strayed {
            Verdict::Out(Reason::Strayed)
        } else {
            judge(&state.heard, &locked(&self.primary), state.admitted, self.limits, Instant::now())
        };
        state.follow(verdict, &replica.name);
        match verdict {
            Verdict::Fresh(instant) if !state.doubtful => Some(instant),
            Verdict::Fresh(_) | Verdict::Out(_) | Verdict::Early => None,
        }
    }
}

impl State {
    /// Carries out a verdict, and tells the operator what is new.
    fn follow(&mut self, verdict: Verdict, name: &str) {
        match verdict {
            Verdict::Fresh(_) => {
                if !self.admitted {
                    tracing::info!(replica = name, "a replica answers reads");
                }
                (self.admitted, self.told) = (true, None);
            }
            Verdict::Out(reason) => {
                if self.told.is_none_or(|told| told != reason && reason.is_news()) {
                    let error = match &self.heard {
                        Heard::Error(error) => Some(error),
                        Heard::Nothing(_) | Heard::Answer(_) => None,
                    };
                    tracing::warn!(replica = name, %reason, error, "a replica is left out");
                    self.told = Some(reason);
                }
                self.strayed |= reason == Reason::Strayed;
                self.admitted = false;
            }
            Verdict::Early => self.admitted = false,
        }
    }
}

/// Nothing that can panic comes between two changes of what is locked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits { staleness: Duration::from_secs(60), silence: Duration::from_secs(60) };

    fn answer(since: Instant, position: i64) -> Answer {
        let (position, identity, server) = (Some(Position(position)), "ours".to_owned(), "1".to_owned());
        Answer { at: Instant::now(), since, position, follows: true, identity, server }
    }

    fn watch() -> (Watch, Instant) {
        let (watch, since) = (Watch::new(["a".to_owned()].into_iter(), LIMITS), Instant::now());
        watch.primary_said(since, Position(10), "ours".to_owned());
        watch.replica_said(0, answer(since, 10));
        (watch, since)
    }

    #[test]
    fn a_lost_connection_leaves_it_out_until_it_is_heard_again() {
        let (watch, since) = watch();
        assert_eq!(watch.as_of(0), Some(since));
        watch.doubt(0);
        assert_eq!(watch.as_of(0), None);
        assert!(watch.answers(0), "those who are at it already may finish");
        watch.replica_said(0, answer(since, 10));
        assert_eq!(watch.as_of(0), Some(since));
        watch.replica_lost(0, "gone");
        assert_eq!((watch.as_of(0), watch.answers(0)), (None, false));
    }

    #[test]
    fn one_that_has_strayed_is_left_out_until_it_comes_anew() {
        let (watch, since) = watch();
        watch.replica_said(0, answer(since, 15));
        assert_eq!(watch.as_of(0), Some(since), "it may be ahead of what the primary said before");
        watch.primary_said(Instant::now(), Position(12), "ours".to_owned());
        assert_eq!(watch.as_of(0), None);
        watch.primary_said(Instant::now(), Position(20), "ours".to_owned());
        watch.replica_said(0, answer(since, 20));
        assert_eq!(watch.as_of(0), None, "the primary has overtaken it, but their logs are not the same");
        let anew = Instant::now();
        watch.replica_said(0, answer(anew, 20));
        assert_eq!(watch.as_of(0), None, "nobody knows yet how far the primary is");
        watch.primary_said(anew, Position(20), "ours".to_owned());
        assert_eq!(watch.as_of(0), Some(anew));
    }

    #[test]
    fn what_the_primary_said_does_not_outlive_its_connection() {
        let (watch, since) = watch();
        watch.primary_lost();
        assert_eq!(watch.as_of(0), None);
        watch.primary_said(since, Position(11), "ours".to_owned());
        assert_eq!(watch.as_of(0), None);
        watch.replica_said(0, answer(since, 11));
        assert_eq!(watch.as_of(0), Some(since));
        assert!(watch.is_server(0, "1") && !watch.is_server(0, "2"));
    }
}
