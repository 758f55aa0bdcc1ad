//! Who was refused: one row for each caller, reason and minute.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gateway::environment::SystemClock;
use serde_json::{Value, json};
use users::ports::Clock;

use super::{Diary, by, told};
use crate::harness::{Maisa, Mm, NOBODY, Town, at_once, eventually};

fn refused(actor: &Value, operation: &str, reason: &str, user: Option<&str>, workspace: Option<&str>) -> Value {
    json!({
        "actor": actor, "action": "access.refused", "user_id": user, "key_id": null, "workspace_id": workspace,
        "dialect": operation.split('.').next(), "operation": operation, "request_id": "r",
        "outcome": "refused", "reason": reason, "fields": [],
    })
}

/// A list of several refusals in any order.
fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(|row| format!("{} {}", row["reason"], row["operation"]));
    rows
}

#[test]
fn who_is_refused_is_told_with_the_reason() {
    let town = Town::new();
    let place = town.workspace();
    let ada = place.person("viewer");
    let (revoked, idle, reader) = (place.steward(), place.person("user"), place.key_with(&["users:read"]));
    let short = place.key(&["--permission", "users:read", "--expires-in", "1s"]);
    let (pinned, narrow) = (place.steward(), place.steward());
    town.cli(&["key", "pin", &pinned.id, "maisa"]).done();
    town.mm_as(&revoked.secret).list(&[("workspace_id", &place.id)]).expect(200);
    town.cli(&["key", "revoke", &revoked.id]).done();
    town.mm().update(&idle.id, json!({"is_active": false})).expect(200);
    std::thread::sleep(Duration::from_millis(1_100));
    let mut diary = Diary::of(&town);
    let mm = |key: &str| town.mm_as(key).with("x-request-id", "r");
    let maisa = |key: &str| town.maisa_as(key).with("x-request-id", "r");

    maisa(&revoked.secret).list(&[]).expect(401);
    mm(&short.secret).get(&ada.id).expect(401);
    mm(&idle.key).me().expect(401);
    mm(&ada.key).update(NOBODY, json!({"bio": "x"})).expect(403);
    maisa(&reader.secret).delete(&ada.id).expect(403);
    mm(&pinned.secret).list(&[("workspace_id", &place.id)]).expect(403);
    let expected = [
        refused(&by(&revoked.secret, None), "maisa.listUsers", "revoked", None, Some(&place.id)),
        refused(&by(&short.secret, None), "mechamental.getUser", "expired", Some(&ada.id), Some(&place.id)),
        refused(&by(&idle.key, Some(&idle.id)), "mechamental.getCurrentUser", "owner_inactive", None, Some(&place.id)),
        refused(&by(&ada.key, Some(&ada.id)), "mechamental.updateUser", "forbidden", Some(NOBODY), Some(&place.id)),
        refused(&by(&reader.secret, None), "maisa.deleteUser", "forbidden", Some(&ada.id), Some(&place.id)),
        refused(&by(&pinned.secret, None), "mechamental.listUsers", "other_dialect", None, Some(&place.id)),
    ];
    eventually(Duration::from_secs(10), "the refusals are written", || {
        (told(&town.house, &[]).len() >= diary.seen.len() + expected.len()).then_some(())
    });
    assert_eq!(sorted(diary.read()), sorted(expected.to_vec()));

    // What nobody is known for, and what is a refusal of no right.
    mm("dgl_aaaaaaaaaaaaaaaa_x").me().expect(401);
    let stolen = format!("{}x", &narrow.secret[..narrow.secret.len() - 1]);
    mm(&stolen).me().expect(401);
    Mm::anonymous(&town.server.http).me().expect(401);
    Maisa::anonymous(&town.server.http).list(&[]).expect(401);
    mm(&narrow.secret).get(&town.root.id).expect(404);
    mm(&narrow.secret).me().expect(404);
    mm(&narrow.secret).create(json!({"email": 5})).expect(422);
    maisa(&narrow.secret).delete(NOBODY).expect(404);
    let seen = diary.seen.clone();
    let Town { server, house, .. } = town;
    server.stop();
    // All that was refused is written at the end.
    let mut diary = Diary { house: &house, seen };
    diary.expect(&[]);
}

fn minute() -> u64 {
    u64::try_from(SystemClock.now().micros()).unwrap() / 60_000_000
}

/// Ten thousand requests of one caller, through both doors of two processes.
#[test]
fn a_flood_is_a_row_a_minute_and_a_reason() {
    const CLIENTS: usize = 8;
    let town = Town::new();
    let place = town.workspace();
    let (reader, gone, pinned) = (place.key_with(&["users:read"]), place.steward(), place.steward());
    town.cli(&["key", "revoke", &gone.id]).done();
    town.cli(&["key", "pin", &pinned.id, "mechamental"]).done();
    let second = town.house.serve();
    let (began, before) = (minute(), told(&town.house, &[]).len());
    let jobs = (0..CLIENTS).map(|n| -> Box<dyn FnOnce() + Send + '_> {
        let http = if n % 2 == 0 { &town.server.http } else { &second.http };
        let (reader, gone, pinned) = (&reader.secret, &gone.secret, &pinned.secret);
        Box::new(move || {
            for call in 0..10_000 / CLIENTS {
                match call % 4 {
                    0 => Mm::new(http, reader).delete(NOBODY).expect(403),
                    1 => Maisa::new(http, reader).delete(NOBODY).expect(403),
                    2 => Maisa::new(http, gone).get(NOBODY).expect(401),
                    _ => Maisa::new(http, pinned).get(NOBODY).expect(403),
                };
            }
        })
    });
    at_once(jobs.collect());
    let minutes = minute() - began + 1;
    for server in [&town.server, &second] {
        assert_eq!(server.metric("diglot_audit_refusals_dropped"), 0);
    }
    second.stop();
    town.server.stop();
    let rows = told(&town.house, &[]).split_off(before);
    let mut seen: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for row in &rows {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of = (text(&row["actor"]["key_id"]), text(&row["reason"]), text(&row["at"])[..16].to_owned());
        *seen.entry(of).or_default() += 1;
    }
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
    let callers: BTreeSet<_> = seen.keys().map(|(key, reason, _)| (&**key, &**reason)).collect();
    let expected = [(&*reader.id, "forbidden"), (&*gone.id, "revoked"), (&*pinned.id, "other_dialect")];
    assert_eq!(callers, expected.into());
    assert!((3..=3 * minutes).contains(&(rows.len() as u64)), "{} rows in {minutes} minutes", rows.len());
}
