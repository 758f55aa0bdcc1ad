//! What arrives.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use storage::{Phase, Report};
use users::UserId;
use users::ports::Store;

use crate::fixture::{Folder, TABLES, crowd};

fn sum(report: &Report, table: &str) -> (u64, String) {
    let table = report.tables.iter().find(|reported| reported.table == table).expect("a table");
    (table.target.rows, table.target.sha256.clone())
}

#[test]
fn every_kind_of_row_arrives_as_it_was() {
    let folder = Folder::of_every_kind();
    let report = folder.copy().expect("copied");
    assert!(report.agrees());
    assert_eq!((report.found, report.copied), (0, 48));
    assert_eq!(report.tables.iter().map(|table| table.table).collect::<Vec<_>>(), TABLES);
    assert_eq!(
        report.tables.iter().map(|table| table.source.rows).collect::<Vec<_>>(),
        [3, 4, 4, 4, 5, 8, 3, 3, 3, 4, 3, 4]
    );
    folder.assert_same("from", "to");
    let large = "SELECT length(preferences) FROM users WHERE id = 'u2'";
    assert_eq!(folder.number("to", large), 262_128, "nothing was cut");
}

#[test]
fn a_copy_is_a_store_like_any_other() {
    let folder = Folder::crowded(10);
    folder.copy().expect("copied");
    let store = storage::open_existing(&folder.settings("to")).expect("a store");
    let id = UserId::parse("00000003-0000-7000-8000-000000000000").expect("an id");
    let user = store.read(|reads| reads.user(&id)).expect("a look").expect("a user");
    assert_eq!(user.username.as_str(), "user3");
    assert_eq!(store.read(|reads| reads.fact("copy")), Ok(None), "the note is gone");
    store.write(move |tx| tx.delete_user(&id)).expect("deleted");
}

#[test]
fn a_copy_of_a_copy_has_the_same_sums() {
    let folder = Folder::of_every_kind();
    let first = folder.copy().expect("copied");
    let second = storage::copy(&folder.settings("to"), &folder.settings("third"), &mut |_| {}).expect("copied");
    assert_eq!(first, second);
    folder.assert_same("from", "third");
}

#[test]
fn an_empty_store_is_copied_too() {
    let folder = Folder::new();
    drop(folder.open("from"));
    for _ in 0..2 {
        let report = folder.copy().expect("copied");
        assert!(report.agrees() && report.copied == 0);
    }
    drop(folder.open("to"));
}

#[test]
fn a_copy_that_is_complete_is_found_to_be() {
    let folder = Folder::of_every_kind();
    let first = folder.copy().expect("copied");
    let again = folder.copy().expect("compared");
    assert_eq!((again.found, again.copied), (48, 0));
    assert_eq!(first.tables, again.tables);
}

