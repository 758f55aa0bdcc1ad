//! Preconditions: what holds is done, what does not is refused with 412, and what has not changed is not sent again.

use serde_json::json;

use super::tag;
use crate::harness::{Answer, Maisa, Mm, NOBODY, Request, Town, Workspace, town};

/// A tag of the right form that no answer ever had.
const NOWHERE: &str = "\"nowhere\"";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    Mm,
    Maisa,
}

const DOORS: [Door; 2] = [Door::Mm, Door::Maisa];

impl Door {
    fn ask(self, key: &str, headers: &[(&str, &str)], method: &str, path: &str, body: Option<&str>) -> Answer {
        let (mount, name, value) = match self {
            Door::Mm => ("/mechamental", "Authorization", format!("Bearer {key}")),
            Door::Maisa => ("/maisa", "X-API-Key", key.to_owned()),
        };
        let request = Request::new(method, &format!("{mount}{path}")).header(name, &value);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        town().server.http.send(&request).unwrap()
    }

    fn get(self, headers: &[(&str, &str)], user: &str) -> Answer {
        self.ask(&town().root.key, headers, "GET", &format!("/v1/users/{user}"), None)
    }

    fn put(self, headers: &[(&str, &str)], user: &str, body: &str) -> Answer {
        self.ask(&town().root.key, headers, "PUT", &format!("/v1/users/{user}"), Some(body))
    }

    fn delete(self, headers: &[(&str, &str)], user: &str) -> Answer {
        self.ask(&town().root.key, headers, "DELETE", &format!("/v1/users/{user}"), None)
    }

    /// A change of the name that both doors show.
    fn name(self, name: &str) -> String {
        match self {
            Door::Mm => json!({ "full_name": name }).to_string(),
            Door::Maisa => json!({ "name": name }).to_string(),
        }
    }

    #[track_caller]
    fn error(self, answer: Answer, status: u16, mm: &str, maisa: &str) {
        match self {
            Door::Mm => answer.mm_error(status, mm),
            Door::Maisa => answer.maisa_error(status, maisa),
        };
    }

    #[track_caller]
    fn failed(self, answer: Answer) {
        assert_eq!(answer.header("etag"), None);
        self.error(answer, 412, "PRECONDITION_FAILED", "PRECONDITION_FAILED");
    }
}

fn name_of(user: &str) -> String {
    town().maisa().get(user).str("/data/name")
}

#[test]
fn if_match_lets_a_change_through_that_was_made_for_this_state() {
    let place = town().workspace();
    for door in DOORS {
        let user = place.user("ada");
        let tag_now = || tag(&door.get(&[], &user).expect(200));
        let now = tag_now();
        for (n, list) in
            [now.clone(), format!("{NOWHERE}, {now}"), format!(" ,, {now} ,"), "*".to_owned()].iter().enumerate()
        {
            // What changes nothing leaves the tag as it is.
            let answer = door.put(&[("If-Match", list)], &user, "{}").expect(200);
            assert_eq!(tag(&answer), now, "{n}");
        }
        let several = [("If-Match", NOWHERE), ("If-Match", &now), ("if-match", "\"a,b\"")];
        let changed = door.put(&several, &user, &door.name("Once")).expect(200);
        assert_eq!((tag(&changed), name_of(&user).as_str()), (tag_now(), "Once"));
        door.failed(door.put(&several, &user, &door.name("Twice")));
        door.failed(door.delete(&[("If-Match", &now)], &user));
        assert_eq!(name_of(&user), "Once");
        door.delete(&[("If-Match", &tag_now())], &user).expect(204);
        door.get(&[], &user).expect(404);
    }
}

#[test]
fn a_change_through_one_door_makes_the_tags_of_the_other_stale() {
    let place = town().workspace();
    for (door, other) in [(Door::Mm, Door::Maisa), (Door::Maisa, Door::Mm)] {
        let user = place.user("ada");
        let (own, others) = (tag(&door.get(&[], &user)), tag(&other.get(&[], &user)));
        other.failed(other.put(&[("If-Match", &own)], &user, "{}"));
        door.put(&[("If-Match", &own)], &user, &door.name("Changed")).expect(200);
        other.failed(other.put(&[("If-Match", &others)], &user, &other.name("Lost")));
        other.failed(other.delete(&[("If-Match", &others)], &user));
        assert_eq!(other.get(&[("If-None-Match", &others)], &user).status, 200);
        assert_eq!(name_of(&user), "Changed");
    }
}

