//! Pages and counts.

use super::fixtures::*;
use crate::id::UserId;
use crate::page::{Filter, Scope, Start};
use crate::ports::Store;
use crate::user::User;

const EVERYONE: Scope = Scope::Installation;

fn open() -> Filter {
    Filter::default()
}

/// Users 1 to 10; workspace 1 has the odd ones, 2 the multiples of three, 3 nobody. Every third shows `admin`.
fn populate(store: &impl Store) {
    let admin =
        |n: u32| User { roles: roles(if n.is_multiple_of(3) { &["admin", "user"] } else { &["user"] }), ..user(n) };
    add(store, [7, 2, 9, 1, 10, 4, 3, 8, 6, 5].map(admin));
    add_workspace(store, 1, &[9, 1, 5, 3, 7]);
    add_workspace(store, 2, &[6, 3, 9]);
    add_workspace(store, 3, &[]);
}

fn scopes() -> Vec<(Scope, Vec<u32>)> {
    vec![
        (EVERYONE, (1..=10).collect()),
        (members(&[1]), vec![1, 3, 5, 7, 9]),
        (members(&[2]), vec![3, 6, 9]),
        (members(&[3]), vec![]),
        (members(&[1, 2]), vec![1, 3, 5, 6, 7, 9]),
        (members(&[3, 2, 1, 1]), vec![1, 3, 5, 6, 7, 9]),
        (members(&[]), vec![]),
        (members(&[99]), vec![]),
    ]
}

/// By id.
pub fn users_come_by_id_whatever_the_order_of_creation(store: &impl Store) {
    populate(store);
    assert_eq!(all(store, &EVERYONE, &open()), user_ids(1..=10));
    assert_eq!(all(store, &members(&[1]), &open()), user_ids([1, 3, 5, 7, 9]));
}

/// With every size of page.
pub fn a_walk_by_key_visits_everyone_once(store: &impl Store) {
    populate(store);
    for (scope, expected) in scopes() {
        for limit in 1..=11 {
            let mut visited: Vec<UserId> = Vec::new();
            let mut start = Start::Beginning;
            loop {
                let next = page(store, &scope, &open(), &start, limit);
                assert!(next.len() <= limit as usize);
                let Some(last) = next.last() else { break };
                start = Start::After(last.clone());
                visited.extend(next);
            }
            assert_eq!(visited, user_ids(expected.clone()), "{scope:?} by {limit}");
        }
    }
}

/// With every size of page.
pub fn a_walk_by_offset_visits_the_same(store: &impl Store) {
    populate(store);
    for (scope, expected) in scopes() {
        for limit in 1..=11_u32 {
            let pages = (0..12).map(|n| page(store, &scope, &open(), &Start::Skip((n * limit).into()), limit));
            assert_eq!(pages.collect::<Vec<_>>().concat(), user_ids(expected.clone()), "{scope:?} by {limit}");
        }
        for filter in [showing("admin"), showing("user"), showing("nobody")] {
            let pages = (0..12).map(|n| page(store, &scope, &filter, &Start::Skip(n), 1));
            assert_eq!(pages.collect::<Vec<_>>().concat(), all(store, &scope, &filter), "{scope:?} {filter:?}");
        }
    }
}

/// As if it were there.
pub fn a_page_begins_behind_an_id_that_is_gone(store: &impl Store) {
    populate(store);
    delete(store, 5);
    assert_eq!(page(store, &EVERYONE, &open(), &Start::After(user_id(5)), 2), user_ids([6, 7]));
    assert_eq!(page(store, &members(&[1]), &open(), &Start::After(user_id(5)), 2), user_ids([7, 9]));
    assert_eq!(page(store, &members(&[1]), &open(), &Start::After(user_id(4)), 2), user_ids([7, 9]));
    assert_eq!(page(store, &members(&[1, 2]), &open(), &Start::After(user_id(5)), 2), user_ids([6, 7]));
}

