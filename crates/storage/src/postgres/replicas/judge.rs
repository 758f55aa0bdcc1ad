//! Whether a replica may answer reads now, and as of which instant it is fresh. Pure: what is known and what time it is go in.

use std::fmt;
use std::time::{Duration, Instant};

use super::history::{History, Position};

/// What a replica said last.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// When it was heard.
    pub at: Instant,
    /// When the first answer on the same connection was heard.
    pub since: Instant,
    /// How far it has come; `None` before it has come anywhere.
    pub position: Option<Position>,
    /// Whether it follows somebody.
    pub follows: bool,
    /// Which tables it shows.
    pub identity: String,
    /// Which server it is.
    pub server: String,
}

/// What is known of a replica.
#[derive(Debug, Clone)]
pub(super) enum Heard {
    /// Nothing yet, since then.
    Nothing(Instant),
    /// This, last.
    Answer(Answer),
    /// That it cannot be asked.
    Error(String),
}

/// What is known of the primary.
#[derive(Debug)]
pub(super) struct Primary {
    /// Which tables it shows; empty before it was heard.
    pub identity: String,
    /// How far it had come, and when.
    pub history: History,
}

/// How much is borne.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How far behind the primary an admitted replica may be. To be admitted it must be half as far behind, so that it does not
    /// come and go.
    pub staleness: Duration,
    /// How long it may say nothing.
    pub silence: Duration,
}

/// Why a replica is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// It cannot be asked.
    Away,
    /// It was asked, and says nothing.
    Silent,
    /// It follows nobody.
    Writes,
    /// It shows other tables than the primary.
    Foreign,
    /// It has what the primary never had.
    Strayed,
    /// It has not come far enough.
    Behind,
    /// The primary does not say how far it has come.
    Unknown,
}

/// What becomes of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers. Whatever the primary had acknowledged by then can be read there.
    Fresh(Instant),
    /// It is left out.
    Out(Reason),
    /// It is left out, since it is too early to tell.
    Early,
}

impl Reason {
    /// Whether the operator is told although the replica was left out already, for another reason.
    pub fn is_news(self) -> bool {
        match self {
            Reason::Away | Reason::Writes | Reason::Foreign | Reason::Strayed => true,
            Reason::Silent | Reason::Behind | Reason::Unknown => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Away => "it cannot be asked",
            Reason::Silent => "it does not answer",
            Reason::Writes => "it is no hot standby",
            Reason::Foreign => "it follows another server than that of database.url, or its URL names another database",
            Reason::Strayed => "it has what the primary never had: it followed another server",
            Reason::Behind => "it is too far behind the primary",
            Reason::Unknown => "the primary does not say how far it has come",
        })
    }
}

