//! Cursors: opaque, and good for nothing but to go on where they came from (§2).

use serde_json::json;

use crate::harness::{Workspace, town};

fn crowd() -> Workspace<'static> {
    let place = town().workspace();
    for _ in 0..4 {
        place.user("same");
    }
    place
}

fn cursor(place: &Workspace, search: Option<&str>) -> String {
    let mut pairs = vec![("workspace_id", place.id.as_str()), ("limit", "1")];
    pairs.extend(search.map(|search| ("search", search)));
    town().mm().list(&pairs).expect(200).str("/next_cursor")
}

#[track_caller]
fn refused(pairs: &[(&str, &str)]) {
    let answer = town().mm().list(pairs);
    let item = answer.own_rule(json!(["query", "cursor"]));
    let sent = pairs.iter().find(|(name, _)| *name == "cursor").unwrap().1;
    assert_eq!(item["input"], sent);
}

#[test]
fn an_altered_cursor_is_refused() {
    let place = crowd();
    let good = cursor(&place, None);
    town().mm().list(&[("workspace_id", &place.id), ("cursor", &good)]).expect(200);
    let swap = |at: usize| {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // The last letter of an unpadded code may hold bits that mean nothing; the one before it holds none.
    for at in (0..good.len() - 1).filter(|at| swap(*at) != good) {
        refused(&[("workspace_id", &place.id), ("cursor", &swap(at))]);
    }
    for cut in [1, good.len() / 2, good.len() - 1] {
        refused(&[("workspace_id", &place.id), ("cursor", &good[..cut])]);
    }
    for added in
        [format!("{good}A"), format!("{good}="), format!("A{good}"), format!("{good}{good}"), format!(" {good}")]
    {
        refused(&[("workspace_id", &place.id), ("cursor", &added)]);
    }
}

#[test]
fn a_text_that_never_was_a_cursor_is_refused() {
    let place = crowd();
    let long = "A".repeat(5_000);
    for wrong in [
        "x",
        " ",
        "\0",
        "0",
        "-1",
        "é",
        "eyJpZCI6MX0",
        "' OR 1=1 --",
        &place.id,
        &long,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        refused(&[("workspace_id", &place.id), ("cursor", wrong)]);
    }
}

#[test]
fn a_cursor_belongs_to_its_workspace_and_its_search_but_to_no_page_size() {
    let (here, there) = (crowd(), crowd());
    let plain = cursor(&here, None);
    let searched = cursor(&here, Some("same"));

    refused(&[("workspace_id", &there.id), ("cursor", &plain)]);
    refused(&[("workspace_id", &here.id), ("search", "same"), ("cursor", &plain)]);
    refused(&[("workspace_id", &here.id), ("search", "other"), ("cursor", &searched)]);
    refused(&[("workspace_id", &here.id), ("cursor", &searched)]);
    for limit in ["1", "2", "200"] {
        town().mm().list(&[("workspace_id", &here.id), ("cursor", &plain), ("limit", limit)]).expect(200);
        town()
            .mm()
            .list(&[("workspace_id", &here.id), ("search", "same"), ("cursor", &searched), ("limit", limit)])
            .expect(200);
    }
}

#[test]
fn an_empty_cursor_is_the_beginning() {
    let place = crowd();
    let plain = town().mm().list(&[("workspace_id", &place.id)]).expect(200).json();
    assert_eq!(town().mm().list(&[("workspace_id", &place.id), ("cursor", "")]).expect(200).json(), plain);
}

#[test]
fn a_cursor_of_a_deleted_user_goes_on_behind_it() {
    let place = crowd();
    let all = town().mm().walk(&place.id, 200);
    let after_first = cursor(&place, None);
    town().mm().delete(all[0]["user_id"].as_str().unwrap()).expect(204);
    let rest = town().mm().list(&[("workspace_id", &place.id), ("cursor", &after_first)]).expect(200);
    assert_eq!(rest.at("/users").as_array().unwrap()[..], all[1..]);
}

#[test]
fn a_cursor_gives_nobody_reach() {
    let (here, there) = (crowd(), crowd());
    let stolen = cursor(&there, None);
    let key = here.steward().secret;
    town().mm_as(&key).list(&[("workspace_id", &there.id), ("cursor", &stolen)]).mm_error(404, "RESOURCE_NOT_FOUND");
    town().mm_as(&key).list(&[("workspace_id", &here.id), ("cursor", &stolen)]).own_rule(json!(["query", "cursor"]));
}

#[test]
fn every_wrong_parameter_is_told_at_once() {
    let answer = town().mm().list(&[("cursor", "x"), ("limit", "0")]);
    let places: Vec<String> = answer.items().into_iter().map(|(_, loc)| loc).collect();
    assert_eq!(places[..2], [json!(["query", "workspace_id"]).to_string(), json!(["query", "limit"]).to_string()]);
}