#[test]
fn what_matches_nothing_is_refused() {
    let place = town().workspace();
    for door in DOORS {
        let user = place.user("ada");
        let now = tag(&door.get(&[], &user));
        let other = tag(&door.get(&[], &town().root.id));
        let body = now.trim_matches('"');
        for list in [
            NOWHERE,
            // A weak tag never matches strongly (RFC 9110 §8.8.3.2).
            &format!("W/{now}"),
            &format!("W/{now}, {NOWHERE}"),
            &other,
            "\"\"",
            "\"*\"",
            "",
            " , ",
            &format!("\"{}\"", body.to_uppercase()),
            &format!("\"{body} \"").replace(' ', "!"),
            &format!("\"{}\"", &body[1..]),
        ] {
            door.failed(door.put(&[("If-Match", list)], &user, &door.name("Lost")));
            door.failed(door.delete(&[("If-Match", list)], &user));
            door.failed(door.get(&[("If-Match", list)], &user));
            assert_eq!(
                door.ask(&town().root.key, &[("If-Match", list)], "HEAD", &format!("/v1/users/{user}"), None).status,
                412
            );
        }
        assert_eq!(tag(&door.get(&[], &user)), now);
    }
}

#[test]
fn what_a_client_has_already_is_not_sent_again() {
    let user = town().workspace().user("ada");
    for door in DOORS {
        let now = tag(&door.get(&[], &user));
        let path = format!("/v1/users/{user}");
        for list in [now.clone(), format!("W/{now}"), format!("{NOWHERE},{now}"), "*".to_owned()] {
            for method in ["GET", "HEAD"] {
                let headers = [("If-None-Match", list.as_str())];
                let answer = door.ask(&town().root.key, &headers, method, &path, None).expect(304);
                assert_eq!(tag(&answer), now);
                assert_eq!(answer.header("cache-control"), Some("no-store"));
                assert!(answer.header("date").is_some() && answer.header("x-request-id").is_some());
                for absent in ["content-type", "content-length", "transfer-encoding"] {
                    assert_eq!(answer.header(absent), None, "{absent}");
                }
            }
        }
        for list in [NOWHERE, "", "W/\"x\", \"y\""] {
            let answer = door.get(&[("If-None-Match", list)], &user).expect(200);
            assert_eq!(tag(&answer), now);
        }
        assert_eq!(
            door.get(&[("If-Match", &now), ("If-None-Match", &now)], &user).status,
            304,
            "both hold: it is known"
        );
        door.failed(door.get(&[("If-Match", NOWHERE), ("If-None-Match", &now)], &user));
    }
    let me = town().mm().me();
    assert_eq!(town().mm().with("If-None-Match", &tag(&me)).me().status, 304);
}

#[test]
fn an_answer_without_content_tells_caches_what_it_differs_with() {
    let user = town().workspace().user("ada");
    let (mm, maisa) = (town().mm().at(""), town().maisa().at(""));
    let tags = [tag(&mm.get(&user)), tag(&maisa.get(&user))];
    for answer in [mm.with("If-None-Match", &tags[0]).get(&user), maisa.with("If-None-Match", &tags[1]).get(&user)] {
        assert_eq!(answer.expect(304).header("vary"), Some("Authorization, X-API-Key"));
    }
    for answer in [
        town().mm().at("").with("If-None-Match", &tags[1]).get(&user),
        town().maisa().at("").with("If-None-Match", &tags[0]).get(&user),
    ] {
        answer.expect(200);
    }
}

#[test]
fn if_none_match_keeps_a_change_from_a_state_that_is_there() {
    let place = town().workspace();
    for door in DOORS {
        let user = place.user("ada");
        let now = tag(&door.get(&[], &user));
        for list in [now.clone(), format!("W/{now}"), "*".to_owned(), format!("{NOWHERE}, {now}")] {
            door.failed(door.put(&[("If-None-Match", &list)], &user, &door.name("Lost")));
            door.failed(door.delete(&[("If-None-Match", &list)], &user));
            door.failed(door.put(&[("If-Match", &now), ("If-None-Match", &list)], &user, &door.name("Lost")));
        }
        assert_eq!(tag(&door.get(&[], &user)), now);
        door.put(&[("If-Match", &now), ("If-None-Match", NOWHERE)], &user, &door.name("Kept")).expect(200);
        door.delete(&[("If-None-Match", &now)], &user).expect(204);
    }
}

