//! bcrypt, and weighing passwords, no more of it at once than the machine can bear, and as a rule only when nobody else needs the processor.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{Builder, available_parallelism};
use std::time::{Duration, Instant};

use users::error::{Result, UserError};
use users::password::{Cost, PasswordHash, TypedPassword, hash, renew, verify};
use users::ports::PasswordHasher;
use users::strength::{self, Verdict};
use users::{PlainPassword, User};

const BUSY: UserError = UserError::Busy("too many passwords are waiting to be hashed");

/// How many hashes may wait for their turn.
pub const QUEUE: usize = 64;

/// The name of the threads that give way to others.
const GENTLE: &str = "gentle";
/// How long one round of bcrypt may take on a thread that gives way: seven times what it takes by itself, or more.
const PATIENCE_PER_ROUND: Duration = Duration::from_micros(500);
/// How long no thread gives way when one of them got too little of the processors.
const HURRY: Duration = Duration::from_mins(1);

/// Hashes and weighs passwords on all processors but one at most, so that one is left for everybody else.
pub struct BoundedHasher {
    cost: Cost,
    slots: usize,
    queue: usize,
    patience: Duration,
    line: Mutex<Line>,
    freed: Condvar,
}

/// Who is at work and who waits, the first one first.
#[derive(Debug, Default)]
struct Line {
    running: usize,
    waiting: VecDeque<u64>,
    next: u64,
    /// Until then nobody gives way.
    hurried_until: Option<Instant>,
}

/// What is being done at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Hashes under way.
    pub running: usize,
    /// Hashes that wait.
    pub waiting: usize,
}

impl BoundedHasher {
    /// A hasher that lets nobody wait longer than `patience`.
    #[must_use]
    pub fn new(cost: Cost, patience: Duration) -> Self {
        let slots = available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        Self::with_bounds(cost, slots, QUEUE, patience)
    }

    fn with_bounds(cost: Cost, slots: usize, queue: usize, patience: Duration) -> Self {
        Self { cost, slots, queue, patience, line: Mutex::default(), freed: Condvar::new() }
    }

    /// What is being done now.
    #[must_use]
    pub fn load(&self) -> Load {
        let line = self.lock();
        Load { running: line.running, waiting: line.waiting.len() }
    }

    /// Waits for a slot, behind at most so many others, and behind all who came before.
    fn enter(&self, queue: usize) -> Result<Slot<'_>> {
        let mut line = self.lock();
        if line.running >= self.slots || !line.waiting.is_empty() {
            if line.waiting.len() >= queue {
                return Err(BUSY);
            }
            let own = line.next;
            line.next += 1;
            line.waiting.push_back(own);
            let end = Instant::now() + self.patience;
            while line.running >= self.slots || line.waiting.front() != Some(&own) {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    line.waiting.retain(|waiting| *waiting != own);
                    self.freed.notify_all();
                    return Err(BUSY);
                }
                line = self.freed.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            line.waiting.pop_front();
            // More than one slot may be free, and only the first in line takes one.
            self.freed.notify_all();
        }
        line.running += 1;
        Ok(Slot(self))
    }

    /// Does this when it has a slot, behind at most so many others: on a thread that gives way to all others, and on the calling
    /// one only if the processors are too busy for that. No thread can be hurried that has given way once: systems let only
    /// privileged processes do that.
    fn work<T, W>(&self, queue: usize, cost: u32, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: Fn() -> Result<T> + Clone + Send + 'static,
    {
        let _slot = self.enter(queue)?;
        if !self.is_hurried() {
            let (sender, outcome) = mpsc::sync_channel(1);
            let gently = work.clone();
            let gently = move || {
                give_way();
                // Nobody listens any more if it took too long.
                let _ = sender.send(gently());
            };
            if Builder::new().name(GENTLE.to_owned()).spawn(gently).is_ok()
                && let Ok(outcome) = outcome.recv_timeout(PATIENCE_PER_ROUND * (1 << cost))
            {
                return outcome;
            }
            self.lock().hurried_until = Some(Instant::now() + HURRY);
        }
        work()
    }

    fn is_hurried(&self) -> bool {
        self.lock().hurried_until.is_some_and(|end| Instant::now() < end)
    }

    /// The line holds whatever happened to the thread that last changed it.
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to hash, given back when dropped.
struct Slot<'a>(&'a BoundedHasher);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.freed.notify_all();
    }
}

impl PasswordHasher for BoundedHasher {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        let _slot = self.enter(self.queue)?;
        Ok(strength::check(password, user))
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        let (password, cost) = (password.clone(), self.cost);
        self.work(self.queue, cost.get(), move || hash(&password, cost))
    }

    /// Behind half as many: strangers try passwords, and those who set them are to find a place.
    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        let (typed, hash, cost) = (typed.clone(), hash.cloned(), self.cost);
        let most = cost.get().max(hash.as_ref().and_then(PasswordHash::cost).unwrap_or_default());
        self.work(self.queue / 2, most, move || verify(&typed, hash.as_ref(), cost))
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        let (typed, old, cost) = (typed.clone(), old.clone(), self.cost);
        self.work(self.queue, cost.get(), move || renew(&typed, &old, cost))
    }
}

