//! Slow clients. The limits are those of the settings; the defaults have a test of their own there.

use std::time::Duration;

use super::client::Client;
use super::plain;

const PAUSE: Duration = Duration::from_millis(50);

/// The limit, and what a slow machine adds to it.
fn assert_in_time(took: Duration) {
    let limit = plain::settings().head_timeout;
    assert!(took > limit / 2 && took < limit + Duration::from_millis(900), "cut after {took:?}");
}

#[tokio::test]
async fn nothing_is_sent() {
    let running = plain::start(Ok(()));
    assert_in_time(Client::connect(running.address).await.closed().await);
}

#[tokio::test]
async fn the_first_head_dribbles() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.send("GET /v1/things HTTP/1.1\r\nHost: localhost\r\nX: ").await;
    assert_in_time(client.dribble("x", PAUSE).await);
}

#[tokio::test]
async fn the_second_head_dribbles() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.ask("GET", "/v1/things", "").await;
    client.send("GET /v1/things HTTP/1.1\r\nHost: localhost\r\nX: ").await;
    assert_in_time(client.dribble("x", PAUSE).await);
}

#[tokio::test]
async fn a_connection_is_kept_and_never_used_again() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.ask("GET", "/v1/things", "").await;
    assert_in_time(client.closed().await);
}

#[tokio::test]
async fn the_body_dribbles() {
    let running = plain::start(Ok(()));
    for (how, part) in [("Content-Length: 100000", "x"), ("Transfer-Encoding: chunked", "1\r\nx\r\n")] {
        let mut client = Client::connect(running.address).await;
        client.send(format!("POST /v1/things HTTP/1.1\r\nHost: localhost\r\n{how}\r\n\r\n")).await;
        assert_in_time(client.dribble(part, PAUSE).await);
        let received = client.received();
        assert!(received.starts_with("HTTP/1.1 408") && received.contains("BodyTimeout"), "{received}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_dribbles() {
    let running = plain::start(Ok(()));
    for (how, part) in [("Content-Length: 100000", "x"), ("Transfer-Encoding: chunked", "1\r\nx\r\n")] {
        let mut client = Client::connect(running.address).await;
        client.send(format!("GET /v1/things HTTP/1.1\r\nHost: localhost\r\n{how}\r\n\r\n")).await;
        let took = client.dribble(part, PAUSE).await;
        assert!(took < plain::settings().head_timeout + Duration::from_millis(900), "cut after {took:?}");
        assert!(client.received().starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn the_answer_is_not_read() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.send("GET /v1/large HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    tokio::time::sleep(plain::settings().head_timeout * 3).await;
    client.closed().await;
    assert!(client.received().len() < plain::LARGE);
}

#[tokio::test]
async fn a_slow_reader_that_goes_on_reading_gets_everything() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.send("GET /v1/large HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut read = 0;
    for _ in 0..20 {
        read += client.sip(4 * 1024 * 1024, Duration::from_millis(100)).await;
    }
    assert!(read > plain::settings().head_timeout.as_millis() as usize);
    while read < plain::LARGE {
        let more = client.sip(4 * 1024 * 1024, Duration::ZERO).await;
        assert!(more > 0, "cut after {read}");
        read += more;
    }
}

#[tokio::test]
async fn a_long_request_is_not_a_slow_client() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    for _ in 0..2 {
        assert_eq!(client.ask("GET", "/v1/slow/1000", "").await.body, "slow");
    }
}
