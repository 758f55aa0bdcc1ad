//! Runs the program in a folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const DIGLOT: &str = env!("CARGO_BIN_EXE_diglot");

/// A fresh folder, and settings that suit tests.
pub struct Program {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub output: String,
    pub error: String,
}

impl Ended {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// All that was printed.
    pub fn text(&self) -> String {
        format!("{}{}", self.output, self.error)
    }
}

impl Program {
    pub fn new() -> Self {
        let program = Self { folder: TempDir::new().expect("a folder"), variables: Vec::new() };
        program.with("DIGLOT_PASSWORDS__BCRYPT_COST", "4").with("DIGLOT_SERVER__MAX_CONNECTIONS", "100")
    }

    /// With a workspace and an administrator, whose ids these are.
    pub fn initialised() -> (Self, String, String) {
        let program = Self::new();
        let made = program.run(&["init", "--json"]).json();
        let text = |name: &str| made[name].as_str().expect("an id").to_owned();
        (program, text("workspace_id"), text("user_id"))
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// What a file of the folder says.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }

    /// Whether anything was made beside what the test wrote.
    pub fn has_store(&self) -> bool {
        self.folder.path().join("data").exists()
    }

    /// The store, as only the program opens it.
    pub fn store(&self) -> storage::AnyStore {
        let mut settings = gateway::settings::Settings::built_in().expect("settings").database;
        settings.url = format!("sqlite://{}/data/diglot.db", self.folder.path().display()).parse().expect("a URL");
        storage::open_existing(&settings).expect("a store")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(Command::new(DIGLOT), arguments)
    }

    fn prepared(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs it with this input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("an input");
        // A program that has refused already reads nothing.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        ended(child)
    }

    /// Starts it and does not wait for its end.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("it starts")
    }

    /// Removes a file from the folder.
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.folder.path().join(name)).expect("removed");
    }

    /// Where a store in the folder is.
    pub fn at(&self, name: &str) -> storage::Settings {
        let url = format!("sqlite://{}", self.folder.path().join(name).display());
        storage::Settings::new(url.parse().expect("a URL"))
    }

    /// Runs it with nobody to read the output.
    pub fn run_unread(&self, arguments: &[&str]) -> Ended {
        let mut child = self.command(arguments).spawn().expect("it starts");
        drop(child.stdout.take());
        ended(child)
    }

    /// Runs it with standard error elsewhere. Gives the exit code.
    pub fn run_into(&self, log: impl Into<Stdio>, arguments: &[&str]) -> i32 {
        let status = self.command(arguments).stderr(log).status().expect("it ends");
        status.code().unwrap_or(-1)
    }

    /// Starts the server.
    pub fn serve(&self) -> Server {
        serve(self.command(&["serve"]))
    }

    /// Starts the server with these limits on open files.
    pub fn serve_with_files(&self, soft: u32, hard: u32) -> Server {
        let script = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec {DIGLOT} serve");
        serve(self.prepared(Command::new("/bin/sh"), &["-c", &script]))
    }

    /// Starts a server whose log goes elsewhere.
    pub fn serve_into(&self, log: impl Into<Stdio>) -> Unheard {
        let [address, admin] = free_addresses();
        let mut command = self.command(&["serve"]);
        command.env("DIGLOT_SERVER__BIND", &address).env("DIGLOT_SERVER__ADMIN_BIND", &admin);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
        let server = Unheard { child, address, admin };
        let began = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "it does not serve");
            sleep(Duration::from_millis(20));
        }
        server
    }
}

fn serve(mut command: Command) -> Server {
    command.env("DIGLOT_SERVER__BIND", "127.0.0.1:0").env("DIGLOT_LOG__FORMAT", "json");
    let mut child = command.spawn().expect("it starts");
    let log = BufReader::new(child.stderr.take().expect("a log"));
    let mut server = Server { child, log, lines: Vec::new(), address: String::new() };
    let line = server.wait_for("diglot serves");
    server.address = line["address"].as_str().expect("an address").to_owned();
    server
}

/// Addresses that were free a moment ago, for a server that cannot say which ones it has got. They are not where all other
/// servers are, so that none of those takes one in between.
fn free_addresses() -> [String; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.2:0").expect("a port"));
    listeners.each_ref().map(|listener| listener.local_addr().expect("an address").to_string())
}

/// One request; the whole answer.
pub fn ask(address: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// One request with this key: its status, the whole answer, and how long that took.
pub fn request(address: &str, method: &str, path: &str, key: &str, body: &str) -> (u16, String, Duration) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
    (status, answer, began.elapsed())
}

/// So many requests for what does not exist, one after the other on one connection.
pub fn ask_often(address: &str, requests: usize) {
    let stream = TcpStream::connect(address).expect("a connection");
    let mut answers = BufReader::new(stream.try_clone().expect("a copy"));
    let mut stream = stream;
    for _ in 0..requests {
        stream.write_all(b"HEAD /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert!(answers.read_line(&mut line).expect("a line") > 0, "the connection ends");
        }
    }
}

/// The most memory that the process has had, in KiB, until it ends.
#[cfg(target_os = "linux")]
pub fn peak_memory(process: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", process.id());
    let mut peak = 0;
    while process.try_wait().expect("a look").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        sleep(Duration::from_millis(20));
    }
    peak
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code().unwrap_or(-1), output: text(output.stdout), error: text(output.stderr) }
}

/// A server that serves; killed when the test ends.
pub struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    pub lines: Vec<Value>,
    pub address: String,
}

impl Server {
    /// The next log line with this message.
    pub fn wait_for(&mut self, message: &str) -> Value {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).expect("a line");
            assert!(read > 0, "the log ends without {message:?}: {:?}", self.lines);
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            self.lines.push(line.clone());
            if line["message"] == message {
                return line;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// All lines to the end of the log.
    pub fn rest(&mut self) -> Vec<Value> {
        let mut text = String::new();
        self.log.read_to_string(&mut text).expect("a log");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Waits for the end. Gives the exit code.
    pub fn ended(&mut self) -> i32 {
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server whose log the test does not read; killed when the test ends.
pub struct Unheard {
    child: Child,
    pub address: String,
    admin: String,
}

impl Unheard {
    /// A number among the metrics.
    pub fn metric(&self, name: &str) -> u64 {
        let metrics = ask(&self.admin, "GET /metrics HTTP/1.1");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{name} is not in {metrics}"))
    }

    /// Waits until so many lines of the log are lost; nobody waits for the log, so it may lag behind.
    pub fn loses_lines(&self, lines: u64) {
        let began = Instant::now();
        while self.metric("diglot_log_lines_dropped") < lines {
            assert!(began.elapsed() < Duration::from_secs(10), "too few are lost");
            sleep(Duration::from_millis(20));
        }
    }

    /// Has it end. Gives the exit code, and how long that took.
    pub fn terminate(&mut self) -> (i32, Duration) {
        let began = Instant::now();
        signal(&self.child, "TERM");
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return (status.code().unwrap_or(-1), began.elapsed());
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it does not end");
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
