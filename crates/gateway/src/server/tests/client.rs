//! A client that sends exactly what it is told to.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// More than any test waits for.
const LONG: Duration = Duration::from_secs(10);

pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection"), buffer: Vec::new() }
    }

    pub async fn send(&mut self, text: impl AsRef<[u8]>) {
        self.stream.write_all(text.as_ref()).await.expect("sent");
    }

    /// Sends `text` again and again until the server closes the connection. Says how long that took.
    pub async fn dribble(&mut self, text: &str, pause: Duration) -> Duration {
        let began = Instant::now();
        let mut rest = [0; 1024];
        while began.elapsed() < LONG {
            if self.stream.write_all(text.as_bytes()).await.is_err() {
                return began.elapsed();
            }
            match timeout(pause, self.stream.read(&mut rest)).await {
                Ok(Ok(0) | Err(_)) => return began.elapsed(),
                Ok(Ok(read)) => self.buffer.extend_from_slice(&rest[..read]),
                Err(_) => {}
            }
        }
        panic!("never cut");
    }

    /// What was answered to a dribble.
    pub fn received(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Waits until the server closes the connection. Says how long that took.
    pub async fn closed(&mut self) -> Duration {
        let began = Instant::now();
        let mut rest = [0; 65_536];
        loop {
            match timeout(LONG, self.stream.read(&mut rest)).await.expect("closed in time") {
                Ok(0) | Err(_) => return began.elapsed(),
                Ok(read) => self.buffer.extend_from_slice(&rest[..read]),
            }
        }
    }

    /// Reads so many bytes, slowly.
    pub async fn sip(&mut self, bytes: usize, pause: Duration) -> usize {
        let mut part = vec![0; bytes];
        sleep(pause).await;
        timeout(LONG, self.stream.read(&mut part)).await.expect("in time").unwrap_or(0)
    }

    /// Reads one answer; of one to HEAD, only the head.
    pub async fn answer(&mut self, head_only: bool) -> Answer {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            self.fill().await;
        };
        let head = String::from_utf8(self.buffer.drain(..end + 4).collect()).expect("ASCII");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let pair =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let headers: Vec<_> = lines.filter_map(pair).collect();
        let length =
            headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().expect("a number"));
        let length = if head_only { 0 } else { length };
        while self.buffer.len() < length {
            self.fill().await;
        }
        let body = String::from_utf8(self.buffer.drain(..length).collect()).expect("UTF-8");
        Answer { status: status.parse().expect("a number"), headers, body }
    }

    async fn fill(&mut self) {
        let mut part = [0; 65_536];
        let read = timeout(LONG, self.stream.read(&mut part)).await.expect("in time").expect("readable");
        assert!(read > 0, "closed early, after {:?}", self.received());
        self.buffer.extend_from_slice(&part[..read]);
    }

    pub async fn ask(&mut self, method: &str, path: &str, more: &str) -> Answer {
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")).await;
        self.answer(method == "HEAD").await
    }
}

/// One request on a connection of its own.
pub async fn ask(address: SocketAddr, method: &str, path: &str, more: &str) -> Answer {
    Client::connect(address).await.ask(method, path, more).await
}
