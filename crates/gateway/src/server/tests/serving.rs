use std::time::Duration;

use super::client::{Client, ask};
use super::plain;
use crate::live::Source;
use crate::server::start;
use crate::settings::Settings;

#[tokio::test]
async fn answers_have_their_headers() {
    let running = plain::start(Ok(()));
    let shared = ask(running.address, "GET", "/v1/things", "").await;
    assert_eq!((shared.status, shared.body.as_str()), (200, "plain.read /v1/things 0 bytes"));
    assert_eq!(shared.header("vary"), Some("Authorization"));
    let own = ask(running.address, "GET", "/plain/v1/things?q=1", "").await;
    assert_eq!((own.status, own.header("vary")), (200, None));
    let unknown = ask(running.address, "GET", "/%2e%2e/etc", "").await;
    assert_eq!(unknown.status, 404);
    for answer in [&shared, &own, &unknown] {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-request-id").map(str::len), Some(36));
    }
    running.stop().await.expect("stopped");
}

#[tokio::test]
async fn a_request_keeps_its_id_if_it_is_plain() {
    let running = plain::start(Ok(()));
    let id = |given: String| async move {
        let answer = ask(running.address, "GET", "/v1/things", &format!("X-Request-Id: {given}\r\n")).await;
        (answer.header("x-request-id") == Some(&given), answer.header("x-request-id").map(str::len))
    };
    assert!(id("a.B-9_".to_owned()).await.0);
    assert!(id("x".repeat(64)).await.0);
    for other in [String::new(), "x".repeat(65), "a b".to_owned(), "é".to_owned(), "a/b".to_owned()] {
        assert_eq!(id(other).await, (false, Some(36)));
    }
}

#[tokio::test]
async fn head_is_get_without_the_body_and_the_connection_goes_on() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    let get = client.ask("GET", "/v1/things", "").await;
    let head = client.ask("HEAD", "/v1/things", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(client.ask("GET", "/v1/things", "").await.body, get.body);
    let large = client.ask("HEAD", "/v1/large", "").await;
    assert_eq!(large.header("content-length"), Some(plain::LARGE.to_string().as_str()));
    assert_eq!(client.ask("GET", "/v1/things", "").await.body, get.body);
}

#[tokio::test]
async fn refusals_are_the_dialects() {
    let running = plain::start(Ok(()));
    let wrong_method = ask(running.address, "DELETE", "/v1/things", "").await;
    assert_eq!((wrong_method.status, wrong_method.header("allow")), (405, Some("GET, HEAD, POST")));
    for (path, body) in [
        ("/v1/things/", "NotFound { slash_twin: Some(\"/v1/things\") }"),
        ("/v1/slow%2F1", "plain.slow"),
        ("/v1/slow/a%2Fb", "NotFound { slash_twin: None }"),
        ("//v1/things", "NotFound { slash_twin: None }"),
        ("/V1/things", "NotFound { slash_twin: None }"),
        ("/v1/%ff", "NotFound { slash_twin: None }"),
    ] {
        let answer = ask(running.address, "GET", path, "").await;
        // A slash is a slash, written as itself or not.
        let expected = if body == "plain.slow" { "slow" } else { body };
        assert_eq!(answer.body, expected, "{path}");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_process_lives() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    for path in ["/v1/panic", "/v1/panic/early"] {
        let answer = client.ask("GET", path, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (500, "Internal"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(client.ask("GET", "/v1/things", "").await.status, 200);
}

#[tokio::test]
async fn probes() {
    let running = plain::start(Ok(()));
    for address in [running.address, running.admin_address.expect("an address")] {
        assert_eq!(ask(address, "GET", "/healthz", "").await.status, 200);
        assert_eq!(ask(address, "GET", "/readyz", "").await.status, 200);
    }
    let posted = ask(running.address, "POST", "/healthz", "Content-Length: 0\r\n").await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    let running = plain::start(Err("no reason at all"));
    assert_eq!(ask(running.address, "GET", "/healthz", "").await.status, 200);
    let ready = ask(running.address, "GET", "/readyz", "").await;
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (503, "{\"status\":\"unavailable\",\"reason\":\"no reason at all\"}")
    );
}

#[tokio::test]
async fn operators_get_the_headers_that_everybody_gets() {
    let running = plain::start(Ok(()));
    let admin = running.admin_address.expect("an address");
    for (method, path, status) in [
        ("GET", "/metrics", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("POST", "/readyz", 405),
        ("GET", "/nothing", 404),
    ] {
        let answer = ask(admin, method, path, "").await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(36), "{path}");
    }
    let named = ask(admin, "GET", "/metrics", "X-Request-Id: mine-1\r\n").await;
    assert_eq!(named.header("x-request-id"), Some("mine-1"));
}

#[tokio::test]
async fn metrics_count_what_was_answered() {
    let running = plain::start(Ok(()));
    let admin = running.admin_address.expect("an address");
    ask(running.address, "GET", "/v1/things", "").await;
    ask(running.address, "GET", "/nothing", "").await;
    let metrics = ask(admin, "GET", "/metrics", "").await;
    assert!(metrics.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
    for line in [
        "diglot_requests_total{dialect=\"plain\",operation=\"plain.read\",status=\"2xx\"} 1",
        "diglot_requests_total{dialect=\"plain\",operation=\"none\",status=\"4xx\"} 1",
    ] {
        assert!(metrics.body.contains(line), "{line} is not in\n{}", metrics.body);
    }
    assert_eq!(ask(admin, "GET", "/v1/things", "").await.status, 404);
    assert_eq!(ask(running.address, "GET", "/metrics", "").await.status, 404);
}

#[tokio::test]
async fn stopping_finishes_what_is_being_answered() {
    let running = plain::start(Ok(()));
    let address = running.address;
    let mut idle = Client::connect(address).await;
    idle.ask("GET", "/v1/things", "").await;
    let busy = tokio::spawn(async move { ask(address, "GET", "/v1/slow/700", "").await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let admin = running.admin_address.expect("an address");
    let stopping = tokio::spawn(running.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(ask(admin, "GET", "/readyz", "").await.body.contains("stopping"));
    stopping.await.expect("no panic").expect("stopped");
    assert_eq!(busy.await.expect("no panic").body, "slow");
    idle.closed().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn the_whole_server_starts_on_an_empty_folder_and_on_any_port() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut settings = Settings::built_in().expect("settings");
    settings.server.bind = "127.0.0.1:0".parse().expect("an address");
    settings.database.url = format!("sqlite://{}/data/diglot.db", folder.path().display()).parse().expect("a URL");
    for _ in 0..2 {
        let read = Box::new(|| Err("nothing is read again here".to_owned()));
        let source = Source { first: settings.clone(), read };
        let running = start(settings.clone(), source).await.expect("it starts");
        assert_eq!(ask(running.address, "GET", "/healthz", "").await.status, 200);
        assert_eq!(ask(running.address, "GET", "/readyz", "").await.status, 503);
        for mounting in &settings.dialects.served {
            let users = ask(running.address, "GET", &format!("{}/v1/users", mounting.prefix), "").await;
            assert_eq!(users.status, 401, "{users:?}");
        }
        running.stop().await.expect("stopped");
    }
}
