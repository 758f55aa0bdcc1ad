//! One line for each address from which passwords are tried. A few of one address are compared at a time; its others wait in its own line,
//! not in the one of everybody, so that no address can keep all turns for itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use users::attempts::Subject;

/// The lines in which somebody stands.
pub struct Lines {
    width: usize,
    open: Mutex<HashMap<Subject, Arc<Semaphore>>>,
}

impl Lines {
    /// Nobody is there. `width` of each address may be at work at once.
    #[must_use]
    pub fn new(width: usize) -> Arc<Self> {
        Arc::new(Self { width, open: Mutex::default() })
    }

    /// Waits for a turn, for as long as the caller likes.
    pub async fn turn(self: &Arc<Self>, origin: IpAddr) -> Turn {
        let subject = Subject::peer(origin);
        let line = self.lock().entry(subject.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.width))).clone();
        // Made before anybody waits: whoever gives up leaves the line as who was served does.
        let mut turn = Turn { lines: self.clone(), subject, line: line.clone(), permit: None };
        // (A semaphore that nobody closes gives what is asked for.)
        turn.permit = line.acquire_owned().await.ok();
        turn
    }

    /// The map is whole whatever happened to the thread that last changed it.
    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Arc<Semaphore>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to try, given back when dropped.
pub struct Turn {
    lines: Arc<Lines>,
    subject: Subject,
    line: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.permit.take());
        let mut open = self.lines.lock();
        // The map's own and this one: nobody else stands in this line, and nobody can join it meanwhile.
        if Arc::strong_count(&self.line) == 2 {
            open.remove(&self.subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn who_fills_its_own_line_keeps_nobody_else_waiting() {
        let lines = Lines::new(2);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let (first, _second) = (lines.turn(one).await, lines.turn(one).await);
        assert!(timeout(SOON, lines.turn(one)).await.is_err(), "the third waits");
        assert!(timeout(SOON, lines.turn(other)).await.is_ok(), "another address does not");
        let next = tokio::spawn({
            let lines = lines.clone();
            async move { lines.turn(one).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(timeout(SOON * 50, next).await.is_ok(), "it is its turn");
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_line_in_which_nobody_stands() {
        let lines = Lines::new(1);
        let one = address("2001:db8::1");
        let turn = lines.turn(one).await;
        assert!(timeout(SOON, lines.turn(address("2001:db8::2"))).await.is_err(), "the same network gives up");
        assert_eq!(lines.lock().len(), 1);
        drop(turn);
        assert_eq!(lines.lock().len(), 0);
        let waits = lines.turn(one).await;
        let mut gives_up = Box::pin(lines.turn(one));
        assert!(timeout(SOON, &mut gives_up).await.is_err());
        drop(waits);
        drop(gives_up);
        assert_eq!(lines.lock().len(), 0);
    }
}
