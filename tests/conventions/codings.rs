//! Content codings: a list comes compressed to who asks for it, and to nobody else.

use serde_json::json;

use crate::harness::{Answer, Request, Workspace, town};

/// Both dialects' lists, as `(header, value, target)`.
fn lists(place: &Workspace, limit: usize) -> [(&'static str, String, String); 2] {
    let key = place.steward().secret;
    let mm = format!("/mechamental/v1/users?workspace_id={}&limit={limit}", place.id);
    [("Authorization", format!("Bearer {key}"), mm), ("X-API-Key", key, format!("/maisa/v1/users?limit={limit}"))]
}

fn ask(method: &str, list: &(&str, String, String), wishes: &[&str]) -> Answer {
    let request = Request::new(method, &list.2).header(list.0, &list.1);
    let request = wishes.iter().fold(request, |request, wish| request.header("Accept-Encoding", wish));
    town().server.http.send(&request).unwrap().expect(200)
}

#[test]
fn a_list_comes_in_the_coding_that_its_client_likes_best() {
    let place = town().workspace();
    for _ in 0..30 {
        place.user("ada");
    }
    for list in lists(&place, 30) {
        let plain = ask("GET", &list, &[]);
        assert_eq!(plain.header("content-encoding"), None);
        assert!(plain.body.len() > 2_000);
        for (wishes, coding) in [
            (vec!["gzip"], Some("gzip")),
            (vec!["br"], Some("br")),
            (vec!["gzip, deflate, br, zstd"], Some("br")),
            (vec!["br;q=0.1, gzip"], Some("gzip")),
            (vec!["br;q=0.1", "x-gzip"], Some("gzip")),
            (vec!["*"], Some("br")),
            (vec!["br;q=0, *;q=0.1"], Some("gzip")),
            (vec!["identity;q=0, gzip;q=0.001"], Some("gzip")),
            (vec!["identity, gzip;q=0.9"], None),
            (vec!["gzip;q=0"], None),
            (vec!["deflate, zstd"], None),
            (vec![""], None),
            (vec!["gzip;q=7"], None),
            // Nothing that is made is wanted: the plain form is better than none.
            (vec!["identity;q=0"], None),
            (vec!["*;q=0"], None),
        ] {
            let answer = ask("GET", &list, &wishes);
            assert_eq!(answer.header("content-encoding"), coding, "{wishes:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
            assert_eq!(answer.plain_body(), plain.body, "{wishes:?}");
            assert!(coding.is_none() || answer.body.len() * 3 < plain.body.len(), "{} bytes", answer.body.len());

            let head = ask("HEAD", &list, &wishes);
            for name in ["content-encoding", "content-length", "content-type", "vary", "link"] {
                assert_eq!(head.header(name), answer.header(name), "{name} for {wishes:?}");
            }
        }
    }
}

#[test]
fn what_is_small_is_not_compressed_unless_the_plain_form_is_refused() {
    let place = town().workspace();
    place.user("ada");
    for list in lists(&place, 1) {
        let plain = ask("GET", &list, &["gzip, br"]);
        assert!(plain.body.len() < 1_024 && plain.header("content-encoding").is_none(), "{}", plain.story());
        let packed = ask("GET", &list, &["identity;q=0, gzip"]);
        assert_eq!((packed.header("content-encoding"), packed.plain_body()), (Some("gzip"), plain.body));
    }
}

#[test]
fn every_list_says_that_it_differs_with_the_coding_asked_for() {
    let place = town().workspace();
    place.user("ada");
    for (header, value, target) in lists(&place, 5) {
        let shared = target.replace("/mechamental", "").replace("/maisa", "");
        for (target, names) in [(target, "accept-encoding"), (shared, "Authorization, X-API-Key, accept-encoding")] {
            for wishes in [&[][..], &["gzip"]] {
                let answer = ask("GET", &(header, value.clone(), target.clone()), wishes);
                assert_eq!(answer.header("vary"), Some(names), "{target}");
            }
        }
    }
}

#[test]
fn only_lists_are_compressed() {
    let place = town().workspace();
    let long = json!({"text": "x".repeat(5_000)});
    let user = place.user_with("ada", json!({ "settings": long }));
    let user = user["user_id"].as_str().unwrap();
    town().maisa().update(user, json!({ "metadata": long })).expect(200);
    let (mm, maisa) = (town().mm().with("Accept-Encoding", "gzip, br"), town().maisa().with("Accept-Encoding", "br"));
    for answer in [
        mm.get(user).expect(200),
        mm.ask("HEAD", &format!("/v1/users/{user}")).expect(200),
        mm.update(user, "{}").expect(200),
        maisa.get(user).expect(200),
        maisa.update(user, "{}").expect(200),
        mm.list(&[("workspace_id", &"x".repeat(5_000))]).expect(404),
        mm.list(&[("workspace_id", &place.id), ("cursor", &"x".repeat(5_000))]).expect(422),
        maisa.list(&[("role", "x")]).expect(400),
    ] {
        assert_eq!(answer.header("content-encoding"), None, "{}", answer.story());
        assert!(!answer.header("vary").unwrap_or_default().contains("encoding"), "{}", answer.story());
    }
}

/// Digits without a pattern: a compressor cannot make much of them.
fn noise(length: usize, seed: u64) -> String {
    let mut state = seed * 2 + 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from_digit((state >> 32) as u32 % 36, 36).unwrap()
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_page_that_is_large_even_when_compressed_arrives_whole() {
    let place = town().workspace();
    for n in 0..4 {
        place.user_with("ada", json!({"settings": {"noise": noise(120_000, n)}}));
    }
    let [list, _] = lists(&place, 200);
    let plain = ask("GET", &list, &[]);
    assert!(plain.body.len() > 480_000);
    for coding in ["gzip", "br"] {
        for _ in 0..3 {
            let answer = ask("GET", &list, &[coding]);
            assert!(answer.body.len() > 4 * 64 * 1024, "{} bytes", answer.body.len());
            assert_eq!(answer.plain_body(), plain.body, "{coding}");
        }
    }
}
