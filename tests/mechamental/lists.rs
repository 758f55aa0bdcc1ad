//! `GET /v1/users`: order, pages, totals and search (§2).

use serde_json::{Value, json};

use crate::harness::{Request, Workspace, fresh, id, town};

/// A workspace of one's own with this many users, whose ids come in order of creation.
fn crowd(size: usize) -> (Workspace<'static>, Vec<String>) {
    let place = town().workspace();
    let ids = (0..size).map(|_| place.user("one")).collect();
    (place, ids)
}

fn ids(page: &Value) -> Vec<String> {
    page["users"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn users_come_in_the_order_of_their_ids() {
    let (place, mut users) = crowd(7);
    users.sort();
    let page = town().mm().list(&[("workspace_id", &place.id)]).expect(200).json();
    let keys: Vec<&String> = page.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["total", "has_more", "next_cursor", "users"]);
    assert_eq!(ids(&page), users);
    assert_eq!((&page["total"], &page["has_more"], &page["next_cursor"]), (&json!(7), &json!(false), &Value::Null));
}

#[test]
fn pages_join_without_gap_or_overlap_and_the_last_one_says_so() {
    let (place, mut users) = crowd(6);
    users.sort();
    for limit in 1..=7 {
        let seen: Vec<String> = town().mm().walk(&place.id, limit).iter().map(id).collect();
        assert_eq!(seen, users, "by {limit}");
    }
    let exact = town().mm().list(&[("workspace_id", &place.id), ("limit", "6")]).expect(200).json();
    assert_eq!(
        (&exact["has_more"], &exact["next_cursor"]),
        (&json!(false), &Value::Null),
        "a page that is exactly full"
    );
    let first = town().mm().list(&[("workspace_id", &place.id), ("limit", "5")]).expect(200).json();
    assert_eq!((&first["total"], &first["has_more"]), (&json!(6), &json!(true)));
}

#[test]
fn fifty_come_unless_told_otherwise() {
    let (place, users) = crowd(52);
    assert_eq!(ids(&town().mm().list(&[("workspace_id", &place.id)]).expect(200).json()).len(), 50);
    assert_eq!(
        ids(&town().mm().list(&[("workspace_id", &place.id), ("limit", "200")]).expect(200).json()).len(),
        users.len()
    );
    for (limit, size) in
        [("%207%20", 7), ("%2B7", 7), ("007", 7), ("1_0", 10), ("5.0", 5), ("5.00", 5), ("3&limit=4", 4)]
    {
        let page = town().mm().list_raw(&format!("workspace_id={}&limit={limit}", place.id)).expect(200).json();
        assert_eq!(ids(&page).len(), size, "limit={limit}");
    }
}

#[test]
fn an_empty_workspace_has_an_empty_page() {
    let place = town().workspace();
    let page = town().mm().list(&[("workspace_id", &place.id)]).expect(200);
    assert_eq!(page.text(), r#"{"total":0,"has_more":false,"next_cursor":null,"users":[]}"#);
}

#[test]
fn a_workspace_must_be_named_and_within_reach() {
    town().mm().list(&[]).item("missing", json!(["query", "workspace_id"]));
    for absent in ["", "x", "a b", "é"] {
        let answer = town().mm().list(&[("workspace_id", absent)]).mm_error(404, "RESOURCE_NOT_FOUND");
        assert_eq!(answer.at("/details"), json!({"resource_type": "workspace", "resource_id": absent}));
    }
    let place = town().workspace();
    let user = place.user("ada");
    let listed = town().mm().list_raw(&format!("workspace_id=x&workspace_id={}", place.id)).expect(200).json();
    assert_eq!(ids(&listed), [user], "the last of a repeated parameter counts");
}

#[test]
fn search_finds_a_part_of_username_full_name_or_email_in_any_case() {
    let place = town().workspace();
    let tag = fresh("Tag");
    let ada = id(&place.user_with("x", json!({"username": format!("{tag}one")})));
    let bob = id(&place.user_with("x", json!({"full_name": format!("Stra\u{df}e {tag} \u{c9}lan")})));
    let eve = id(&place.user_with("x", json!({"email": format!("{tag}@example.org")})));
    place.user_with("x", json!({"bio": tag.clone(), "preferences": {"a": tag}}));
    let find = |text: &str| {
        let page = town().mm().list(&[("workspace_id", &place.id), ("search", text)]).expect(200).json();
        assert_eq!(page["total"], json!(ids(&page).len()));
        ids(&page)
    };
    for text in [&tag, &tag.to_uppercase(), &tag.to_lowercase()] {
        let mut all = vec![ada.clone(), bob.clone(), eve.clone()];
        all.sort();
        assert_eq!(find(text), all, "{text}");
    }
    assert_eq!(find(&format!("{tag}ONE")), [ada]);
    for text in ["\u{e9}LAN", "e\u{301}lan", "STRA\u{df}E"] {
        assert_eq!(find(text).join(" "), bob, "{text}");
    }
    assert_eq!(find("@EXAMPLE.ORG"), [eve]);
    assert_eq!(find("").len(), 4, "nothing to search for");
    for nowhere in ["\0", "\n", "\t", "\u{1f}", "\u{1}", "nobody has this", "$2b$", "correct horse"] {
        assert!(find(nowhere).is_empty(), "{nowhere}");
    }
}

#[test]
fn a_search_of_any_length_is_answered() {
    let place = town().workspace();
    place.user("ada");
    let key = format!("Bearer {}", town().root.key);
    for length in [1_000, 10_000, 14_000, 25_000, 49_998, 50_001, 60_000, 100_000] {
        for letter in ["a", "%25", "\\"] {
            let target = format!("/v1/users?workspace_id={}&search={}", place.id, letter.repeat(length / letter.len()));
            match town().server.http.send(&Request::get(&target).header("Authorization", &key)) {
                Ok(answer) if answer.status == 200 => assert_eq!(answer.at("/total"), 0),
                Ok(answer) => assert!([400, 413, 414, 431].contains(&answer.status), "{length}: {}", answer.status),
                // A head that is far too great may be cut before it has been read.
                Err(error) => assert!(length > 16_000, "{length}: {error}"),
            }
        }
    }
}

#[test]
fn case_is_of_no_account_in_any_script_and_at_any_place_of_a_word() {
    let place = town().workspace();
    for (name, parts) in [
        (
            "\u{39f}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{3a5}\u{3a3}",
            [
                "\u{39f}\u{394}\u{3a5}\u{3a3}",
                "\u{3bf}\u{3b4}\u{3c5}\u{3c3}",
                "\u{3c5}\u{3c2}",
                "\u{3c3}\u{3b5}\u{3c5}\u{3c3}",
            ],
        ),
        (
            "\u{416}\u{418}\u{412}\u{410}\u{413}\u{41e}",
            ["\u{436}\u{438}", "\u{418}\u{432}", "\u{410}\u{433}\u{43e}", "\u{436}"],
        ),
        ("\u{130}zmir", ["\u{130}ZMIR", "zmi", "\u{130}", "i\u{307}z"]),
    ] {
        let user = id(&place.user_with("x", json!({ "full_name": name })));
        for part in parts {
            let page = town().mm().list(&[("workspace_id", &place.id), ("search", part)]).expect(200).json();
            assert!(ids(&page).contains(&user), "{part} in {name}");
        }
    }
}

#[test]
fn nothing_in_a_search_is_more_than_text() {
    let place = town().workspace();
    let names = [
        "100%",
        "a_b",
        "it's",
        "back\\slash",
        "say \"x\"",
        "star*",
        "a?b",
        "[a]",
        "-- x",
        "a%_b",
        "(b)",
        "^a",
        "NEAR/2",
        "a AND b",
        "'; DROP",
    ];
    let users: Vec<String> =
        names.iter().map(|name| id(&place.user_with("z", json!({"full_name": format!("<{name}>")})))).collect();
    for (name, user) in names.iter().zip(&users) {
        let page =
            town().mm().list(&[("workspace_id", &place.id), ("search", &format!("<{name}>"))]).expect(200).json();
        assert_eq!(ids(&page).join(" "), *user, "{name}");
    }
    for (text, hits) in [("%", 2), ("_", 2), ("\\", 1), ("\"", 1), ("*", 1), ("<", 15)] {
        let page = town().mm().list(&[("workspace_id", &place.id), ("search", text)]).expect(200).json();
        assert_eq!(page["total"], hits, "{text}");
    }
}

#[test]
fn a_total_counts_all_matches_and_never_those_of_other_tenants() {
    let (here, there) = (town().workspace(), town().workspace());
    let name = fresh("same");
    for place in [&here, &here, &here, &there] {
        place.user_with("x", json!({ "full_name": name }));
    }
    let page = town().mm().list(&[("workspace_id", &here.id), ("search", &name), ("limit", "1")]).expect(200).json();
    assert_eq!((&page["total"], ids(&page).len()), (&json!(3), 1));
}