/// However far.
pub fn a_page_beyond_the_end_is_empty(store: &impl Store) {
    populate(store);
    for (scope, expected) in scopes() {
        let count = expected.len() as u64;
        for skip in [count, count + 1, 1 << 40, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            assert!(page(store, &scope, &open(), &Start::Skip(skip), 5).is_empty(), "{scope:?} from {skip}");
        }
        assert!(page(store, &scope, &open(), &Start::After(user_id(10)), 5).is_empty());
        assert_eq!(page(store, &scope, &open(), &Start::Beginning, u32::MAX), user_ids(expected));
    }
}

/// No user is asked for.
pub fn a_page_of_nothing_is_empty(store: &impl Store) {
    populate(store);
    for (scope, _) in scopes() {
        assert!(page(store, &scope, &open(), &Start::Beginning, 0).is_empty());
    }
}

/// Of those, and of no others.
pub fn a_scope_is_its_members(store: &impl Store) {
    populate(store);
    for (scope, expected) in scopes() {
        assert_eq!(all(store, &scope, &open()), user_ids(expected));
    }
    store.write(|tx| tx.remove_member(&workspace_id(1), &user_id(9))).expect("removed");
    assert_eq!(all(store, &members(&[1]), &open()), user_ids([1, 3, 5, 7]));
    assert_eq!(all(store, &members(&[2]), &open()), user_ids([3, 6, 9]));
}

/// On one page and across pages.
pub fn a_scope_of_several_workspaces_has_each_user_once(store: &impl Store) {
    populate(store);
    let both = members(&[2, 1]);
    assert_eq!(page(store, &both, &open(), &Start::Beginning, 3), user_ids([1, 3, 5]));
    assert_eq!(page(store, &both, &open(), &Start::After(user_id(3)), 3), user_ids([5, 6, 7]));
    assert_eq!(page(store, &both, &open(), &Start::Skip(2), 3), user_ids([5, 6, 7]));
    assert_eq!(all(store, &both, &showing("admin")), user_ids([3, 6, 9]));
    assert_eq!(page(store, &both, &showing("admin"), &Start::Skip(1), 1), user_ids([6]));
}

/// Not everyone.
pub fn a_scope_of_no_workspace_is_empty(store: &impl Store) {
    populate(store);
    assert!(all(store, &members(&[]), &open()).is_empty());
    assert!(page(store, &members(&[]), &open(), &Start::Skip(1), 5).is_empty());
}

/// Not at the others, and by its exact name.
pub fn a_role_filter_looks_at_the_role_shown(store: &impl Store) {
    populate(store);
    assert_eq!(all(store, &EVERYONE, &showing("admin")), user_ids([3, 6, 9]));
    assert_eq!(all(store, &EVERYONE, &showing("user")), user_ids([1, 2, 4, 5, 7, 8, 10]));
    assert_eq!(all(store, &members(&[1]), &showing("user")), user_ids([1, 5, 7]));
    for nobody in ["Admin", "adm", "admin ", "%", "'", "", "\0"] {
        assert!(all(store, &EVERYONE, &showing(nobody)).is_empty(), "{nobody:?}");
    }
    save(store, User { roles: roles(&["viewer", "admin"]), ..user(3) }).expect("saved");
    assert_eq!(all(store, &EVERYONE, &showing("admin")), user_ids([6, 9]));
    assert_eq!(page(store, &EVERYONE, &showing("user"), &Start::Skip(2), 2), user_ids([4, 5]));
    assert_eq!(page(store, &EVERYONE, &showing("user"), &Start::After(user_id(2)), 2), user_ids([4, 5]));
    assert_eq!(page(store, &members(&[1]), &showing("user"), &Start::Skip(1), 9), user_ids([5, 7]));
}

/// For every scope and filter.
pub fn a_count_agrees_with_a_walk(store: &impl Store) {
    populate(store);
    let filters = [open(), showing("admin"), showing("user"), searching("user1"), searching("@"), searching("zzz")];
    for (scope, _) in scopes() {
        for filter in &filters {
            all(store, &scope, filter);
        }
    }
}
