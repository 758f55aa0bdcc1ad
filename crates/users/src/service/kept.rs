//! What was read before and is used again, for as long as the store says that it holds: who presents a key, and users as they
//! were shown.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Look;
use crate::access;
use crate::caller::Caller;
use crate::changes::{Changes, Moment, Subject};
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyId, PresentedKey, SecretHash};
use crate::ports::{Clock, Found};
use crate::shown::Shown;
use crate::time::Timestamp;
use crate::version::Version;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// So many callers; none for 0.
    pub callers: usize,
    /// Users as they were shown, in so many bytes; none for 0.
    pub shown_bytes: u64,
}

/// What is kept. Everything that is found here held at the moment that is named, or after it, as far as the store hears of changes.
#[derive(Default)]
pub(super) struct Kept {
    callers: Option<Cache<KeyId, Arc<KnownCaller>>>,
    shown: Option<Cache<Name, KnownUser, Weight>>,
}

/// Who presents a key.
struct KnownCaller {
    since: Moment,
    about: Vec<Subject>,
    secret: SecretHash,
    expires_at: Option<Timestamp>,
    caller: Arc<Caller>,
}

/// A view of a user. An id as a number takes a fifth of the place of its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Name {
    view: &'static str,
    user: u128,
}

/// What that view showed.
#[derive(Clone)]
struct KnownUser {
    since: Moment,
    revision: i64,
    changed_at: Timestamp,
    /// `None` where nobody asked.
    memberships: Option<Arc<[WorkspaceId]>>,
    text: Arc<RawValue>,
}

#[derive(Clone)]
struct Weight;

/// What an entry takes beside its text, with a membership or two, about.
const ENTRY: u64 = 250;

/// What a text takes, about; it only decides how large the tables are at first.
const TEXT: u64 = 400;

impl Weighter<Name, KnownUser> for Weight {
    fn weight(&self, _: &Name, known: &KnownUser) -> u64 {
        known.text.get().len() as u64 + ENTRY
    }
}

impl Kept {
    pub fn new(keep: Keep) -> Self {
        let shown = |bytes: u64| {
            let most = usize::try_from(bytes / (TEXT + ENTRY)).unwrap_or(usize::MAX);
            Cache::with_weighter(most, bytes, Weight)
        };
        Self {
            callers: (keep.callers > 0).then(|| Cache::new(keep.callers)),
            shown: (keep.shown_bytes > 0).then(|| shown(keep.shown_bytes)),
        }
    }

    /// Who presents this key at that moment, if that is known.
    pub fn caller(
        &self,
        (changes, now): (&dyn Changes, Moment),
        presented: &PresentedKey,
        clock: &dyn Clock,
    ) -> Option<Arc<Caller>> {
        let known = self.callers.as_ref()?.get(presented.id())?;
        let is_live = known.expires_at.is_none_or(|end| clock.now() < end);
        let holds = is_live && changes.held(known.since, now, &known.about) && presented.matches(&known.secret);
        holds.then(|| known.caller.clone())
    }

    /// Keeps who presents a key, as read after that moment.
    pub fn keep_caller(&self, since: Moment, key: &Key, caller: &Arc<Caller>) {
        let Some(callers) = &self.callers else { return };
        let owner = caller.owner.as_ref().map(|owner| Subject::User(owner.id.clone()));
        let about = owner.into_iter().chain([Subject::Key(key.id.clone())]).collect();
        let (secret, expires_at, caller) = (key.secret.clone(), key.expires_at, caller.clone());
        callers.insert(key.id.clone(), Arc::new(KnownCaller { since, about, secret, expires_at, caller }));
    }

    /// The user as that view shows it at that moment, if that is known; and then, whether the caller may see it.
    pub fn shown(
        &self,
        (changes, now): (&dyn Changes, Moment),
        caller: &Caller,
        view: &'static str,
        id: &UserId,
    ) -> Option<Option<Shown>> {
        let known = self.known(view, id)?;
        if !changes.held(known.since, now, &[Subject::User(id.clone())]) {
            return None;
        }
        let sees = match &known.memberships {
            Some(memberships) => access::sees(caller, id, memberships),
            // Whoever sees everyone need not know.
            None => access::sees(caller, id, &[]).then_some(true)?,
        };
        Some(sees.then(|| known.shown(id.clone())))
    }

    /// These users as that view shows them in the state of a look, as far as that is known. The look began after that moment, and sees
    /// its state by now.
    pub fn listed(
        &self,
        (changes, before): (&dyn Changes, Moment),
        view: &'static str,
        ids: &[UserId],
    ) -> Vec<Option<Shown>> {
        let known: Vec<_> = ids.iter().map(|id| self.known(view, id)).collect();
        // Taken after them: whatever they were read after has been committed by now, and counts. Who has not changed since they were
        // read, nor since the look began, was so in its state.
        let now = changes.now();
        let of_look = |(id, known): (&UserId, Option<KnownUser>)| {
            let (known, now, about) = (known?, now?, [Subject::User(id.clone())]);
            let holds = changes.held(known.since, now, &about) && changes.held(before, now, &about);
            holds.then(|| known.shown(id.clone()))
        };
        ids.iter().zip(known).map(of_look).collect()
    }

    /// The user as that view showed it at some time.
    fn known(&self, view: &'static str, id: &UserId) -> Option<KnownUser> {
        self.shown.as_ref()?.get(&Name { view, user: number(id)? })
    }

    /// Whether anything is kept.
    pub fn keeps_anything(&self) -> bool {
        self.callers.is_some() || self.keeps_shown()
    }

    /// Whether anything that is shown is kept.
    pub fn keeps_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Keeps what a view showed of a user.
    pub fn keep_shown(&self, view: &'static str, look: &Look, shown: &Shown) {
        let Look { found: Found { user: _, memberships }, since } = look;
        self.keep(view, *since, Some(memberships.as_slice().into()), shown);
    }

    /// Keeps what a view showed of a user in a list, as read after that moment.
    pub fn keep_listed(&self, view: &'static str, since: Option<Moment>, shown: &Shown) {
        self.keep(view, since, None, shown);
    }

    fn keep(&self, view: &'static str, since: Option<Moment>, memberships: Option<Arc<[WorkspaceId]>>, shown: &Shown) {
        let Version { user, revision, changed_at } = &shown.version;
        let (Some(kept), Some(since), Some(user)) = (&self.shown, since, number(user)) else { return };
        let (revision, changed_at, text) = (*revision, *changed_at, shown.text.clone());
        kept.insert(Name { view, user }, KnownUser { since, revision, changed_at, memberships, text });
    }
}

impl KnownUser {
    fn shown(self, user: UserId) -> Shown {
        let KnownUser { since: _, revision, changed_at, memberships: _, text } = self;
        Shown { version: Version { user, revision, changed_at }, text }
    }
}

fn number(id: &UserId) -> Option<u128> {
    Uuid::try_parse(id.as_str()).ok().map(|id| id.as_u128())
}

#[cfg(test)]
mod tests;
