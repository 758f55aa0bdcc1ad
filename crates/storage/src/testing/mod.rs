//! PostgreSQL servers for tests: each is made anew, listens where nobody else looks, and disappears with the test.
//!
//! Nothing here is silently left out: where the machine has no PostgreSQL, the test fails and says what to install.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used, clippy::panic)]

mod authority;
mod binaries;
mod guard;
mod locale;
mod standby;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Bool};
use diesel::{Connection, ConnectionResult, PgConnection, RunQueryDsl};

pub use authority::{Authority, Identity};
use binaries::Binaries;
use guard::Guard;
pub use standby::Standby;

/// A database that every new one is a copy of: migrated once.
const TEMPLATE: &str = "diglot_template";

/// Who owns the databases, and may do nothing beside: what the store needs.
const ROLE: &str = "diglot";

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of its own: a cluster, as PostgreSQL calls it.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    guard: Mutex<Guard>,
    template: OnceLock<()>,
    databases: AtomicU32,
}

/// What is unusual about a cluster.
#[derive(Debug, Clone, Copy, Default)]
pub struct Make {
    /// It listens on 127.0.0.1 too, not only on its socket.
    pub tcp: bool,
    /// It flushes its disk, as servers do and tests need not.
    pub fsync: bool,
    /// Its messages are in this language, such as `de_DE`, and not in English.
    pub language: Option<&'static str>,
}

impl Cluster {
    /// Starts one.
    ///
    /// # Panics
    /// Without PostgreSQL on this machine.
    #[must_use]
    pub fn start(make: Make) -> Self {
        Self::start_with(make, |_| String::new())
    }

    /// Starts one that listens on 127.0.0.1 too and offers TLS, with a certificate for this host name.
    ///
    /// # Panics
    /// Without PostgreSQL on this machine.
    #[must_use]
    pub fn start_with_tls(authority: &Authority, host: &str) -> Self {
        let identity = authority.certify(host);
        Self::start_with(Make { tcp: true, ..Make::default() }, |put| {
            let (certificate, key) = (put(&identity.certificate), put(&identity.key));
            format!("ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n")
        })
    }

    fn start_with(make: Make, more: impl FnOnce(&dyn Fn(&Path) -> String) -> String) -> Self {
        let cluster = Self::launch("init", make, more);
        cluster.execute("postgres", &format!("CREATE ROLE {ROLE} LOGIN"));
        cluster
    }

    /// Makes a server's files, as the guard is told, and starts it. `more` is told how to give it a file that is its own, and says
    /// what else stands in its configuration.
    fn launch(files: &str, make: Make, more: impl FnOnce(&dyn Fn(&Path) -> String) -> String) -> Self {
        let binaries = Binaries::find().unwrap_or_else(|missing| panic!("{missing}"));
        let folder = folder();
        binaries.own(&folder);
        let locales = make.language.map(|language| locale::make(&binaries, &folder, language));
        let mut guard = Guard::start(&binaries, &folder, locales.as_deref());
        guard.say(files);
        let port = if make.tcp { free_port() } else { 5432 };
        let opened = fs::OpenOptions::new().append(true).open(folder.join("data/postgresql.auto.conf"));
        let put = |file: &Path| {
            let own = folder.join(file.file_name().unwrap_or_default());
            fs::copy(file, &own).expect("a copy");
            fs::set_permissions(&own, fs::Permissions::from_mode(0o600)).expect("a mode");
            binaries.own(&own);
            own.display().to_string()
        };
        let text = configuration(&folder, port, make) + &more(&put);
        let made = opened.and_then(|mut file| file.write_all(text.as_bytes()));
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(made.is_ok(), "{files}: {}", log());
        guard.say("start");
        let cluster =
            Self { folder, port, guard: Mutex::new(guard), template: OnceLock::new(), databases: AtomicU32::new(0) };
        cluster.wait_until_it_serves();
        cluster
    }

