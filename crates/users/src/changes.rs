//! What a store knows of its own changes, so that what was read from it once can be used again for exactly as long as it holds.

use crate::id::UserId;
use crate::key::KeyId;

/// A point in the life of a store as one process sees it. What is read after it was taken is as old as the moment, or younger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Grows when nothing that was read before holds any more, whatever it is about.
    pub epoch: u64,
    /// Grows with the changes that the store can name.
    pub change: u64,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A user's record or memberships.
    User(UserId),
    /// A key's record.
    Key(KeyId),
}

/// Tells what has changed. A change that this process makes counts, at the latest, when whoever made it is told that it is made. What is
/// new is no change: it was not read before.
pub trait Changes: Send + Sync {
    /// Whether other processes' changes count as soon as well. Where they do not, nothing that was read holds for longer than a moment.
    fn hears_others(&self) -> bool;

    /// The present, to be taken before something is read. `None` while it cannot be told: then nothing may be kept, nor what
    /// was kept be used.
    fn now(&self) -> Option<Moment>;

    /// Whether the subject has changed since then, in the epoch of that moment.
    fn has_changed(&self, subject: &Subject, since: Moment) -> bool;

    /// Whether what was read after a moment about these subjects held at a later one, or afterwards.
    fn held(&self, since: Moment, now: Moment, subjects: &[Subject]) -> bool {
        now.epoch == since.epoch && !subjects.iter().any(|subject| self.has_changed(subject, since))
    }

    /// The same for the present.
    #[cfg(any(test, feature = "testing"))]
    fn still_holds(&self, since: Moment, subjects: &[Subject]) -> bool {
        self.now().is_some_and(|now| self.held(since, now, subjects))
    }
}
