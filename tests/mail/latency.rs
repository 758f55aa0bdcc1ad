//! Nobody who creates waits for mail.

use std::time::Duration;

use super::{Mood, Sink, invite, town};
use crate::harness::timed;

/// So many creations each, one here, one there.
const PAIRS: usize = 150;

/// How much slower creations may be at the median.
const RATIO: f64 = 1.2;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

#[test]
fn creating_is_as_fast_with_the_mail_server_down_as_up() {
    let up = Sink::new(Mood::Friendly);
    let with_mail = town(&up);
    for mood in [Mood::Silent, Mood::Away] {
        let down = Sink::new(mood);
        let without = town(&down);
        let (mut fast, mut slow) = (Vec::new(), Vec::new());
        for n in 0..PAIRS + 10 {
            let pair = [(&with_mail, &mut fast), (&without, &mut slow)];
            for (town, times) in pair {
                let (time, _) = timed(|| invite(&town.server, &town.root.key));
                // The first ones are for warming up.
                times.extend((n >= 10).then_some(time));
            }
        }
        let (fast, slow) = (median(fast), median(slow));
        println!("{mood:?}: {slow:.2} ms with the mail server down, {fast:.2} ms with it up");
        assert!(slow <= fast * RATIO, "{mood:?}: {slow:.2} ms against {fast:.2} ms");
    }
}
