//! Answers that tell nothing by their time.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Longer than a write that found something to do, and no longer than a person notices who will wait for a mail.
const STEP: Duration = Duration::from_millis(250);

/// Does the work, and gives what comes of it only once a whole number of steps has passed: as a rule, one.
pub async fn in_even_time<F: Future>(work: F) -> F::Output {
    in_steps(STEP, work).await
}

async fn in_steps<F: Future>(step: Duration, work: F) -> F::Output {
    let began = Instant::now();
    let output = work.await;
    let steps = began.elapsed().as_nanos() / step.as_nanos() + 1;
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    sleep_until(began + step.saturating_mul(steps)).await;
    output
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn work_of_any_length_takes_whole_steps() {
        for (takes, least) in [(0, 100), (30, 100), (130, 200)] {
            let began = Instant::now();
            let work = async {
                sleep(Duration::from_millis(takes)).await;
                takes
            };
            assert_eq!(in_steps(Duration::from_millis(100), work).await, takes);
            let elapsed = began.elapsed().as_millis();
            assert!((least..least + 60).contains(&elapsed), "{takes}: {elapsed}");
        }
    }
}
