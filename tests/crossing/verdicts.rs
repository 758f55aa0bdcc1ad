//! Both doors have one lock: the same caller doing the same thing gets the same verdict, and causes the same change.
//!
//! Every caller meets every operation on every target twice, once through each door, on two equal copies. The verdicts
//! must be alike, and what the contract says; so must be the changes.

use serde_json::{Value, json};

use super::cast::{Caller, Reach, Stage, TARGETS, Target, permissions};
use crate::harness::{Answer, Town, id};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    Get,
    Nothing,
    Rename,
    Promote,
    Demote,
    Deactivate,
    Activate,
    Delete,
}

use Operation::*;

/// Deleting comes last: it may end a target, or the caller itself.
const OPERATIONS: [Operation; 8] = [Get, Nothing, Rename, Demote, Activate, Deactivate, Promote, Delete];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Done,
    Invalid,
    Unknown,
    Forbidden,
    NotFound,
    Conflict,
}

fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200 | 201 | 204 => Verdict::Done,
        400 | 422 => Verdict::Invalid,
        401 => Verdict::Unknown,
        403 => Verdict::Forbidden,
        404 => Verdict::NotFound,
        409 => Verdict::Conflict,
        _ => panic!("{}", answer.story()),
    }
}

fn through_mm(town: &Town, key: &str, operation: Operation, user: &str) -> Answer {
    let mm = town.mm_as(key);
    match operation {
        Get => mm.get(user),
        Nothing => mm.update(user, "{}"),
        Rename => mm.update(user, json!({"full_name": "Renamed"})),
        Promote => mm.update(user, json!({"roles": ["admin"]})),
        Demote => mm.update(user, json!({"roles": ["viewer"]})),
        Deactivate => mm.update(user, json!({"is_active": false})),
        Activate => mm.update(user, json!({"is_active": true})),
        Delete => mm.delete(user),
    }
}

fn through_maisa(town: &Town, key: &str, operation: Operation, user: &str) -> Answer {
    let maisa = town.maisa_as(key);
    match operation {
        Get => maisa.get(user),
        Nothing => maisa.update(user, "{}"),
        Rename => maisa.update(user, json!({"name": "Renamed"})),
        Promote => maisa.update(user, json!({"role": "admin"})),
        Demote => maisa.update(user, json!({"role": "viewer"})),
        Deactivate => maisa.update(user, json!({"status": "inactive"})),
        Activate => maisa.update(user, json!({"status": "active"})),
        Delete => maisa.delete(user),
    }
}

/// Whether the operation would change who the target is: its roles or its status.
fn strikes(operation: Operation, target: &Target) -> bool {
    match operation {
        Promote => target.role != "admin",
        Demote => target.role != "viewer",
        Deactivate => target.active,
        Activate => !target.active,
        _ => false,
    }
}

/// What the contract says (§3).
fn due(caller: &Caller, operation: Operation, target: &Target) -> Verdict {
    let sees = target.exists
        && match caller.reach {
            Reach::Everything => true,
            Reach::Here => target.here,
            Reach::There => target.there,
            Reach::Nothing => false,
        };
    let reaches_all = caller.reach == Reach::Everything
        || (caller.reach == Reach::Here && !target.there)
        || (caller.reach == Reach::There && !target.here);
    let needed = match operation {
        Get => "users:read",
        Delete => "users:delete",
        _ => "users:write",
    };
    let grants = match operation {
        Promote => caller.covers("admin"),
        Demote => caller.covers("viewer"),
        _ => true,
    };
    let allowed = match operation {
        _ if !caller.alive => return Verdict::Unknown,
        Get if target.is_self => true,
        Get | Delete => caller.holds(needed),
        _ if target.is_self => !strikes(operation, target) && caller.role.is_some_and(|role| caller.covers(role)),
        _ => caller.holds(needed),
    };
    match operation {
        _ if !allowed => Verdict::Forbidden,
        _ if !sees && !target.is_self => Verdict::NotFound,
        Delete if !reaches_all => Verdict::Forbidden,
        _ if strikes(operation, target) && !(reaches_all && grants && caller.covers(target.role)) => Verdict::Forbidden,
        _ => Verdict::Done,
    }
}

/// The record without what differs between two copies of one person.
fn state(town: &Town, user: &str) -> Value {
    let mm = town.mm().get(user);
    if mm.status == 404 {
        return Value::Null;
    }
    let mut record = json!({"mechamental": mm.expect(200).json(), "maisa": town.maisa().get(user).expect(200).json()});
    for key in ["user_id", "email", "username", "created_at", "updated_at"] {
        record["mechamental"][key] = Value::Null;
    }
    for key in ["id", "email", "createdAt", "updatedAt"] {
        record["maisa"]["data"][key] = Value::Null;
    }
    if record["mechamental"]["full_name"].is_null() {
        record["maisa"]["data"]["name"] = Value::Null;
    }
    record
}