    /// The one that the tests of a process share. It ends with the process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Make::default()))
    }

    /// The URL of a database, for its owner, through the socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@/{database}?host={}&port={}", self.folder.display(), self.port)
    }

    /// The URL of a database, for its owner, through the network, of a cluster that listens there.
    #[must_use]
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }

    /// The same by the host name `localhost`, with these parameters.
    #[must_use]
    pub fn named_url(&self, database: &str, parameters: &str) -> String {
        // Wherever else this machine finds that name.
        format!("postgres://{ROLE}@localhost:{}/{database}?hostaddr=127.0.0.1&{parameters}", self.port)
    }

    /// A connection to a database for one who may do everything, to look behind the store's back.
    #[must_use]
    pub fn connect(&self, database: &str) -> PgConnection {
        self.try_connect(database).expect("a connection")
    }

    fn try_connect(&self, database: &str) -> ConnectionResult<PgConnection> {
        let (folder, port) = (self.folder.display(), self.port);
        PgConnection::establish(&format!("postgresql://postgres@/{database}?host={folder}&port={port}"))
    }

    /// Makes an empty database. Gives its name.
    #[must_use]
    pub fn empty_database(&self) -> String {
        self.database_like("TEMPLATE template0")
    }

    /// Makes a database that has our schema. Gives its name.
    #[must_use]
    pub fn database(&self) -> String {
        self.template.get_or_init(|| {
            self.execute("postgres", &format!("CREATE DATABASE {TEMPLATE} OWNER {ROLE}"));
            let url = self.url(TEMPLATE).parse().expect("a URL");
            drop(crate::open(&crate::Settings::new(url)).expect("a store"));
        });
        self.database_like(&format!("TEMPLATE {TEMPLATE}"))
    }

    /// Makes a database in such a manner. Gives its name.
    #[must_use]
    pub fn database_like(&self, manner: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let end = Instant::now() + PATIENCE;
        // A template is not copied while somebody is connected to it, and servers take a moment to see that nobody is.
        let made = format!("CREATE DATABASE {name} OWNER {ROLE} {manner}");
        while let Err(error) = self.connect("postgres").batch_execute(&made) {
            assert!(error.to_string().contains("being accessed") && Instant::now() < end, "{error}");
            thread::sleep(Duration::from_millis(5));
        }
        name
    }

    /// Carries out a statement in a database, behind the store's back.
    pub fn execute(&self, database: &str, statement: &str) {
        self.connect(database).batch_execute(statement).expect("a statement");
    }

    /// Whether a database has any table of somebody's.
    #[must_use]
    pub fn has_tables(&self, database: &str) -> bool {
        let tables = diesel::dsl::sql::<Bool>("EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')");
        diesel::select(tables).get_result(&mut self.connect(database)).expect("an answer")
    }

    /// How many rows a table has.
    #[must_use]
    pub fn count(&self, database: &str, table: &str) -> i64 {
        let count = diesel::dsl::sql::<BigInt>(&format!("(SELECT count(*) FROM {table})"));
        diesel::select(count).get_result(&mut self.connect(database)).expect("an answer")
    }

    /// Ends the server as a crash does, and starts it again. Gives back once it starts, not once it serves.
    pub fn restart_immediate(&self) {
        let mut guard = self.guard();
        guard.stop();
        guard.say("start");
    }

    /// Ends the server as a crash does.
    pub fn stop(&self) {
        self.guard().stop();
    }

    /// Starts a server that was stopped, and waits until it serves.
    pub fn start_again(&self) {
        self.guard().say("start");
        self.wait_until_it_serves();
    }

    /// Makes the server stand still: it keeps its connections, and says nothing.
    pub fn freeze(&self) {
        self.guard().freeze();
    }

    /// Makes it go on.
    pub fn thaw(&self) {
        self.guard().thaw();
    }

    /// Waits until the server serves.
    pub fn wait_until_it_serves(&self) {
        let end = Instant::now() + PATIENCE;
        while let Err(error) = self.try_connect("postgres") {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < end, "{error}: {}", log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What other servers call it.
    fn name(&self) -> String {
        name(&self.folder)
    }

    fn guard(&self) -> MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder of our own, with a short name: the path of a socket may have a hundred characters.
fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let place = Some(std::env::temp_dir()).filter(|place| place.as_os_str().len() < 40);
    let place = place.unwrap_or_else(|| PathBuf::from("/tmp"));
    let folder = place.join(format!("pg-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("a mode");
    folder
}

/// The name of the server in a folder: a word of SQL.
fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().replace('-', "_")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A server for tests, on a small machine. It waits for no other, whatever the one does that it is a copy of; and as a standby it
/// soon looks again for the one that it follows.
fn configuration(folder: &Path, port: u16, make: Make) -> String {
    let on = |is_on: bool| if is_on { "on" } else { "off" };
    format!(
        "listen_addresses = '{}'\nport = {port}\nunix_socket_directories = '{}'\nfsync = {}\nfull_page_writes = {}\n\
         max_connections = 1000\nshared_buffers = 32MB\nautovacuum = off\ndeadlock_timeout = 100ms\n\
         log_min_messages = fatal\ncluster_name = '{}'\nsynchronous_standby_names = ''\n\
         wal_retrieve_retry_interval = 100ms\nlc_messages = '{}'\n",
        if make.tcp { "127.0.0.1" } else { "" },
        folder.display(),
        on(make.fsync),
        on(make.fsync),
        name(folder),
        make.language.map_or_else(|| "C".to_owned(), locale::name),
    )
}
