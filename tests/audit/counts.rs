//! There are as many rows as changes, whatever is done.

use std::collections::BTreeSet;

use users::audit::Place;
use users::{Timestamp, UserId};

use super::acts::{Dice, State, act, done};
use crate::harness::Town;

const ACTS: usize = 250;

#[test]
fn there_are_as_many_rows_as_changes() {
    let town = Town::new();
    let workspaces = [town.first_workspace.clone(), town.workspace().id, town.workspace().id];
    let store = town.house.store();
    let mut dice = Dice(7);
    let mut seen: BTreeSet<String> = done(&store, None).iter().map(|event| event.id.to_string()).collect();
    let (mut before, mut changes, mut idle) = (State::of(&store), 0, 0);
    for n in 0..ACTS {
        let unseen = act(&town, &before, &workspaces, &mut dice);
        let after = State::of(&store);
        let expected = after.changes_since(&before) + unseen;
        let rows: Vec<_> = done(&store, None).into_iter().filter(|event| seen.insert(event.id.to_string())).collect();
        assert_eq!(rows.len(), expected, "act {n}: {rows:?}");
        (before, changes, idle) = (after, changes + expected, idle + usize::from(expected == 0));
    }
    assert!(changes > ACTS / 2 && idle > ACTS / 10, "{changes} changes, {idle} acts without any");
    let since = Place::before(Timestamp::from_micros(0).unwrap());
    assert_eq!(done(&store, Some(&since)).len(), seen.len());
    assert!(seen.iter().all(|id| UserId::parse(id).is_some()), "ids are UUIDs");
}