#[test]
fn preferences_are_merged_into_the_state_that_was_seen() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    let patch = |header: &str, list: &str| {
        mm.clone().with(header, list).patch_preferences(json!({"preferences": {"theme": "dark"}}))
    };
    let seen = tag(&mm.me());
    let patched = patch("If-Match", &seen).expect(200);
    assert_eq!(tag(&patched), tag(&mm.me()));
    patch("If-Match", &seen).mm_error(412, "PRECONDITION_FAILED");
    patch("If-None-Match", "*").mm_error(412, "PRECONDITION_FAILED");
    patch("If-Match", "*").expect(200);
    patch("If-None-Match", &seen).expect(200);
    // Another user's state of the same address, and a key that has no user at all.
    patch("If-Match", &tag(&town().mm().me())).mm_error(412, "PRECONDITION_FAILED");
    assert_eq!(mm.clone().with("If-None-Match", &tag(&town().mm().me())).me().status, 200);
    let steward = town().mm_as(&town().steward().secret).with("If-Match", NOWHERE);
    steward.me().mm_error(404, "RESOURCE_NOT_FOUND");
    steward.patch_preferences(json!({"preferences": {}})).mm_error(404, "RESOURCE_NOT_FOUND");
}

#[test]
fn what_is_no_list_of_tags_is_told_so() {
    let place = town().workspace();
    for door in DOORS {
        let user = place.user("ada");
        let now = tag(&door.get(&[], &user));
        let bare = now.trim_matches('"');
        for header in ["If-Match", "If-None-Match"] {
            for list in [
                bare,
                "1",
                "\"",
                "'a'",
                "w/\"a\"",
                "W/a",
                "\"a\" \"b\"",
                "\"a b\"",
                "*, \"a\"",
                "**",
                "W/*",
                &format!("{now}x"),
            ] {
                for answer in [
                    door.put(&[(header, list)], &user, &door.name("Lost")),
                    door.delete(&[(header, list)], &user),
                    door.get(&[(header, list)], &user),
                ] {
                    let told = answer.text().to_lowercase();
                    assert!(told.contains(&header.to_lowercase()), "{told}");
                    door.error(answer, 400, "BAD_REQUEST", "VALIDATION_ERROR");
                }
            }
            door.error(door.put(&[(header, "*"), (header, &now)], &user, "{}"), 400, "BAD_REQUEST", "VALIDATION_ERROR");
        }
        assert_eq!(tag(&door.get(&[], &user)), now);
    }
}

#[test]
fn bytes_beyond_ascii_may_stand_in_a_tag() {
    let user = town().workspace().user("ada");
    for (value, status) in [(b"\"\xff\xe9\"".to_vec(), 412), (b"\xff".to_vec(), 400)] {
        let mut request = Request::new("PUT", &format!("/maisa/v1/users/{user}")).header("X-API-Key", &town().root.key);
        request.headers.push(("If-Match".to_owned(), value));
        town().server.http.send(&request.json("{}")).unwrap().expect(status);
    }
}

/// What is refused without a precondition is refused with one that fails in the same way; only a conflict is not.
#[test]
fn a_precondition_changes_no_other_verdict() {
    let place = town().workspace();
    let user = place.user("ada");
    let (reader, stranger) = (place.key_with(&["users:read"]).secret, town().workspace().steward().secret);
    let root = &town().root.key;
    let path = format!("/v1/users/{user}");
    let nobody = format!("/v1/users/{NOBODY}");
    let requests = |door: Door| -> Vec<(&str, &str, &str, Option<String>, u16)> {
        let invalid = if door == Door::Mm { 422 } else { 400 };
        vec![
            ("nokey", "GET", &path, None, 401),
            ("nokey", "PUT", &path, Some(door.name("x")), 401),
            ("nokey", "DELETE", &path, None, 401),
            (&reader, "PUT", &path, Some(door.name("x")), 403),
            (&reader, "DELETE", &path, None, 403),
            (&stranger, "GET", &path, None, 404),
            (&stranger, "PUT", &path, Some(door.name("x")), 404),
            (&stranger, "DELETE", &path, None, 404),
            (root, "GET", &nobody, None, 404),
            (root, "PUT", &nobody, Some(door.name("x")), 404),
            (root, "DELETE", &nobody, None, 404),
            (root, "PUT", &path, Some("{".to_owned()), invalid),
            (root, "PUT", &path, Some("[]".to_owned()), invalid),
            (root, "PUT", &path, Some(door.name("\n")), invalid),
            (root, "POST", &path, Some("{}".to_owned()), 405),
        ]
    };
    for door in DOORS {
        for (key, method, path, body, status) in requests(door) {
            for header in ["If-Match", "If-None-Match"] {
                for list in ["*", NOWHERE, ""] {
                    let answer = door.ask(key, &[(header, list)], method, path, body.as_deref());
                    assert_eq!(answer.status, status, "{header}: {list} {}", answer.story());
                    assert_eq!(answer.header("etag"), None);
                }
            }
        }
    }
    let pending = town().maisa().with("If-Match", NOWHERE).update(&user, json!({"status": "pending"}));
    assert_eq!(pending.fields(), ["status"]);
}

