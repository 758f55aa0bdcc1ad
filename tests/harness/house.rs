//! A house: a temporary directory with settings, and a store there or in a database of its own, in which the real binary runs.

use std::ffi::OsString;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;
use storage::AnyStore;
use tempfile::TempDir;

use super::cli::CliAnswer;
use super::document::Document;
use super::http::{Http, Request};
use super::poll::eventually;
use super::store::{self, Database};
use super::watch::Watch;

const BINARY: &str = env!("CARGO_BIN_EXE_diglot-under-test");

/// What a story runs the binary with.
pub struct House {
    dir: TempDir,
    settings: Vec<(String, String)>,
    /// Where the store is, if it is no file.
    database: Option<Database>,
}

/// A running server. It stops when it goes out of scope.
pub struct Server {
    child: Option<Child>,
    watch: Watch,
    log: PathBuf,
    pub http: Http,
    admin: SocketAddr,
}

impl House {
    /// An empty house: no store yet.
    pub fn empty() -> Self {
        Self::on(store::is_postgres().then(Database::empty))
    }

    /// A house in which nobody lives yet, for a story that does not ask how its store comes about.
    pub fn vacant() -> Self {
        Self::on(store::is_postgres().then(Database::migrated))
    }

    fn on(database: Option<Database>) -> Self {
        let dir = TempDir::with_prefix("diglot-suite-").unwrap();
        let url = match &database {
            Some(database) => database.url(),
            None => format!("sqlite://{}/data/diglot.db", dir.path().display()),
        };
        let mut house = Self { dir, settings: Vec::new(), database };
        house.set("database.url", &url);
        if house.database.is_some() {
            // All houses share the connections of one server.
            house.set("database.pool", "4");
        }
        house.set("passwords.bcrypt_cost", "4");
        house
    }

    /// A house whose store lies in a folder that the story prepared.
    pub fn with_data_in(folder: &Path) -> Self {
        Self::with_store_at(&format!("sqlite://{}/diglot.db", folder.display()))
    }

    /// A house with the same settings on the same store, and a log of its own. It must not outlive this one.
    pub fn neighbour(&self) -> Self {
        let dir = TempDir::with_prefix("diglot-suite-").unwrap();
        Self { dir, settings: self.settings.clone(), database: None }
    }

    /// A house whose store is a place that the story prepared.
    pub fn with_store_at(url: &str) -> Self {
        let mut house = Self::empty();
        house.set("database.url", url);
        house
    }

    /// Settles one setting, by its name in the settings file.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.settings.retain(|(given, _)| given != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs with a settings file of this path.
    pub fn file(&mut self, path: &Path) -> &mut Self {
        self.set("config", &path.display().to_string())
    }