/// One triple, through both doors.
fn try_triple(town: &Town, caller: &Caller, operation: Operation, target: &Target) -> bool {
    let about = || format!("{} · {operation:?} · {}", caller.name, target.name);
    let before = target.copies.each_ref().map(|user| state(town, user));
    assert_eq!(before[0], before[1], "before {}", about());
    let answers = [
        through_mm(town, &caller.copies[0].0, operation, &target.copies[0]),
        through_maisa(town, &caller.copies[1].0, operation, &target.copies[1]),
    ];
    let due = due(caller, operation, target);
    for answer in &answers {
        assert_eq!(verdict(answer), due, "{}: {}", about(), answer.story());
    }
    let after = target.copies.each_ref().map(|user| state(town, user));
    assert_eq!(after[0], after[1], "after {}", about());
    let changed = after[0] != before[0];
    assert!(due == Verdict::Done || !changed, "a refusal changed something: {}", about());
    changed
}

#[test]
fn every_caller_gets_the_same_verdict_for_every_operation_on_every_target_through_both_doors() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let mut targets: Vec<Target> = TARGETS.into_iter().map(|name| stage.target(name)).collect();
    let mut triples = 0;
    for caller in stage.callers() {
        for target in &mut targets {
            for operation in OPERATIONS {
                if try_triple(&town, &caller, operation, target) {
                    *target = stage.target(target.name);
                }
                triples += 1;
            }
        }
        for operation in OPERATIONS {
            if let Some(oneself) = stage.oneself(&caller) {
                try_triple(&town, &caller, operation, &oneself);
                triples += 1;
            }
        }
    }
    assert!(triples >= 500, "only {triples}");
}

#[test]
fn whoever_is_the_last_administrator_is_safe_from_every_caller_through_both_doors() {
    let town = Town::new();
    let stage = Stage::new(&town);
    let callers = stage.callers();
    // The callers' administrators go, so that the first one is the last; their keys go with them.
    for user in town.maisa().walk(100) {
        if user["role"] == "admin" && user["id"] != town.root.id.as_str() {
            town.maisa().delete(user["id"].as_str().unwrap()).expect(204);
        }
    }
    let root = [town.root.id.clone(), town.root.id.clone()];
    let last = Target {
        name: "last",
        here: false,
        there: false,
        exists: true,
        role: "admin",
        active: true,
        is_self: false,
        copies: root,
    };
    for caller in callers.into_iter().filter(|caller| caller.role != Some("admin")) {
        let before = state(&town, &town.root.id);
        for operation in [Demote, Deactivate, Delete] {
            let due = match due(&caller, operation, &last) {
                Verdict::Done => Verdict::Conflict,
                other => other,
            };
            let user = &town.root.id;
            let answers = [
                through_mm(&town, &caller.copies[0].0, operation, user),
                through_maisa(&town, &caller.copies[1].0, operation, user),
            ];
            for answer in &answers {
                assert_eq!(verdict(answer), due, "{} · {operation:?}: {}", caller.name, answer.story());
            }
        }
        assert_eq!(state(&town, &town.root.id), before, "{}", caller.name);
    }
}

#[test]
fn every_caller_creates_and_lists_alike_through_both_doors() {
    let town = Town::new();
    let stage = Stage::new(&town);
    for caller in stage.callers() {
        let keys = caller.copies.each_ref().map(|(key, _)| key.as_str());
        for role in ["admin", "developer", "operator", "viewer", "user"] {
            let mut body = stage.here.application("new");
            body.as_object_mut().unwrap().remove("default_workspace_id");
            let maisa = json!({"email": stage.here.application("new")["email"], "name": "New", "role": role, "sendActivationEmail": false});
            body["roles"] = json!([role]);
            let answers = [town.mm_as(keys[0]).create(&body), town.maisa_as(keys[1]).create(maisa)];
            let homeless = caller.role.is_none() && caller.reach == Reach::Everything;
            let due = match () {
                () if !caller.alive => vec![Verdict::Unknown],
                () if !caller.holds("users:write") || !caller.covers(role) => {
                    // Which of two reasons is told is not decided where both hold.
                    if homeless { vec![Verdict::Forbidden, Verdict::Invalid] } else { vec![Verdict::Forbidden] }
                }
                () if homeless => vec![Verdict::Invalid],
                () => vec![Verdict::Done],
            };
            for answer in &answers {
                assert!(
                    due.contains(&verdict(answer)),
                    "{} creates {role}, should be {due:?}: {}",
                    caller.name,
                    answer.story()
                );
            }
            assert_eq!(verdict(&answers[0]), verdict(&answers[1]), "{} creates {role}", caller.name);
            if due == [Verdict::Done] {
                let records = [id(&answers[0].json()), answers[1].str("/data/id")]
                    .map(|user| town.mm().get(&user).expect(200).json());
                for key in ["roles", "is_active", "is_verified", "default_workspace_id", "preferences"] {
                    assert_eq!(records[0][key], records[1][key], "{} creates {role}: {key}", caller.name);
                }
                assert_eq!(
                    town.maisa().get(&id(&records[0])).expect(200).at("/data/permissions"),
                    json!(permissions(role))
                );
            }
        }
        let home = if caller.reach == Reach::There { &stage.there } else { &stage.here };
        let lists = [
            town.mm_as(keys[0]).list(&[("workspace_id", &home.id), ("limit", "200")]),
            town.maisa_as(keys[1]).list(&[("limit", "100")]),
        ];
        assert_eq!(verdict(&lists[0]), verdict(&lists[1]), "{} lists", caller.name);
        if lists[0].status == 200 && caller.reach != Reach::Everything {
            let total = lists[0].at("/total");
            assert_eq!(total, lists[1].at("/pagination/total"), "{} counts", caller.name);
        }
    }
}
