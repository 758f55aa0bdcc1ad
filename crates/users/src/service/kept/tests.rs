//! What is kept, and for how long.

use serde_json::value::to_raw_value;

use super::*;
use crate::caller::Reach;
use crate::role::Permissions;
use crate::shown::View;
use crate::testing::contract::user;

const VIEW: View<'static> = View { name: "names", render: &|user| Ok(to_raw_value(user.username.as_str()).unwrap()) };

/// Everything has changed since moments before this one.
struct ChangedAt(u64);

impl Changes for ChangedAt {
    fn hears_others(&self) -> bool {
        true
    }

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
    let listed_as = |view, changed, before| {
        let both = kept.listed((&ChangedAt(changed), before), view, &[ada.id.clone(), user(2).id]);
        assert_eq!(both[1], None, "nobody has seen that one");
        both.into_iter().next().flatten()
    };
    let listed = |changed, before| listed_as(VIEW.name, changed, before);
    assert_eq!(listed(5, moment(5)), Some(shown.clone()));
    assert_eq!(listed(3, moment(7)), Some(shown.clone()));
    assert_eq!(listed(4, moment(4)), Some(shown), "read after the page's look began, but it was the same");
    assert_eq!(listed(6, moment(6)), None, "it has changed since it was read");
    assert_eq!(listed(5, moment(4)), None, "it has changed since the page's look began");
    assert_eq!(listed(5, Moment { epoch: 2, ..moment(5) }), None, "somebody else has written");
    assert_eq!(listed_as("other", 5, moment(5)), None);
}

#[test]
fn a_page_takes_nothing_from_behind_its_state() {
    /// Somebody else changes a user, and what became of it is kept, while the present is found out.
    struct ChangesMeanwhile<'a>(&'a Kept, Shown);

    impl Changes for ChangesMeanwhile<'_> {
        fn hears_others(&self) -> bool {
            true
        }

        fn now(&self) -> Option<Moment> {
            let Self(kept, shown) = self;
            kept.keep_listed(VIEW.name, Some(moment(0)), shown);
            Some(moment(0))
        }

        fn has_changed(&self, _: &Subject, _: Moment) -> bool {
            false
        }
    }

    let (kept, ada) = (kept(), user(1));
    let meanwhile = ChangesMeanwhile(&kept, Shown::of(&ada, VIEW).unwrap());
    let listed = || kept.listed((&meanwhile, moment(0)), VIEW.name, std::slice::from_ref(&ada.id));
    assert_eq!(listed(), [None]);
    assert_eq!(listed(), [Some(meanwhile.1.clone())]);
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
