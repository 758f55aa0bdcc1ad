//! A mail server that does what a story wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::harness::eventually;

/// What the server does with whoever connects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    /// Takes every mail.
    Friendly,
    /// Takes every mail, after a while.
    Slow(Duration),
    /// Hangs up at once.
    Away,
    /// Says nothing.
    Silent,
    /// Answers a command (`CONNECT`, `MAIL`, `RCPT`, `DATA`, or `.` for the text) with this.
    Says(&'static str, &'static str),
    /// Hangs up in the middle of the text.
    HangsUpInText,
    /// Has the whole text, and hangs up without a word.
    HangsUpAfterText,
}

/// A mail that the server took responsibility for.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

impl Received {
    /// The value of a header that is not folded.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let mut values = head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = values.next().unwrap_or_else(|| panic!("no {name}: {head}"));
        assert!(values.next().is_none(), "{name} twice: {head}");
        value.to_owned()
    }

    pub fn id(&self) -> String {
        self.header("Message-ID")
    }

    /// The token of its link, from the text part.
    pub fn token(&self) -> String {
        // Quoted-printable breaks long lines by `=`, and writes the sign itself as `=3D`.
        let text = self.text.replace("=\r\n", "").replace("=3D", "=");
        let (_, behind) = text.split_once("/activate?token=").unwrap_or_else(|| panic!("no link: {text}"));
        behind.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

#[derive(Default)]
struct Book {
    received: Mutex<Vec<Received>>,
    connections: Mutex<usize>,
    over: AtomicBool,
}

/// The server. It ends when it goes out of scope.
pub struct Sink {
    pub address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    book: Arc<Book>,
}

impl Sink {
    pub fn new(mood: Mood) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), mood)
    }

    pub fn at(address: SocketAddr, mood: Mood) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let sink = Self { address, mood: Arc::new(Mutex::new(mood)), book: Arc::default() };
        let (mood, book) = (sink.mood.clone(), sink.book.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if book.over.load(Ordering::SeqCst) {
                    return;
                }
                *book.connections.lock().unwrap() += 1;
                let (mood, book) = (mood.clone(), book.clone());
                // Who is killed at the other end breaks off here.
                thread::spawn(move || converse(&stream, &mood, &book).ok());
            }
        });
        sink
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn received(&self) -> Vec<Received> {
        self.book.received.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.book.connections.lock().unwrap()
    }

    /// Waits for so many mails.
    pub fn await_mails(&self, count: usize, within: Duration) -> Vec<Received> {
        eventually(within, &format!("{count} mails"), || {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.book.over.store(true, Ordering::SeqCst);
        // The listener waits for somebody.
        TcpStream::connect(self.address).ok();
    }
}

fn converse(stream: &TcpStream, mood: &Mutex<Mood>, book: &Book) -> std::io::Result<()> {
    let mood_now = || *mood.lock().unwrap();
    let mut reader = BufReader::new(stream);
    let say = |text: &str| (&*stream).write_all(format!("{text}\r\n").as_bytes());
    // What to answer to a command: what the mood says, or what is usual.
    let answer = |command: &str, usual: &'static str| match mood_now() {
        Mood::Says(at, words) if at == command => words,
        _ => usual,
    };
    match mood_now() {
        Mood::Away => return stream.shutdown(Shutdown::Both),
        Mood::Silent => return reader.read_line(&mut String::new()).map(|_| ()),
        _ => say(answer("CONNECT", "220 sink.example.com"))?,
    }
    let (mut from, mut to, mut line) = (String::new(), Vec::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let address =
            || line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).unwrap_or_default().0.to_owned();
        match line.get(..4).unwrap_or_default() {
            "EHLO" => say("250-sink.example.com\r\n250-8BITMIME\r\n250 PIPELINING")?,
            "MAIL" => {
                from = address();
                say(answer("MAIL", "250 ok"))?;
            }
            "RCPT" => {
                to.push(address());
                say(answer("RCPT", "250 ok"))?;
            }
            "DATA" => {
                let words = answer("DATA", "354 go on");
                say(words)?;
                if words.starts_with("354") {
                    let Some(text) = read_text(&mut reader, mood_now())? else {
                        return stream.shutdown(Shutdown::Both);
                    };
                    let words = answer(".", "250 taken");
                    if words.starts_with("250") {
                        let (from, to) = (from.clone(), std::mem::take(&mut to));
                        book.received.lock().unwrap().push(Received { from, to, text });
                    }
                    match mood_now() {
                        Mood::HangsUpAfterText => return stream.shutdown(Shutdown::Both),
                        Mood::Slow(time) => thread::sleep(time),
                        _ => {}
                    }
                    say(words)?;
                }
            }
            "QUIT" => return say("221 bye"),
            _ => say("502 what?")?,
        }
    }
}

/// The text, without what was added for the way. `None` if it does not come to an end.
fn read_text(reader: &mut impl BufRead, mood: Mood) -> std::io::Result<Option<String>> {
    let (mut text, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if mood == Mood::HangsUpInText && text.len() > 100 || reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line == ".\r\n" {
            return Ok(Some(text));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