#[test]
fn a_failed_precondition_is_told_before_a_conflict() {
    let place = town().workspace();
    let user = place.user("ada");
    let taken = json!({"email": town().root.email});
    let now = tag(&town().mm().get(&user));
    let mm = |list: &str| town().mm().with("If-Match", list).update(&user, &taken);
    mm(NOWHERE).mm_error(412, "PRECONDITION_FAILED");
    mm(&now).mm_error(409, "CONFLICT");

    // Elsewhere somebody else may be an administrator as well.
    let town = Town::new();
    let (steward, root) = (town.steward().secret, &town.root.id);
    let (mm, maisa) = (town.mm_as(&steward), town.maisa_as(&steward));
    mm.clone().with("If-Match", NOWHERE).delete(root).mm_error(412, "PRECONDITION_FAILED");
    mm.clone().with("If-Match", &tag(&mm.get(root))).delete(root).mm_error(409, "CONFLICT");
    maisa.clone().with("If-Match", NOWHERE).delete(root).maisa_error(412, "PRECONDITION_FAILED");
    maisa.clone().with("If-Match", &tag(&maisa.get(root))).delete(root).maisa_error(409, "CONFLICT");
}

/// Lists and creation have no tag, so there is nothing that a precondition could be about.
#[test]
fn lists_and_creation_know_no_preconditions() {
    let place = town().workspace();
    place.user("ada");
    let key = place.steward().secret;
    for (header, list) in [("If-Match", NOWHERE), ("If-None-Match", "*"), ("If-None-Match", NOWHERE), ("If-Match", "x")]
    {
        town().mm().with(header, list).list(&[("workspace_id", &place.id)]).expect(200);
        town().maisa_as(&key).with(header, list).list(&[]).expect(200);
        town().mm().with(header, list).create(place.application("bob")).expect(201);
    }
}

#[test]
fn dates_are_of_no_account_where_no_answer_has_one() {
    let user = town().workspace().user("ada");
    for (header, date) in [
        ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
        ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("If-Range", "\"x\""),
        ("Range", "bytes=0-1"),
    ] {
        for answer in [town().mm().with(header, date).get(&user), town().maisa().with(header, date).get(&user)] {
            assert_eq!(answer.clone().expect(200).header("last-modified"), None);
            assert!(!answer.body.is_empty());
        }
        town().mm().with(header, date).update(&user, "{}").expect(200);
    }
}

/// Anonymous requests, and those through the wrong door, learn nothing from a tag.
#[test]
fn a_tag_opens_no_door() {
    let place: Workspace = town().workspace();
    let user = place.user("ada");
    let (mm, maisa) = (tag(&town().mm().get(&user)), tag(&town().maisa().get(&user)));
    Mm::anonymous(&town().server.http).with("If-None-Match", &mm).get(&user).mm_error(401, "AUTHENTICATION_FAILED");
    Maisa::anonymous(&town().server.http).with("If-None-Match", &maisa).get(&user).maisa_error(401, "UNAUTHORIZED");
    let stranger = town().workspace().steward().secret;
    town().mm_as(&stranger).with("If-None-Match", &mm).get(&user).mm_error(404, "RESOURCE_NOT_FOUND");
    town().maisa_as(&stranger).with("If-None-Match", "*").get(&user).maisa_error(404, "NOT_FOUND");
}
