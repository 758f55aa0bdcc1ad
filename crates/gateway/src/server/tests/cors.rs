use std::time::Duration;

use super::client::{Answer, Client, ask};
use super::plain;
use crate::settings::Origins;

const PAGE: &str = "https://app.example.com";
const PREFLIGHT: &str = "Origin: https://app.example.com\r\nAccess-Control-Request-Method: POST\r\n";

fn for_page() -> Origins {
    Origins::These(vec!["http://localhost:3000".to_owned(), PAGE.to_owned()])
}

/// The headers that the protocol knows, and `Vary`.
fn told(answer: &Answer) -> Vec<String> {
    let is_told = |name: &str| name.starts_with("access-control-") || name == "vary";
    let told = answer.headers.iter().filter(|(name, _)| is_told(name));
    let mut told: Vec<String> = told.map(|(name, value)| format!("{name}: {value}")).collect();
    told.sort();
    told
}

const OPEN: [&str; 3] = [
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: etag, link, location, retry-after, allow, www-authenticate, x-request-id, idempotent-replayed",
    "vary: origin",
];

#[tokio::test]
async fn an_answer_of_any_kind_can_be_read_by_the_page() {
    let running = plain::start_for(for_page(), Err("away"));
    for (method, path, more, status) in [
        ("GET", "/plain/v1/things", "", 200),
        ("HEAD", "/plain/v1/things", "", 200),
        ("GET", "/plain/v1/nothing", "", 404),
        ("DELETE", "/plain/v1/things", "", 405),
        ("OPTIONS", "/plain/v1/things", "", 405),
        ("POST", "/plain/v1/things", "Content-Length: 1\r\n", 408),
        ("POST", "/plain/v1/things", "Content-Length: 10485760\r\n", 413),
        ("GET", "/plain/v1/panic", "", 500),
        ("GET", "/plain/v1/slow/60000", "", 503),
        ("GET", "/healthz", "", 200),
        ("GET", "/readyz", "", 503),
    ] {
        let answer = ask(running.address, method, path, &format!("Origin: {PAGE}\r\n{more}")).await;
        assert_eq!((answer.status, told(&answer)), (status, OPEN.map(str::to_owned).to_vec()), "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_stranger_is_told_nothing_but_that_others_may_be() {
    let running = plain::start_for(for_page(), Ok(()));
    for origin in [
        "",
        "Origin: null\r\n",
        "Origin: *\r\n",
        "Origin: https://app.example.com.evil.example\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: http://app.example.com\r\n",
        "Origin: https://app.example.com:8443\r\n",
        "Origin: https://app.example.com/\r\n",
        "Origin: HTTPS://APP.EXAMPLE.COM\r\n",
        "Origin: https://app.example.com http://localhost:3000\r\n",
        "Origin: https://app.example.com\r\nOrigin: https://app.example.com\r\n",
    ] {
        let read = ask(running.address, "GET", "/plain/v1/things", origin).await;
        assert_eq!((read.status, told(&read)), (200, vec!["vary: origin".to_owned()]), "{origin}");
        let asked = format!("{origin}Access-Control-Request-Method: POST\r\n");
        let preflight = ask(running.address, "OPTIONS", "/plain/v1/things", &asked).await;
        assert_eq!((preflight.status, told(&preflight)), (405, vec!["vary: origin".to_owned()]), "{origin}");
    }
}

#[tokio::test]
async fn a_preflight_is_told_what_may_be_asked_wherever_it_is() {
    let running = plain::start_for(for_page(), Ok(()));
    for path in ["/plain/v1/things", "/v1/things", "/plain/v1/nothing", "/elsewhere", "/plain/v1/panic"] {
        let answer = ask(running.address, "OPTIONS", path, PREFLIGHT).await;
        let expected = [
            "access-control-allow-headers: authorization, content-type, if-match, if-none-match, idempotency-key, x-request-id",
            "access-control-allow-methods: GET, HEAD, POST",
            OPEN[0],
            OPEN[1],
            "access-control-max-age: 60",
            "vary: origin",
        ];
        assert_eq!((answer.status, told(&answer)), (204, expected.map(str::to_owned).to_vec()), "{path}");
        assert_eq!((answer.body.as_str(), answer.header("x-request-id").map(str::len)), ("", Some(36)));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let admin = running.admin_address.expect("an address");
    let metrics = ask(admin, "GET", "/metrics", &format!("Origin: {PAGE}\r\n")).await;
    assert!(told(&metrics).is_empty(), "the second listener is for nobody's pages");
    let counted = "diglot_requests_total{dialect=\"plain\",operation=\"preflight\",status=\"2xx\"} 5";
    assert!(metrics.body.contains(counted), "{}", metrics.body);
}

#[tokio::test]
async fn a_connection_lives_on_preflights_as_on_other_requests() {
    let running = plain::start_for(for_page(), Ok(()));
    let mut client = Client::connect(running.address).await;
    for _ in 0..4 {
        tokio::time::sleep(plain::settings().head_timeout / 2).await;
        assert_eq!(client.ask("OPTIONS", "/plain/v1/things", PREFLIGHT).await.status, 204);
    }
    assert!(client.closed().await < plain::settings().head_timeout + Duration::from_secs(2));
}

#[tokio::test]
async fn where_all_pages_may_ask_the_answer_is_the_same_for_all() {
    let running = plain::start_for(Origins::Any, Ok(()));
    for origin in ["", "Origin: null\r\n", "Origin: https://anywhere.example\r\n"] {
        let answer = ask(running.address, "GET", "/plain/v1/things", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!((answer.header("vary"), answer.header("access-control-allow-credentials")), (None, None));
    }
    let preflight = ask(running.address, "OPTIONS", "/plain/v1/things", PREFLIGHT).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
    let plain = ask(running.address, "OPTIONS", "/plain/v1/things", "Access-Control-Request-Method: POST\r\n").await;
    assert_eq!(plain.status, 405, "without an origin it is no preflight");
}

#[tokio::test]
async fn where_it_is_off_nothing_is_said() {
    let running = plain::start(Ok(()));
    for (method, path, status) in [
        ("GET", "/plain/v1/things", 200),
        ("GET", "/plain/v1/nothing", 404),
        ("OPTIONS", "/plain/v1/things", 405),
        ("OPTIONS", "/plain/v1/nothing", 404),
        ("OPTIONS", "/healthz", 405),
    ] {
        let answer = ask(running.address, method, path, PREFLIGHT).await;
        assert_eq!((answer.status, told(&answer)), (status, Vec::new()), "{method} {path}");
    }
}
