//! Lists.

use serde_json::value::to_raw_value;

use super::house::{House, role};
use crate::error::UserError;
use crate::page::{Filter, ListUsers, Search, Start};
use crate::shown::{Shown, View};
use crate::{Caller, UserId};

/// Lists are looked at for who is in them.
const IDS: View<'static> = View { name: "ids", render: &|user| Ok(to_raw_value(user.id.as_str()).unwrap()) };

fn ids(users: Vec<Shown>) -> Vec<UserId> {
    users.into_iter().map(|user| user.version.user).collect()
}

fn list(house: &House, caller: &Caller, start: Start, limit: u32) -> (Vec<UserId>, bool, u64) {
    let query = ListUsers { workspace: None, filter: Filter::default(), start, limit };
    let page = house.users.list(caller, &query, IDS).unwrap();
    (ids(page.users), page.has_more, page.total)
}

#[test]
fn both_ways_to_walk_visit_the_same_users() {
    let house = House::new();
    for n in 0..7 {
        house.user(&format!("user{n}"), &["user"], &house.first);
    }
    let (everyone, _, total) = list(&house, &house.admin, Start::Beginning, 100);
    assert_eq!(everyone.len() as u64, total);
    let (mut by_id, mut start) = (Vec::new(), Start::Beginning);
    let (mut by_offset, mut more) = (Vec::new(), true);
    while more {
        let (page, _, _) = list(&house, &house.admin, Start::Skip(by_offset.len() as u64), 3);
        by_offset.extend(page);
        let (page, has_more, _) = list(&house, &house.admin, start, 3);
        by_id.extend(page);
        start = Start::After(by_id.last().unwrap().clone());
        more = has_more;
    }
    assert_eq!(by_id, everyone);
    assert_eq!(by_offset, everyone);
}

#[test]
fn a_page_that_is_exactly_full_is_the_last() {
    let house = House::new();
    house.user("ada", &["user"], &house.second);
    house.user("bob", &["user"], &house.second);
    let caller = house.service(&house.second, &["users:read"]);
    assert!(!list(&house, &caller, Start::Beginning, 2).1);
    assert!(list(&house, &caller, Start::Beginning, 1).1);
}

#[test]
fn a_workspace_out_of_reach_is_not_found() {
    let house = House::new();
    let caller = house.service(&house.first, &["users:read"]);
    for id in [house.second.as_str(), "", "nowhere"] {
        let query =
            ListUsers { workspace: Some(id.to_owned()), filter: Filter::default(), start: Start::Beginning, limit: 1 };
        assert_eq!(house.users.list(&caller, &query, IDS), Err(UserError::no_workspace(id)));
    }
}

#[test]
fn a_filter_sees_the_role_shown_and_folded_texts() {
    let house = House::new();
    let ada = house.user("Ada_1", &["developer", "user"], &house.first);
    house.user("bob", &["user"], &house.first);
    let find = |filter: Filter| {
        let query = ListUsers { workspace: None, filter, start: Start::Beginning, limit: 10 };
        let page = house.users.list(&house.admin, &query, IDS).unwrap();
        (ids(page.users), page.total)
    };
    let search = |term: &str| find(Filter { search: Search::new(term), role: None });
    assert_eq!(find(Filter { search: None, role: Some(role("developer")) }), (vec![ada.id.clone()], 1));
    assert_eq!(find(Filter { search: None, role: Some(role("user")) }).1, 1);
    assert_eq!(search("aDA_1@EXAMPLE"), (vec![ada.id], 1));
    for nothing in ["%", "a%", "Ada-1", "\0", "ada\n", "1\n"] {
        assert_eq!(search(nothing).1, 0, "{nothing:?}");
    }
    assert_eq!(search("_").1, 1);
}
