//! `GET /v1/users`: pages by offset, and the filter by role (§2).

use serde_json::{Value, json};

use crate::harness::{Maisa, Workspace, town};

/// A workspace with these roles' users, and a client whose reach it is.
fn crowd(roles: &[&str]) -> (Workspace<'static>, Maisa<'static>) {
    let place = town().workspace();
    for role in roles {
        place.user_with("one", json!({ "roles": [role] }));
    }
    let key = place.steward().secret;
    (place, town().maisa_as(&key))
}

fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap()).collect()
}

#[test]
fn a_list_has_the_reach_of_the_key_and_twenty_at_a_time() {
    let (_, maisa) = crowd(&["user"; 22]);
    let page = maisa.list(&[]).expect(200).json();
    assert_eq!(page["pagination"], json!({"total": 22, "limit": 20, "offset": 0, "hasMore": true}));
    assert_eq!(ids(&page).len(), 20);
    assert!(ids(&page).is_sorted());
    let rest = maisa.list(&[("offset", "20")]).expect(200).json();
    assert_eq!(rest["pagination"], json!({"total": 22, "limit": 20, "offset": 20, "hasMore": false}));
    assert_eq!(ids(&rest).len(), 2);
}

#[test]
fn limit_and_offset_are_echoed_and_the_last_page_says_so() {
    let (_, maisa) = crowd(&["user"; 4]);
    for (limit, offset, size, more) in [
        (2, 0, 2, true),
        (2, 2, 2, false),
        (3, 2, 2, false),
        (100, 0, 4, false),
        (1, 3, 1, false),
        (1, 4, 0, false),
        (5, 999, 0, false),
    ] {
        let page = maisa.list(&[("limit", &limit.to_string()), ("offset", &offset.to_string())]).expect(200).json();
        assert_eq!(page["pagination"], json!({"total": 4, "limit": limit, "offset": offset, "hasMore": more}));
        assert_eq!(ids(&page).len(), size, "limit {limit} offset {offset}");
    }
    let far = maisa.list(&[("offset", "999999999999999999")]).expect(200);
    assert_eq!(far.at("/pagination/offset"), json!(999_999_999_999_999_999_u64));
    assert_eq!(maisa.list(&[("limit", "007"), ("offset", "00")]).expect(200).at("/pagination/limit"), 7);
}

#[test]
fn a_bad_number_or_role_is_refused() {
    let (_, maisa) = crowd(&[]);
    for limit in ["0", "101", "-1", "+1", "1.0", " 1", "1 ", "", "x", "1e1", "0x1", "٣", "1_0", "9999999999999999999"]
    {
        assert_eq!(maisa.list(&[("limit", limit)]).fields(), ["limit"], "{limit}");
    }
    for offset in ["-1", "+0", "1.0", "", "x", " 0", "1000000000000000000", "9999999999999999999999"] {
        assert_eq!(maisa.list(&[("offset", offset)]).fields(), ["offset"], "{offset}");
    }
    for role in ["", "Admin", "nobody", "admin,user", " user", "\0"] {
        assert_eq!(maisa.list(&[("role", role)]).fields(), ["role"], "{role}");
    }
    let mut all = maisa.list(&[("role", "x"), ("offset", "x"), ("limit", "x")]).fields();
    all.sort();
    assert_eq!(all, ["limit", "offset", "role"]);
    for repeated in ["limit=1&limit=1", "offset=0&offset=1", "role=user&role=user", "limit=1&limit=x"] {
        maisa.list_raw(repeated).maisa_error(400, "VALIDATION_ERROR");
    }
    maisa.list_raw("Limit=x&search=x&cursor=x&workspace_id=x&limit=1&other=1&other=2").expect(200);
}

#[test]
fn the_filter_looks_at_the_role_that_is_shown() {
    let (place, maisa) = crowd(&["admin", "user", "user", "viewer"]);
    place.user_with("both", json!({"roles": ["user", "developer"]}));
    for (role, size) in [("admin", 1), ("user", 2), ("viewer", 1), ("developer", 1), ("operator", 0)] {
        let page = maisa.list(&[("role", role)]).expect(200).json();
        assert_eq!((ids(&page).len(), &page["pagination"]["total"]), (size, &json!(size)), "{role}");
        assert!(page["data"].as_array().unwrap().iter().all(|user| user["role"] == role));
    }
    let second = maisa.list(&[("role", "user"), ("limit", "1"), ("offset", "1")]).expect(200).json();
    assert_eq!(second["pagination"], json!({"total": 2, "limit": 1, "offset": 1, "hasMore": false}));
}
