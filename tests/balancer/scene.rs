//! Two processes on one database behind one nginx, and servers that only pretend.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use storage::testing::Cluster;

use super::nginx::Nginx;
use crate::harness::{House, Maisa, Mm, Request, Server, Town, Workspace, eventually, fresh};

/// How long the word about a request takes to its log at most.
const SOON: Duration = Duration::from_secs(5);

/// How many keys are tried until each process has one.
const KEYS: usize = 64;

/// The processes, each in a house with a log of its own, and the nginx.
pub struct Front {
    pub nginx: Nginx,
    pub town: Town,
    pub second: Option<Server>,
    /// Where all of it takes place: a workspace.
    place: String,
    _second_house: House,
}

/// A town on a new database of this server.
pub fn town_on(cluster: &Cluster) -> (Town, String) {
    let url = cluster.url(&cluster.empty_database());
    (Town::in_house(house_at(&url)), url)
}

fn house_at(url: &str) -> House {
    let mut house = House::with_store_at(url);
    house.set("database.pool", "4");
    house
}

impl Front {
    pub fn new() -> Self {
        Self::on(Cluster::shared())
    }

    pub fn on(cluster: &Cluster) -> Self {
        let (town, url) = town_on(cluster);
        let second_house = house_at(&url);
        let second = second_house.serve();
        let nginx = Nginx::before([town.server.http.address(), second.http.address()]);
        let place = town.workspace().id;
        Self { nginx, town, second: Some(second), place, _second_house: second_house }
    }

    /// The workspace in which it takes place.
    pub fn place(&self) -> Workspace<'_> {
        Workspace { town: &self.town, id: self.place.clone() }
    }

    /// A client of nginx.
    pub fn mm<'a>(&'a self, key: &str) -> Mm<'a> {
        Mm::new(&self.nginx.engine.http, key)
    }

    /// A client of nginx.
    pub fn maisa<'a>(&'a self, key: &str) -> Maisa<'a> {
        Maisa::new(&self.nginx.engine.http, key)
    }

    /// The process that has answered the request with this id, and alone.
    pub fn process_of(&self, request_id: &str) -> usize {
        eventually(SOON, "a line in a log", || {
            let second = self.second.as_ref().map(Server::log).unwrap_or_default();
            match [self.town.server.log(), second].map(|log| log.contains(request_id)) {
                [false, false] => None,
                [first, second] => {
                    assert!(first != second, "one process answers");
                    Some(usize::from(second))
                }
            }
        })
    }

    /// The process that requests with this key go to.
    pub fn home(&self, key: &str) -> usize {
        let id = fresh("whose-");
        self.mm(key).with("X-Request-Id", &id).me();
        self.process_of(&id)
    }

    /// A key that may do everything with users here, and goes to that process.
    pub fn key_of(&self, process: usize) -> String {
        let place = self.place();
        let mut keys = (0..KEYS).map(|_| place.steward().secret);
        keys.find(|key| self.home(key) == process).expect("every process has some of the keys")
    }
}

/// How a server that only pretends treats who asks it.
#[derive(Clone, Copy)]
pub enum Manner {
    /// It dies once it has read the request.
    HangsUp,
    /// It answers so.
    Says(&'static str),
}

/// A server that reads requests and does nothing.
pub struct Pretender {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pretender {
    pub fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, ended) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (lines, over) = (heard.clone(), ended.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                lines.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
                if let Manner::Says(answer) = manner {
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            }
        });
        Self { address, heard, ended, thread: Some(thread) }
    }

    /// The first lines of all requests since it was asked last.
    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

impl Drop for Pretender {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// A whole request, unless who has connected says nothing.
fn read(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(SOON)).unwrap();
    let (mut text, mut piece) = (String::new(), [0; 4_096]);
    loop {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}

/// A key that this nginx, whose other server pretends, sends there.
pub fn key_of_pretender(place: &Workspace<'_>, nginx: &Nginx, pretender: &Pretender) -> String {
    let mut keys = (0..KEYS).map(|_| place.steward().secret);
    let goes_there = |key: &String| {
        pretender.heard();
        nginx.engine.http.send(&Request::get("/v1/users/me").header("X-API-Key", key)).unwrap();
        !pretender.heard().is_empty()
    };
    keys.find(goes_there).expect("every server has some of the keys")
}