/// Judges a replica that was `admitted` until now, or not.
pub(super) fn judge(heard: &Heard, primary: &Primary, admitted: bool, limits: Limits, now: Instant) -> Verdict {
    let passed = |since: Instant| now.saturating_duration_since(since);
    let answer = match heard {
        Heard::Answer(answer) => answer,
        Heard::Nothing(since) if passed(*since) <= limits.silence => return Verdict::Early,
        Heard::Nothing(_) => return Verdict::Out(Reason::Silent),
        Heard::Error(_) => return Verdict::Out(Reason::Away),
    };
    if passed(answer.at) > limits.silence {
        return Verdict::Out(Reason::Silent);
    }
    if !answer.follows {
        return Verdict::Out(Reason::Writes);
    }
    let late = |reason| if passed(answer.since) > limits.staleness { Verdict::Out(reason) } else { Verdict::Early };
    if primary.history.is_empty() {
        return late(Reason::Unknown);
    }
    if answer.identity != primary.identity {
        return Verdict::Out(Reason::Foreign);
    }
    let Some(position) = answer.position else { return late(Reason::Behind) };
    if primary.history.contradicts(position, answer.at) {
        return Verdict::Out(Reason::Strayed);
    }
    let bound = if admitted { limits.staleness } else { limits.staleness / 2 };
    match primary.history.as_of(position, answer.since) {
        Some(instant) if passed(instant) <= bound => Verdict::Fresh(instant),
        Some(_) | None => late(Reason::Behind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { staleness: ms(1_000), silence: ms(500) };

    const fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    /// A primary that was asked at 1,000 and 2,000 ms, and a replica that has come as far as the first of these positions, was
    /// heard at 2,000 and spoken to since the beginning.
    struct Scene {
        begin: Instant,
        primary: Primary,
        answer: Answer,
    }

    fn scene() -> Scene {
        let begin = Instant::now();
        let identity = "ours".to_owned();
        let mut primary = Primary { identity: identity.clone(), history: History::new(LIMITS.staleness) };
        primary.history.note(begin + ms(1_000), Position(10));
        primary.history.note(begin + ms(2_000), Position(20));
        let (at, position) = (begin + ms(2_000), Some(Position(10)));
        Scene {
            begin,
            primary,
            answer: Answer { at, since: begin, position, follows: true, identity, server: "1".into() },
        }
    }

    impl Scene {
        fn judged(&self, admitted: bool, at: u64) -> Verdict {
            let heard = Heard::Answer(self.answer.clone());
            judge(&heard, &self.primary, admitted, LIMITS, self.begin + ms(at))
        }
    }

    #[test]
    fn it_is_judged_anew_as_time_goes_by() {
        let mut scene = scene();
        assert_eq!(scene.judged(true, 2_000), Verdict::Fresh(scene.begin + ms(1_000)));
        assert_eq!(scene.judged(true, 2_001), Verdict::Out(Reason::Behind));
        scene.answer.position = Some(Position(20));
        assert_eq!(scene.judged(true, 2_500), Verdict::Fresh(scene.begin + ms(2_000)));
        assert_eq!(scene.judged(true, 2_501), Verdict::Out(Reason::Silent), "it need not be asked to be found silent");
        scene.answer.at = scene.begin + ms(3_001);
        assert_eq!(scene.judged(true, 3_001), Verdict::Out(Reason::Behind), "nor need a primary that says no more");
    }

    #[test]
    fn to_be_admitted_it_must_be_half_as_far_behind() {
        let mut scene = scene();
        scene.answer.position = Some(Position(20));
        assert_eq!(scene.judged(false, 2_500), Verdict::Fresh(scene.begin + ms(2_000)));
        scene.answer.at = scene.begin + ms(2_501);
        assert_eq!(scene.judged(false, 2_501), Verdict::Out(Reason::Behind));
        assert_eq!(scene.judged(true, 2_501), Verdict::Fresh(scene.begin + ms(2_000)));
    }

    #[test]
    fn it_is_given_time_when_it_is_first_heard() {
        let mut scene = scene();
        (scene.answer.since, scene.answer.at) = (scene.begin + ms(2_001), scene.begin + ms(2_300));
        scene.answer.position = Some(Position(20));
        assert_eq!(scene.judged(true, 2_300), Verdict::Early, "the primary was not asked since");
        scene.primary.history.note(scene.begin + ms(2_400), Position(20));
        assert_eq!(scene.judged(false, 2_400), Verdict::Fresh(scene.begin + ms(2_400)));
        scene.answer.position = None;
        assert_eq!(scene.judged(false, 2_700), Verdict::Early);
        scene.answer.at = scene.begin + ms(3_002);
        assert_eq!(scene.judged(false, 3_002), Verdict::Out(Reason::Behind));
        scene.primary.history.forget();
        assert_eq!(scene.judged(false, 3_002), Verdict::Out(Reason::Unknown));
    }

    #[test]
    fn a_wrong_one_is_left_out_however_fresh_it_seems() {
        type Change = fn(&mut Answer);
        let changes: [(Change, Reason); 3] = [
            (|answer| answer.follows = false, Reason::Writes),
            (|answer| answer.identity = "other".to_owned(), Reason::Foreign),
            (|answer| answer.position = Some(Position(21)), Reason::Strayed),
        ];
        for (change, reason) in changes {
            let mut scene = scene();
            change(&mut scene.answer);
            assert_eq!(scene.judged(true, 2_000), Verdict::Out(reason));
        }
    }

    #[test]
    fn one_that_was_never_heard_is_silent_after_a_while() {
        let scene = scene();
        let judged = |heard: &Heard, at| judge(heard, &scene.primary, false, LIMITS, scene.begin + ms(at));
        assert_eq!(judged(&Heard::Nothing(scene.begin), 500), Verdict::Early);
        assert_eq!(judged(&Heard::Nothing(scene.begin), 501), Verdict::Out(Reason::Silent));
        assert_eq!(judged(&Heard::Error("refused".into()), 0), Verdict::Out(Reason::Away));
    }
}