    /// Leaves a setting to its default.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.settings.retain(|(given, _)| given != name);
        self
    }

    /// The settings, as the environment says them.
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        self.settings.iter().map(|(name, value)| (variable(name).into(), value.into())).collect()
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the store lies, unless the story put it elsewhere.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Whether anything has been made where the store belongs.
    pub fn has_store(&self) -> bool {
        self.database.as_ref().map_or_else(|| self.data().exists(), Database::has_tables)
    }

    /// The store itself, for what no server lets a story do.
    pub fn store(&self) -> AnyStore {
        storage::open_existing(&storage::Settings::new(self.url().parse().unwrap())).unwrap()
    }

    /// Where the store is.
    pub fn url(&self) -> String {
        self.settings.iter().find(|(name, _)| name == "database.url").map(|(_, url)| url.clone()).unwrap()
    }

    /// The bytes of the store: database, write-ahead log and what else lies there.
    pub fn data_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.data()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Whether a file of this name lies in the house.
    pub fn has(&self, name: &str) -> bool {
        self.dir.path().join(name).is_file()
    }

    /// Puts something else where the store should be.
    pub fn put_in_place_of_the_store(&self, text: &str) {
        fs::create_dir_all(self.data()).unwrap();
        fs::write(self.data().join("diglot.db"), text).unwrap();
    }

    pub fn write_file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The binary with this house's settings, and nothing else of ours in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    fn dress(&self, command: &mut Command) {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DIGLOT_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
        for (name, value) in &self.settings {
            command.env(variable(name), value);
        }
        command.current_dir(self.dir.path()).stdin(Stdio::null());
    }

    /// Runs a command to its end.
    pub fn cli(&self, arguments: &[&str]) -> CliAnswer {
        CliAnswer::of(arguments, self.command(arguments))
    }

    /// Runs a command that reads this.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> CliAnswer {
        CliAnswer::of_reading(arguments, self.command(arguments), input)
    }

    /// Makes the store look as if a later version of the program had been here. Nobody may have it open.
    pub fn age_the_program(&self) {
        let known = self.cli(&["migrate", "--status", "--json"]).done().json();
        let name = known["changes"]
            .as_array()
            .and_then(|changes| changes.last())
            .map(|last| last["name"].to_string())
            .unwrap();
        let version: String = name.split('_').next().unwrap().chars().filter(char::is_ascii_digit).collect();
        let later = version.replacen("20", "29", 1);
        if let Some(database) = &self.database {
            let table = "__diesel_schema_migrations";
            return database.execute(&format!("UPDATE {table} SET version = '{later}' WHERE version = '{version}'"));
        }
        let file = self.data().join("diglot.db");
        let mut bytes = fs::read(&file).unwrap();
        let places: Vec<usize> =
            (0..bytes.len() - version.len()).filter(|at| bytes[*at..].starts_with(version.as_bytes())).collect();
        assert!(!places.is_empty(), "the store does not say which version it has");
        for at in places {
            bytes[at..at + later.len()].copy_from_slice(later.as_bytes());
        }
        fs::write(&file, bytes).unwrap();
    }

    /// `diglot init --json`.
    pub fn init(&self) -> Value {
        self.cli(&["init", "--json"]).done().json()
    }

    /// What a server with these settings says of itself: the documents of the dialects that it serves.
    pub fn documents(&self) -> Vec<Arc<Document>> {
        let printed = ["mechamental", "maisa"].map(|dialect| self.cli(&["openapi", dialect]));
        printed.into_iter().filter(|printed| printed.code == 0).map(|printed| Document::of(&printed.out)).collect()
    }

    /// Starts the server and waits until it lives.
    pub fn serve(&self) -> Server {
        self.try_serve().unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// The same, where it may refuse to start: then what it said.
    pub fn try_serve(&self) -> Result<Server, String> {
        self.serve_as(&[], |command| command)
    }

    /// Starts a server that serves these operations only.
    pub fn serve_only(&self, patterns: &[&str]) -> Server {
        let arguments: Vec<&str> = patterns.iter().flat_map(|pattern| ["--only", pattern]).collect();
        let started = self.serve_as(&arguments, |command| command);
        started.unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// The same, through a program that changes the circumstances first, such as `sh -c 'ulimit …; exec "$@"'`.
    pub fn serve_under(&self, program: &[&str]) -> Server {
        self.serve_as(&[], |inner| {
            let mut outer = Command::new(program[0]);
            self.dress(&mut outer);
            for (name, value) in inner.get_envs() {
                if let Some(value) = value {
                    outer.env(name, value);
                }
            }
            outer.args(&program[1..]).arg(inner.get_program()).args(inner.get_args());
            outer
        })
        .unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    fn serve_as(&self, arguments: &[&str], wrap: impl Fn(Command) -> Command) -> Result<Server, String> {
        let documents = self.documents();
        for _ in 0..10 {
            let (address, admin) = (free_address(), free_address());
            let mut inner = self.command(&["serve"]);
            inner.args(arguments);
            inner.env(variable("server.bind"), address.to_string());
            inner.env(variable("server.admin_bind"), admin.to_string());
            let log = self.dir.path().join("server.log");
            let to_log = || fs::File::options().create(true).append(true).open(&log).unwrap();
            let mut command = wrap(inner);
            let child = command.stdin(Stdio::null()).stdout(to_log()).stderr(to_log()).spawn().unwrap();
            let watch = Watch::over(child.id(), self.dir.path());
            // A process with a part of the operations does not keep to the document of all of them.
            let http = Http::new(address).holding_to(if arguments.is_empty() { documents.clone() } else { Vec::new() });
            let mut server = Server { child: Some(child), watch, log: log.clone(), http, admin };
            if server.comes_to_life() {
                assert!(!documents.is_empty(), "a server that lives serves a dialect, which has a document");
                return Ok(server);
            }
            let said = server.log();
            if !said.lines().last().is_some_and(|line| line.contains("in use")) {
                return Err(said);
            }
        }
        panic!("no free address in ten attempts");
    }
}

impl Server {
    fn comes_to_life(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if self.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                self.watch.dismiss();
                self.child = None;
                return false;
            }
            if self.http.send(&Request::get("/healthz")).is_ok_and(|answer| answer.status == 200) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not answer:\n{}", self.log());
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().map(Child::id).unwrap()
    }

    /// What the server wrote to its log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The text of `/metrics`, on the second listener.
    pub fn metrics(&self) -> String {
        Http::new(self.admin).send(&Request::get("/metrics")).unwrap().expect(200).text()
    }

    /// One number of them.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.metrics();
        let number = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        number.unwrap_or_else(|| panic!("{name} is not in {text}"))
    }

    pub fn admin(&self) -> Http {
        Http::new(self.admin)
    }

    /// Whether `/readyz` says yes.
    pub fn is_ready(&self) -> bool {
        self.http.send(&Request::get("/readyz")).unwrap().status == 200
    }

    /// Ends the process at once, as a power cut would.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.watch.dismiss();
    }

    /// Asks the process to stop (`TERM`, `INT`).
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the process to end by itself, and gives its exit code.
    pub fn wait(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let status = eventually(Duration::from_secs(40), "the server ends", || child.try_wait().unwrap());
        self.watch.dismiss();
        status.code()
    }

    /// Stops it in good order.
    pub fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.wait(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
            self.watch.dismiss();
        }
    }
}

/// `server.bind` is `DIGLOT_SERVER__BIND` in the environment.
pub fn variable(setting: &str) -> String {
    format!("DIGLOT_{}", setting.to_uppercase().replace('.', "__"))
}

/// An address that nobody listens on. Numbers below those that systems give to clients, so that two stories do not meet.
pub fn free_address() -> SocketAddr {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU16::new(std::process::id() as u16));
    loop {
        let port = 12_000 + next.fetch_add(1, Ordering::Relaxed) % 18_000;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}
