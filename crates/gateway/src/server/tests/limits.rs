use super::client::{Client, ask};
use super::plain;
use crate::body;

#[tokio::test]
async fn bodies_up_to_the_limit() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    let whole = "x".repeat(body::LIMIT);
    let more = format!("Content-Length: {}\r\n\r\n{whole}", body::LIMIT);
    client.send(format!("POST /v1/things HTTP/1.1\r\nHost: localhost\r\n{more}")).await;
    assert_eq!(client.answer(false).await.body, format!("plain.write /v1/things {} bytes", body::LIMIT));
    let chunk = format!("{:x}\r\n{whole}\r\n0\r\n\r\n", body::LIMIT);
    client
        .send(format!("POST /v1/things HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"))
        .await;
    assert_eq!(client.answer(false).await.status, 200);
}

#[tokio::test]
async fn a_larger_body_is_413_at_once_when_announced() {
    let running = plain::start(Ok(()));
    let answer = ask(running.address, "POST", "/v1/things", "Content-Length: 10485760\r\n").await;
    assert_eq!((answer.status, answer.body.as_str()), (413, "BodyTooLarge"));
}

#[tokio::test]
async fn a_client_that_sends_ten_megabytes_before_it_reads_gets_its_413() {
    let running = plain::start(Ok(()));
    let (head, size) = ("POST /v1/things HTTP/1.1\r\nHost: localhost\r\n", 10 * 1024 * 1024);
    let mut announced = Client::connect(running.address).await;
    announced.send(format!("{head}Content-Length: {size}\r\n\r\n")).await;
    announced.send("x".repeat(size)).await;
    assert_eq!(announced.answer(false).await.status, 413);
    let mut chunked = Client::connect(running.address).await;
    chunked.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n")).await;
    for _ in 0..size / 65_536 {
        chunked.send(format!("10000\r\n{}\r\n", "x".repeat(65_536))).await;
    }
    assert_eq!(chunked.answer(false).await.status, 413);
}

#[tokio::test]
async fn a_broken_body_is_400() {
    let running = plain::start(Ok(()));
    let more = "Transfer-Encoding: chunked\r\n";
    let mut client = Client::connect(running.address).await;
    client.send(format!("POST /v1/things HTTP/1.1\r\nHost: localhost\r\n{more}\r\nnonsense\r\n")).await;
    assert_eq!(client.answer(false).await.body, "BrokenBody");
    client.closed().await;
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_ignored() {
    let running = plain::start(Ok(()));
    let mut client = Client::connect(running.address).await;
    client.send("GET /v1/slow/20 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{{{").await;
    assert_eq!(client.answer(false).await.body, "slow");
    let answer = client.ask("GET", "/v1/things", "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_503() {
    let running = plain::start(Ok(()));
    let answer = ask(running.address, "GET", "/v1/slow/60000", "").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
}

#[tokio::test]
async fn a_head_that_is_no_head_is_refused() {
    let running = plain::start(Ok(()));
    for head in ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"]
    {
        let mut client = Client::connect(running.address).await;
        client.send(head).await;
        assert_eq!(client.answer(false).await.status, 400, "{head}");
    }
    let mut client = Client::connect(running.address).await;
    client.send(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1024 * 1024))).await;
    assert_eq!(client.answer(false).await.status, 431);
}