/// What the sums are of is a promise: they can be told to other programs.
#[test]
fn a_sum_is_of_lines_of_json() {
    let folder = Folder::of_every_kind();
    let report = folder.copy().expect("copied");
    let of = |lines: &str| HEXLOWER.encode(digest(&SHA256, lines.as_bytes()).as_ref());
    let memberships = r#"{"workspace_id":"W1","user_id":"U1"}
{"workspace_id":"w0","user_id":"u0"}
{"workspace_id":"w0","user_id":"u1"}
{"workspace_id":"w1","user_id":"u1"}
"#;
    assert_eq!(sum(&report, "memberships"), (4, of(memberships)));
    let keys = r#"{"id":"k0","name":"","secret_hash":"","reach":"installation","workspace_id":null,"owner_id":null,"permissions":"[\"users:read\"]","created_at":0,"expires_at":null,"revoked_at":null,"pinned":null,"plan":null,"session":false}
{"id":"k1","name":"🔑","secret_hash":"00ff00","reach":"workspace","workspace_id":"w1","owner_id":null,"permissions":"[]","created_at":1,"expires_at":2,"revoked_at":3,"pinned":"a door","plan":"","session":false}
{"id":"k2","name":"mine","secret_hash":"0000000000000000000000000000000000000000000000000000000000000000","reach":"owner","workspace_id":null,"owner_id":"u1","permissions":null,"created_at":-1,"expires_at":-2,"revoked_at":-3,"pinned":"","plan":"🗝","session":true}
{"id":"k3","name":"both","secret_hash":"01","reach":"workspace","workspace_id":"w0","owner_id":"u0","permissions":null,"created_at":0,"expires_at":null,"revoked_at":9223372036854775807,"pinned":null,"plan":"p","session":false}
"#;
    assert_eq!(sum(&report, "keys"), (4, of(keys)));
    let usage = r#"{"key_id":"k0","day":-1,"operation":"","calls":0,"errors":0,"last_seen":-9223372036854775808}
{"key_id":"k0","day":20000,"operation":"door.one","calls":9223372036854775807,"errors":1,"last_seen":2}
{"key_id":"k0","day":20000,"operation":"door.two","calls":1,"errors":0,"last_seen":3}
{"key_id":"k1","day":-9223372036854775808,"operation":"B","calls":1,"errors":1,"last_seen":1}
{"key_id":"k1","day":9223372036854775807,"operation":"🚪.é","calls":3,"errors":3,"last_seen":9223372036854775807}
"#;
    assert_eq!(sum(&report, "usage"), (5, of(usage)));
    let details = r#"{"key_id":"k0","day":-1,"operation":"","kind":"agent","name":"","calls":0}
{"key_id":"k0","day":20000,"operation":"door.one","kind":"agent","name":"z","calls":1}
{"key_id":"k0","day":20000,"operation":"door.one","kind":"agent","name":"é 🦀","calls":9223372036854775807}
{"key_id":"k0","day":20000,"operation":"door.one","kind":"field","name":"a","calls":2}
{"key_id":"k0","day":20000,"operation":"door.two","kind":"field","name":"","calls":3}
{"key_id":"k1","day":-9223372036854775808,"operation":"B","kind":"agent","name":"x","calls":5}
{"key_id":"k1","day":9223372036854775807,"operation":"🚪.é","kind":"parameter","name":"B","calls":4}
{"key_id":"k1","day":9223372036854775807,"operation":"🚪.é","kind":"parameter","name":"a","calls":4}
"#;
    assert_eq!(sum(&report, "usage_details"), (8, of(details)));
    let attempts = r#"{"subject":"","arrival":0}
{"subject":"a","arrival":-9223372036854775808}
{"subject":"é 🦀","arrival":9223372036854775807}
"#;
    assert_eq!(sum(&report, "attempts"), (3, of(attempts)));
    let outbox = r#"{"id":"","user_id":"u0","kind":"","created_at":0,"attempts":0,"due_at":-9223372036854775808,"leased_until":null,"tried_since":null,"last_error":null,"abandoned_at":null}
{"id":"M2","user_id":"u0","kind":"activation","created_at":2,"attempts":9223372036854775807,"due_at":9223372036854775807,"leased_until":1,"tried_since":-1,"last_error":"später 🦀","abandoned_at":0}
{"id":"m1","user_id":"u1","kind":"activation","created_at":1,"attempts":1,"due_at":3,"leased_until":4,"tried_since":2,"last_error":"","abandoned_at":null}
"#;
    assert_eq!(sum(&report, "outbox"), (3, of(outbox)));
    let tokens = r#"{"hash":"","user_id":"u1","purpose":"","email_key":"","message_id":"","created_at":-9223372036854775808,"expires_at":0}
{"hash":"F0","user_id":"u0","purpose":"password","email_key":"é@example.com","message_id":"m1","created_at":0,"expires_at":9223372036854775807}
{"hash":"f0","user_id":"u0","purpose":"activation","email_key":"a@example.com","message_id":"gone","created_at":1,"expires_at":2}
"#;
    assert_eq!(sum(&report, "tokens"), (3, of(tokens)));
    folder.run("from", "DELETE FROM claims WHERE id = 'c1'");
    let _ = std::fs::remove_file(folder.path("to"));
    let claims = r#"{"id":"C1","created_at":-1,"user_id":null,"fingerprint":null,"answer":null}
{"id":"c0","created_at":0,"user_id":"u0","fingerprint":"","answer":""}
{"id":"c2","created_at":3,"user_id":"u0","fingerprint":"ff","answer":"\n\"\\ 🦀"}
"#;
    assert_eq!(sum(&folder.copy().expect("copied"), "claims"), (3, of(claims)));
    let audit = r#"{"at":-9223372036854775808,"id":"","actor":"key","actor_key":"k0","actor_user":null,"action":"","user_id":null,"key_id":null,"workspace_id":null,"operation":"","request_id":null,"reason":null,"fields":"","repetition":null}
{"at":5,"id":"A","actor":"nobody","actor_key":null,"actor_user":null,"action":"what?","user_id":"gone","key_id":"🗝","workspace_id":"W1","operation":"user delete","request_id":"","reason":"é","fields":"[\"a\",\"b\"]","repetition":"once"}
{"at":5,"id":"a","actor":"user","actor_key":"","actor_user":"u1","action":"user.changed","user_id":"u1","key_id":"","workspace_id":"","operation":"door.one","request_id":"r 🦀","reason":null,"fields":"[]","repetition":null}
{"at":9223372036854775807,"id":"z","actor":"operator","actor_key":null,"actor_user":null,"action":"x","user_id":null,"key_id":null,"workspace_id":null,"operation":"","request_id":null,"reason":"","fields":"[]","repetition":"twice"}
"#;
    assert_eq!(sum(&report, "audit"), (4, of(audit)));
}

