//! What a browser gets of the pages. What it does with them, `tests/node` sees.

use std::time::Duration;

use users::token::Purpose;

use super::links::{guest, link, open, post, submit, title};
use crate::harness::{Answer, Request, Town, eventually, town};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[track_caller]
fn guarded(answer: &Answer) {
    let expected = [
        ("content-security-policy", POLICY),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{}", answer.story());
    }
    assert!(answer.header("x-request-id").is_some(), "{}", answer.story());
}

/// Nothing on a page leads elsewhere, or depends on where a proxy has put it.
#[track_caller]
fn stands_alone(page: &Answer) {
    let text = page.text();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(text.contains("<html lang=\"en\">") && text.contains("name=\"viewport\""), "{text}");
    assert!(!text.contains("<script") && !text.contains("style=") && !text.contains("://"), "{text}");
    for attribute in ["href=\"", "action=\"", "src=\""] {
        for address in text.split(attribute).skip(1) {
            assert!(!address.starts_with('/') && !address.starts_with('"'), "{text}");
        }
    }
}

#[test]
fn every_page_is_guarded_and_stands_alone() {
    let (town, guest) = (town(), guest(town()));
    let token = link(&town.house, &guest.id, Purpose::Activation);
    let http = &town.server.http;
    let pages = [
        (open(http, &token).expect(200), "Welcome: choose a password"),
        (submit(http, &token, "short", "other").expect(422), "Error: Welcome: choose a password"),
        (open(http, "nonsense").expect(404), "This link does not work"),
        (http.send(&Request::get("/activate/resend")).unwrap().expect(200), "Get a new link"),
        (post(http, "/activate/resend", "email=nobody").expect(422), "Error: Get a new link"),
        (post(http, "/activate/resend", "email=nobody%40example.com").expect(202), "Look into your mail"),
        (post(http, "/activate", "a=%FF").expect(400), "This was not understood"),
        (http.send(&Request::new("POST", "/activate").json("{}")).unwrap().expect(415), "This was not understood"),
        (post(http, "/activate", &"x".repeat(17 * 1024)).expect(413), "This was too much"),
        (submit(http, &token, "violet tundra lamp", "violet tundra lamp").expect(200), "Your account is active"),
    ];
    for (page, expected) in &pages {
        guarded(page);
        stands_alone(page);
        assert_eq!(title(page), *expected);
        assert!(!page.text().contains(&token) || page.text().contains("name=\"token\""), "{}", page.story());
    }
    let style = http.send(&Request::get("/activate/style.css")).unwrap().expect(200);
    guarded(&style);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(!style.text().contains("url(") && !style.text().contains("@import"));
}

#[test]
fn only_what_there_is_can_be_asked() {
    let http = &town().server.http;
    for (path, allow) in [
        ("/activate", "GET, HEAD, POST"),
        ("/activate/resend", "GET, HEAD, POST"),
        ("/activate/style.css", "GET, HEAD"),
    ] {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
            let refused = http.send(&Request::new(method, path)).unwrap().expect(405);
            assert_eq!(refused.header("allow"), Some(allow), "{method} {path}");
        }
        let (get, head) = (http.send(&Request::get(path)), http.send(&Request::new("HEAD", path)));
        let (get, head) = (get.unwrap(), head.unwrap());
        assert_eq!((head.status, head.header("content-length")), (get.status, get.header("content-length")));
        assert!(head.body.is_empty());
    }
    http.send(&Request::new("POST", "/activate/style.css")).unwrap().expect(405);
    for nothing in ["/activate/", "/activate/x", "/activated", "/Activate", "/activate/resend/"] {
        http.send(&Request::get(nothing)).unwrap().expect(404);
    }
}

#[test]
fn what_is_wrong_is_said_beside_the_field_and_above() {
    let (town, guest) = (town(), guest(town()));
    let token = link(&town.house, &guest.id, Purpose::Activation);
    let http = &town.server.http;
    let short = submit(http, &token, "short", "other").expect(422).text();
    for part in [
        "role=\"alert\"",
        "<a href=\"#password\">The password must have at least 8 characters.</a>",
        "<a href=\"#again\">The two passwords differ.</a>",
        "aria-describedby=\"password-hint password-problem\"",
        "aria-describedby=\"again-problem\"",
        "id=\"password-problem\"",
        "id=\"again-problem\"",
    ] {
        assert!(short.contains(part), "{part} is not in {short}");
    }
    let long = submit(http, &token, &"x".repeat(72), &"x".repeat(72)).expect(422).text();
    assert!(long.contains("The password is longer than 71 bytes in UTF-8."), "{long}");
    let control = submit(http, &token, "tab\tinside it", "tab\tinside it").expect(422).text();
    assert!(control.contains("The password must not contain control characters."), "{control}");
    let common = submit(http, &token, "password123", "password123").expect(422).text();
    for part in ["too easy to guess", "common password", "Add another word or two"] {
        assert!(common.contains(part), "{part} is not in {common}");
    }
    let own = submit(http, &token, "Grace Hopper", "Grace Hopper").expect(422).text();
    assert!(own.contains("your own name"), "{own}");
    // Nothing that was typed comes back.
    for page in [short, long, common] {
        assert!(!page.contains("password123") && !page.contains("value=\"short\""), "{page}");
    }
}

#[test]
fn names_are_shown_as_they_are_and_do_nothing() {
    let town = town();
    let name = "<b>&\"'</b><script>x</script>";
    let body = serde_json::json!({"email": "o'brien+<x>@example.com".replace(['<', '>'], ""), "name": name, "role": "user",
        "sendActivationEmail": true});
    let user = town.maisa().create(&body).expect(201).str("/data/id");
    let token = link(&town.house, &user, Purpose::Activation);
    let page = open(&town.server.http, &token).expect(200).text();
    assert!(!page.contains("<b>") && !page.contains("<script"), "{page}");
    assert!(page.contains("Hello &#60;b&#62;&#38;&#34;&#39;&#60;/b&#62;"), "{page}");
    assert!(page.contains("o&#39;brien+x@example.com"), "{page}");
}

#[test]
fn the_pages_are_there_whatever_else_is_served() {
    let town = Town::new();
    let part = town.house.serve_only(&["maisa.getUser"]);
    let guest = guest(&town);
    let token = link(&town.house, &guest.id, Purpose::Activation);
    assert!(open(&part.http, &token).expect(200).text().contains(&guest.email));
    submit(&part.http, &token, "violet tundra lamp", "violet tundra lamp").expect(200);
    let counted = part.metrics();
    assert!(counted.contains("operation=\"activate\",status=\"2xx\"} 2"), "{counted}");
    // Lines may be written a moment after what they tell.
    let is_told = |log: &String| log.contains("operation=\"activate\"") && log.contains("method=\"POST\"");
    let log = eventually(Duration::from_secs(5), "it is logged", || Some(part.log()).filter(is_told));
    assert!(!log.contains(&token) && !log.contains("violet") && !log.contains(&guest.email), "{log}");
}
