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

/// What is kept. Everything that is found here held at the moment that is named, or after it.
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
        let known = self.shown.as_ref()?.get(&Name { view, user: number(id)? })?;
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

    /// The user as that view showed it in the one state of a look that began between two moments, if that is known.
    pub fn listed(
        &self,
        (changes, before, after): (&dyn Changes, Moment, Moment),
        view: &'static str,
        id: &UserId,
    ) -> Option<Shown> {
        let known = self.shown.as_ref()?.get(&Name { view, user: number(id)? })?;
        let is_older = known.since.epoch == before.epoch && known.since.change <= before.change;
        let holds = is_older && changes.held(known.since, after, &[Subject::User(id.clone())]);
        holds.then(|| known.shown(id.clone()))
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
mod tests {
    use serde_json::value::to_raw_value;

    use super::*;
    use crate::caller::Reach;
    use crate::role::Permissions;
    use crate::shown::View;
    use crate::testing::contract::user;

    const VIEW: View<'static> =
        View { name: "names", render: &|user| Ok(to_raw_value(user.username.as_str()).unwrap()) };

    /// Everything has changed since moments before this one.
    struct ChangedAt(u64);

    impl Changes for ChangedAt {
        fn now(&self) -> Option<Moment> {
            Some(moment(self.0))
        }

        fn has_changed(&self, _: &Subject, since: Moment) -> bool {
            self.0 > since.change
        }
    }

    fn moment(change: u64) -> Moment {
        Moment { epoch: 1, change }
    }

    fn kept() -> Kept {
        Kept::new(Keep { callers: 0, shown_bytes: 1 << 20 })
    }

    fn reaching(reach: Reach) -> Caller {
        let key = KeyId::from_stored("key".to_owned());
        let permissions = Permissions::default();
        Caller { key, owner: None, permissions, reach, home: None, pinned: None, plan: None, session: false }
    }

    #[test]
    fn a_page_takes_what_was_so_in_the_state_that_it_is_of() {
        let (kept, ada) = (kept(), user(1));
        let shown = Shown::of(&ada, VIEW).unwrap();
        kept.keep_listed(VIEW.name, Some(moment(5)), &shown);
        let listed = |changed, before, after| kept.listed((&ChangedAt(changed), before, after), VIEW.name, &ada.id);
        assert_eq!(listed(5, moment(5), moment(5)), Some(shown.clone()));
        assert_eq!(listed(3, moment(7), moment(9)), Some(shown));
        assert_eq!(listed(6, moment(6), moment(6)), None, "it has changed");
        assert_eq!(listed(4, moment(4), moment(5)), None, "it was read after the page's look began, perhaps");
        let other_epoch = Moment { epoch: 2, ..moment(5) };
        assert_eq!(listed(5, moment(5), other_epoch), None, "somebody else has written since");
        assert_eq!(listed(5, other_epoch, other_epoch), None, "somebody else has written before");
        assert_eq!(kept.listed((&ChangedAt(5), moment(5), moment(5)), "other", &ada.id), None);
    }

    #[test]
    fn who_was_listed_is_shown_to_those_who_see_everyone_and_others_have_the_memberships_read() {
        let (kept, ada) = (kept(), user(1));
        let shown = Shown::of(&ada, VIEW).unwrap();
        let look = |caller: &Caller| kept.shown((&ChangedAt(0), moment(0)), caller, VIEW.name, &ada.id);
        let workspace = |name: &str| WorkspaceId::from_stored(name.to_owned());
        let within = |name| reaching(Reach::Workspaces([workspace(name)].into()));
        kept.keep_listed(VIEW.name, Some(moment(0)), &shown);
        assert_eq!(look(&reaching(Reach::Installation)), Some(Some(shown.clone())));
        assert_eq!(look(&within("hers")), None);
        let found = Found { user: ada.clone(), memberships: vec![workspace("hers")] };
        kept.keep_shown(VIEW.name, &Look { found, since: Some(moment(0)) }, &shown);
        assert_eq!(look(&within("hers")), Some(Some(shown)));
        assert_eq!(look(&within("another")), Some(None));
    }
}