#[test]
fn any_change_changes_a_sum() {
    let folder = Folder::of_every_kind();
    let before = folder.copy().expect("copied");
    for change in [
        "UPDATE users SET password_hash = '' WHERE id = 'u0'",
        "UPDATE users SET bio = '' WHERE id = 'u0'",
        "UPDATE users SET revision = revision + 1 WHERE id = 'u0'",
        "UPDATE users SET search_text = 'x' WHERE id = 'u0'",
        "UPDATE keys SET secret_hash = x'00' WHERE id = 'k0'",
        "UPDATE keys SET pinned = NULL WHERE id = 'k2'",
        "UPDATE usage SET errors = 2 WHERE day = -1",
        "UPDATE usage_details SET name = 'b' WHERE day = -1",
        "UPDATE facts SET value = 'x' WHERE name = ''",
        "UPDATE outbox SET id = 'm3' WHERE id = 'm1'",
        "UPDATE outbox SET leased_until = NULL WHERE id = 'm1'",
        "UPDATE tokens SET expires_at = 3 WHERE hash = 'f0'",
        "UPDATE audit SET request_id = NULL WHERE id = 'A'",
        "UPDATE claims SET answer = 'x' WHERE id = 'c0'",
        "UPDATE claims SET user_id = NULL, fingerprint = NULL, answer = NULL WHERE id = 'c0'",
    ] {
        folder.run("from", change);
        let _ = std::fs::remove_file(folder.path("to"));
        let after = folder.copy().expect("copied");
        assert!(after.agrees());
        assert_ne!(before.tables, after.tables, "{change}");
    }
}

/// Pages of every table end in the middle of something: workspaces with more members than a batch has rows, large objects.
#[test]
fn batches_lose_nothing_at_their_ends() {
    let folder = Folder::crowded(1_701);
    folder.run(
        "from",
        "INSERT INTO workspaces SELECT 'x' || i, 'X', i FROM (SELECT value AS i FROM json_each('[1,2,3,4,5,6,7,8,9]'));
        INSERT INTO memberships (workspace_id, user_id) SELECT w.id, u.id FROM workspaces w, users u WHERE w.id <> 'w' AND (u.rowid + w.created_at) % 3 = 0;
        UPDATE users SET preferences = '{\"a\":\"' || hex(zeroblob(130000)) || '\"}', metadata = '{\"a\":\"' || hex(zeroblob(130000)) || '\"}'
            WHERE rowid BETWEEN 600 AND 640;
        UPDATE claims SET answer = hex(zeroblob(130000)) WHERE rowid BETWEEN 100 AND 180;",
    );
    let mut batches = BTreeMap::new();
    let report = folder.copy_watched(&mut |p| {
        if p.phase == Phase::Copying {
            *batches.entry(p.table).or_insert(0) += 1;
        }
    });
    assert!(report.expect("copied").agrees());
    folder.assert_same("from", "to");
    assert!(batches["users"] >= 9, "41 rows of half a megabyte are no single batch: {batches:?}");
    assert!(batches["claims"] >= 6, "nor are 81 rows of a quarter: {batches:?}");
}

#[test]
fn whoever_watches_hears_of_every_row() {
    let folder = Folder::new();
    folder.fill("from", &crowd(1_200));
    let mut heard = Vec::new();
    let report = folder.copy_watched(&mut |progress| heard.push(progress)).expect("copied");
    let rows = report.copied;
    for phase in [Phase::Reading, Phase::Copying, Phase::Comparing] {
        let of_phase: Vec<_> = heard.iter().filter(|progress| progress.phase == phase).collect();
        assert!(of_phase.iter().all(|progress| progress.total == rows));
        assert!(of_phase.is_sorted_by_key(|progress| progress.rows));
        assert_eq!(of_phase.last().map(|progress| progress.rows), Some(rows));
    }
}
