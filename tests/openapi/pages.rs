//! The page on which people read and try the APIs: its parts, as a browser gets them. What it does in one, `tests/browser` sees.

use crate::harness::{Answer, Request, town};

fn get(path: &str) -> Answer {
    town().server.http.send(&Request::get(path)).unwrap()
}

const PARTS: [(&str, &str); 6] = [
    ("/docs", "text/html; charset=utf-8"),
    ("/docs/docs.css", "text/css; charset=utf-8"),
    ("/docs/docs.js", "text/javascript; charset=utf-8"),
    ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
    ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("/docs/LICENSE.txt", "text/plain; charset=utf-8"),
];

#[test]
fn every_part_is_there_and_guarded() {
    for (path, kind) in PARTS {
        let answer = get(path).expect(200);
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
        let head = town().server.http.send(&Request::new("HEAD", path)).unwrap().expect(200);
        assert!(head.body.is_empty() && head.header("content-length") == answer.header("content-length"), "{path}");
        let posted = town().server.http.send(&Request::new("POST", path)).unwrap().expect(405);
        assert_eq!(posted.header("allow"), Some("GET, HEAD"), "{path}");
    }
    assert_eq!(get("/docs/").expect(308).header("location"), Some("../docs"));
    for nothing in ["/docs/nope", "/docs//docs.js", "/docs/../docs", "/docs/index.html", "/openapi", "/openapi/x.json"]
    {
        get(nothing).expect(404);
    }
}

#[test]
fn the_page_lets_nothing_in_and_nothing_out() {
    let answer = get("/docs");
    let policy = answer.header("content-security-policy").unwrap();
    let directives: Vec<&str> = policy.split("; ").collect();
    assert!(directives.contains(&"default-src 'none'") && directives.contains(&"script-src 'self'"), "{policy}");
    assert!(directives.contains(&"connect-src 'self'") && directives.contains(&"frame-ancestors 'none'"), "{policy}");
    for outside in ["http:", "https:", "*", "unsafe-eval"] {
        assert!(!policy.contains(outside), "{policy}");
    }
    let page = answer.text();
    assert!(page.contains("<html lang=\"en\">") && page.contains("<title>"));
    assert!(page.contains("<option value=\"mechamental\">MechaMental</option>"));
    assert!(page.contains("<option value=\"maisa\">Maisa</option>"));
    assert!(!page.contains("://"), "every address is this server's");
    let inline =
        page.split("<script").skip(1).all(|script| script.starts_with(" src=\"docs/") && script.contains("></script>"));
    assert!(inline, "no script stands in the page itself");
}
