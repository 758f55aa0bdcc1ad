//! Many who have seen the same state: one changes it, the others hear that it is gone. Whatever the order, nothing is lost.

use serde_json::{Value, json};

use super::tag;
use crate::harness::{Answer, Town, at_once, town};

/// A racer's request, and what it leaves behind if it wins.
type Racer<'a> = Box<dyn FnOnce() -> (Answer, String) + Send + 'a>;

fn race(racers: Vec<Racer<'_>>, winners: usize) -> Vec<String> {
    let (mut won, mut lost) = (Vec::new(), 0);
    for (answer, mark) in at_once(racers) {
        match answer.status {
            200 => won.push(mark),
            412 => lost += 1,
            _ => panic!("{}", answer.story()),
        }
    }
    assert_eq!(won.len(), winners, "{lost} lost");
    won
}

/// Writers of both dialects, each with its dialect's tag for the state that all have seen.
fn writers<'a>(town: &'a Town, user: &'a str, round: usize, count: usize) -> Vec<Racer<'a>> {
    let (mm, maisa) = (tag(&town.mm().get(user)), tag(&town.maisa().get(user)));
    (0..count)
        .map(|n| -> Racer<'a> {
            let mark = format!("round {round} racer {n}");
            if n.is_multiple_of(2) {
                let (mm, mark) = (town.mm().with("If-Match", &mm), mark);
                Box::new(move || (mm.update(user, json!({ "full_name": mark })), mark))
            } else {
                let (maisa, mark) = (town.maisa().with("If-Match", &maisa), mark);
                Box::new(move || (maisa.update(user, json!({ "name": mark })), mark))
            }
        })
        .collect()
}

#[test]
fn of_many_writers_through_both_doors_one_wins() {
    let user = town().workspace().user("ada");
    for round in 0..25 {
        let won = race(writers(town(), &user, round, 8), 1);
        assert_eq!(town().maisa().get(&user).str("/data/name"), won[0]);
        assert_eq!(town().mm().get(&user).str("/full_name"), won[0]);
    }
}

#[test]
fn through_two_servers_on_one_store_it_is_the_same() {
    let town = Town::new();
    let other = town.house.serve();
    let user = town.workspace().user("ada");
    for round in 0..25 {
        let (mm, maisa) = (tag(&town.mm().get(&user)), tag(&town.maisa().get(&user)));
        let here = town.mm().with("If-Match", &mm);
        let there = crate::harness::Maisa::new(&other.http, &town.root.key).with("If-Match", &maisa);
        let (one, two) = (format!("here {round}"), format!("there {round}"));
        let won = race(
            vec![
                Box::new(|| (here.update(&user, json!({ "full_name": one })), one.clone())),
                Box::new(|| (there.update(&user, json!({ "name": two })), two.clone())),
            ],
            1,
        );
        assert_eq!(town.mm().get(&user).str("/full_name"), won[0]);
    }
}

#[test]
fn a_deletion_and_a_change_of_the_same_state_do_not_both_happen() {
    let place = town().workspace();
    for round in 0..20 {
        let user = place.user("ada");
        let (mm, maisa) = (tag(&town().mm().get(&user)), tag(&town().maisa().get(&user)));
        let (mm, maisa) = (town().mm().with("If-Match", &mm), town().maisa().with("If-Match", &maisa));
        let jobs: Vec<Box<dyn FnOnce() -> Answer + Send>> = if round % 2 == 0 {
            vec![Box::new(|| mm.delete(&user)), Box::new(|| maisa.update(&user, json!({"name": "Changed"})))]
        } else {
            vec![Box::new(|| maisa.delete(&user)), Box::new(|| mm.update(&user, json!({"full_name": "Changed"})))]
        };
        let statuses: Vec<u16> = at_once(jobs).iter().map(|answer| answer.status).collect();
        assert!([[204, 404], [412, 200]].iter().any(|both| *both == statuses[..]), "{statuses:?}");
    }
}

/// The way in which clients use tags: read, change what was read, and begin anew if somebody was faster.
#[test]
fn counting_by_read_and_conditional_write_loses_no_count() {
    const CLIENTS: usize = 6;
    const ROUNDS: usize = 5;
    let user = town().workspace().user("ada");
    let count = |through_mm: bool| loop {
        let read = if through_mm { town().mm().get(&user) } else { town().maisa().get(&user) };
        let seen = tag(&read);
        let (old, written) = if through_mm {
            let old = read.at("/settings/n").as_i64().unwrap_or(0);
            (old, town().mm().with("If-Match", &seen).update(&user, json!({"settings": {"n": old + 1}})))
        } else {
            let old = read.at("/data/metadata/n").as_i64().unwrap_or(0);
            (old, town().maisa().with("If-Match", &seen).update(&user, json!({"metadata": {"n": old + 1}})))
        };
        match written.status {
            200 => return old + 1,
            412 => {}
            _ => panic!("{}", written.story()),
        }
    };
    let jobs: Vec<Box<dyn FnOnce() -> Vec<i64> + Send>> = (0..CLIENTS)
        .map(|n| -> Box<dyn FnOnce() -> Vec<i64> + Send> {
            let count = &count;
            Box::new(move || (0..ROUNDS).map(|_| count(n.is_multiple_of(2))).collect())
        })
        .collect();
    let mut counted: Vec<i64> = at_once(jobs).into_iter().flatten().collect();
    counted.sort_unstable();
    let each_twice: Vec<i64> = (1..=(CLIENTS / 2 * ROUNDS) as i64).flat_map(|n| [n, n]).collect();
    assert_eq!(counted, each_twice, "each number once through each door");
    let total: Value = json!(CLIENTS / 2 * ROUNDS);
    assert_eq!(
        (town().mm().get(&user).at("/settings/n"), town().maisa().get(&user).at("/data/metadata/n")),
        (total.clone(), total)
    );
}