/// Lets this thread have what the others leave of the processors.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        // Where the system refuses it, reads are slower among many sign-ins, and nothing else.
        let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        users::testing::contract::user(1)
    }

    fn hasher(slots: usize, queue: usize, patience: Duration) -> BoundedHasher {
        BoundedHasher::with_bounds(Cost::new(Cost::MIN).expect("a cost"), slots, queue, patience)
    }

    #[test]
    fn beyond_the_queue_it_is_busy() {
        let hasher = hasher(1, 0, Duration::from_secs(5));
        let slot = hasher.enter(0).expect("the first");
        let password = PlainPassword::parse("correct horse").expect("a password");
        assert_eq!(hasher.hash(&password), Err(BUSY));
        assert_eq!(hasher.verify(&TypedPassword::new(String::new()), None), Err(BUSY));
        assert_eq!(hasher.weigh(&password, &user()), Err(BUSY));
        drop(slot);
        let hash = hasher.hash(&password).expect("a hash");
        assert!(hash.as_str().starts_with("$2b$"));
        assert!(hasher.weigh(&password, &user()).is_ok_and(|verdict| verdict.is_ok()));
        assert_eq!(hasher.load(), Load::default());
    }

    #[test]
    fn nobody_waits_for_ever() {
        let hasher = hasher(1, 1, Duration::from_millis(20));
        let _slot = hasher.enter(1).expect("the first");
        assert!(hasher.enter(1).is_err());
        assert_eq!(hasher.load(), Load { running: 1, waiting: 0 });
    }

    /// Until so many wait.
    fn until_wait(hasher: &BoundedHasher, count: usize) {
        while hasher.load().waiting < count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_came_first_is_first() {
        let hasher = hasher(1, 9, Duration::from_secs(60));
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let slot = hasher.enter(9).expect("the first");
            let note = |n: usize| {
                let _slot = hasher.enter(9).expect("a slot");
                order.lock().expect("a lock").push(n);
            };
            for n in 0..8 {
                scope.spawn(move || note(n));
                until_wait(&hasher, n + 1);
            }
            drop(slot);
            // Somebody new finds the slot free at times, and waits all the same.
            (8..100).for_each(note);
        });
        let order = order.into_inner().expect("a lock");
        assert_eq!(order, (0..100).collect::<Vec<_>>());
        assert_eq!(hasher.load(), Load::default());
    }

    #[test]
    fn every_slot_is_taken_by_who_waits() {
        let hasher = hasher(2, 8, Duration::from_secs(60));
        let both = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let slots = [hasher.enter(8).expect("one"), hasher.enter(8).expect("other")];
            for n in 0..2 {
                let (hasher, both) = (&hasher, &both);
                scope.spawn(move || {
                    let _slot = hasher.enter(8).expect("a slot");
                    both.wait();
                });
                until_wait(hasher, n + 1);
            }
            drop(slots);
        });
        assert_eq!(hasher.load(), Load::default());
    }

    #[test]
    fn who_waits_too_long_on_a_gentle_thread_is_served_by_its_own() {
        let hasher = hasher(1, 8, Duration::from_secs(60));
        let busy = || {
            let is_gentle = std::thread::current().name() == Some(GENTLE);
            if is_gentle {
                std::thread::sleep(PATIENCE_PER_ROUND * (1 << Cost::MIN) * 4);
            }
            Ok(is_gentle)
        };
        let idle = || Ok(std::thread::current().name() == Some(GENTLE));
        // Where the machine is busy itself, a gentle thread may be too late by itself.
        assert!((0..100).any(|_| {
            hasher.lock().hurried_until = None;
            hasher.work(8, Cost::MIN, idle) == Ok(true) && !hasher.is_hurried()
        }));
        assert_eq!(hasher.work(8, Cost::MIN, busy), Ok(false));
        assert!(hasher.is_hurried());
        assert_eq!(hasher.work(8, Cost::MIN, idle), Ok(false), "nobody gives way for some time");
        assert_eq!(hasher.load(), Load::default());
    }

    #[test]
    fn those_who_try_passwords_leave_places_to_those_who_set_them() {
        let hasher = hasher(1, 2, Duration::from_secs(60));
        let password = PlainPassword::parse("correct horse").expect("a password");
        std::thread::scope(|scope| {
            let slot = hasher.enter(2).expect("the first");
            let verify = || hasher.verify(&TypedPassword::new(String::new()), None);
            scope.spawn(verify);
            until_wait(&hasher, 1);
            assert_eq!(verify(), Err(BUSY));
            scope.spawn(|| hasher.hash(&password).expect("a place"));
            until_wait(&hasher, 2);
            drop(slot);
        });
    }
}
