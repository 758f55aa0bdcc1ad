//! A small HTTP/1.1 client of our own: it sends exactly the bytes that a story asks for, broken ones included, and is
//! strict about the answer's framing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::answer::Answer;
use super::document::{self, Document};

/// A request, sent as written: nothing is normalised.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: None }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// A body with the content type that JSON clients send.
    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// The first value of a header.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let given = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        given.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// The bytes on the wire. `Host` and `Content-Length` are added unless the story brings its own.
    pub fn render(&self, host: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.has("host") {
            bytes.extend_from_slice(format!("Host: {host}\r\n").as_bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let takes_body = matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        let length = self.body.as_ref().map(Vec::len).or(takes_body.then_some(0));
        if let Some(length) = length.filter(|_| !self.has("content-length") && !self.has("transfer-encoding")) {
            bytes.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// A client of one server. Connections are kept and used again, as real clients do.
pub struct Http {
    address: SocketAddr,
    /// What the server says of itself: its answers are held to it.
    documents: Vec<Arc<Document>>,
    idle: Mutex<Vec<Connection>>,
}

impl Http {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, documents: Vec::new(), idle: Mutex::new(Vec::new()) }
    }

    /// The same for a server that publishes these documents.
    pub fn holding_to(self, documents: Vec<Arc<Document>>) -> Self {
        Self { documents, ..self }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn connect(&self) -> io::Result<Connection> {
        Connection::open(self.address)
    }

    /// Sends one request and reads its answer. Nothing is sent twice.
    pub fn send(&self, request: &Request) -> io::Result<Answer> {
        let kept = self.idle.lock().unwrap().pop().filter(Connection::is_alive);
        let (answer, connection) = match kept.map(|kept| self.ask(kept, request)) {
            Some(Ok(answered)) => answered,
            // The server may close what was idle for too long just then; real clients ask anew if that does no harm (RFC 9112 §9.3.1).
            Some(Err(error)) if request.method != "GET" || error.kind() != io::ErrorKind::ConnectionReset => {
                return Err(error);
            }
            Some(Err(_)) | None => self.ask(self.connect()?, request)?,
        };
        if !answer.closes() {
            self.idle.lock().unwrap().push(connection);
        }
        let answer = answer.to(request);
        if let Err(fault) = document::check(&self.documents, request, &answer) {
            panic!("not as the API's document says: {fault}\n{}", answer.story());
        }
        Ok(answer)
    }

    fn ask(&self, mut connection: Connection, request: &Request) -> io::Result<(Answer, Connection)> {
        // A server may answer, and close, before it has read everything: then the answer counts.
        let written = connection.write(&request.render(&self.address.to_string()));
        let answer = connection.read_answer(&request.method).map_err(|unread| written.err().unwrap_or(unread))?;
        Ok((answer, connection))
    }
}

/// One connection, for stories about the wire itself.
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, unread: Vec::new() })
    }

    /// How long reading may block before it fails.
    pub fn patience(&self, time: Duration) {
        self.stream.set_read_timeout(Some(time)).unwrap();
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    fn is_alive(&self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        let seen = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false).unwrap();
        matches!(seen, Err(e) if e.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads one answer, interim (1xx) answers skipped.
    pub fn read_answer(&mut self, method: &str) -> io::Result<Answer> {
        loop {
            let head = self.read_head()?;
            let mut answer = Answer::from_head(&head)?;
            if answer.status >= 200 {
                answer.body = self.read_body(method, &answer)?;
                return Ok(answer);
            }
        }
    }

    /// Waits until the server, asked with `Expect: 100-continue`, wants to read the body.
    pub fn await_continue(&mut self) -> io::Result<()> {
        match Answer::from_head(&self.read_head()?)?.status {
            100 => Ok(()),
            _ => Err(invalid("the server does not want the body")),
        }
    }

    /// Everything until the server closes; the empty string if it just closes.
    pub fn read_to_end(&mut self) -> io::Result<Vec<u8>> {
        while self.fill()? > 0 {}
        Ok(std::mem::take(&mut self.unread))
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 * 1024];
        let read = match self.stream.read(&mut piece) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return self.fill(),
            other => other?,
        };
        self.unread.extend_from_slice(&piece[..read]);
        Ok(read)
    }

    fn need(&mut self) -> io::Result<()> {
        match self.fill()? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended inside an answer")),
            _ => Ok(()),
        }
    }

    fn read_head(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.unread.drain(..end + 4).collect();
                return String::from_utf8(head).map_err(|_| invalid("the answer's head is not UTF-8"));
            }
            self.need()?;
        }
    }

    fn read_body(&mut self, method: &str, answer: &Answer) -> io::Result<Vec<u8>> {
        if method == "HEAD" || answer.status == 204 || answer.status == 304 {
            return Ok(Vec::new());
        }
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks();
        }
        match answer.header("content-length").map(|length| length.parse::<usize>()) {
            Some(Ok(length)) => self.take(length),
            Some(Err(_)) => Err(invalid("Content-Length is no number")),
            None => self.read_to_end(),
        }
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| invalid("a chunk's size is no number"))?;
            body.extend(self.take(size)?);
            self.read_line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn read_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") {
                let line: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.need()?;
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            self.need()?;
        }
        Ok(self.unread.drain(..length).collect())
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.to_owned())
}

/// Percent-encodes what is not unreserved (RFC 3986 §2.3).
pub fn encode(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if keep(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The text without its percent-encoding.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A query string of these pairs.
pub fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
