//! A real nginx with `config/nginx.example.conf`, in which nothing but addresses and paths of files is replaced.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use storage::testing::Authority;
use tempfile::TempDir;

use crate::harness::house::free_address;
use crate::harness::{Http, Watch, eventually};

/// What operators copy.
pub const EXAMPLE: &str = include_str!("../../config/nginx.example.conf");

const MISSING: &str = "nginx is not on this machine, and these tests need it: install nginx";

/// The name that its certificate is for.
pub const NAME: &str = "localhost";

/// Where systems put it beside the PATH.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/// What lies around the example: one process without a daemon, and nothing outside of its folder.
const FRAME: &str = "daemon off; master_process off; pid nginx.pid; error_log error.log info; events { worker_connections 512; }\n\
    http {\nclient_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; \
    scgi_temp_path scgi;\n";

/// An nginx with some configuration. It ends when it goes out of scope.
pub struct Engine {
    child: Child,
    watch: Watch,
    folder: TempDir,
    /// A client of it, without TLS.
    pub http: Http,
}

/// An nginx before some servers, as the example has it.
pub struct Nginx {
    pub engine: Engine,
    /// Where it speaks TLS.
    pub tls: SocketAddr,
    /// Who has certified it.
    pub authority: Authority,
}

impl Engine {
    /// Starts one with the part of a configuration that lies within `http`, and that listens on this address. It writes its log where
    /// it may.
    pub fn serving(front: &str, address: SocketAddr) -> Self {
        let folder = TempDir::with_prefix("diglot-nginx-").unwrap();
        let log = format!("{}/", folder.path().display());
        let front = replaced(front, &[("/var/log/nginx/", log)]);
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, format!("{FRAME}{front}}}\n")).unwrap();
        let mut command = Command::new(program());
        command.arg("-e").arg(folder.path().join("error.log")).arg("-p").arg(folder.path());
        command.arg("-c").arg(&configuration).current_dir(folder.path());
        let said = fs::File::create(folder.path().join("said")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        let mut child = command.spawn().unwrap();
        let watch = Watch::over(child.id(), folder.path());
        eventually(Duration::from_secs(10), "nginx serves", || {
            let said = || fs::read_to_string(folder.path().join("said")).unwrap_or_default();
            assert!(child.try_wait().unwrap().is_none(), "nginx does not start: {}", said());
            TcpStream::connect(address).ok().map(drop)
        });
        Self { child, watch, folder, http: Http::new(address) }
    }

    /// What it wrote to its own log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("diglot.log")).unwrap()
    }

    /// What it wrote of what went wrong.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap()
    }

    /// The files in its folders for what does not fit into memory: none are ever wanted.
    pub fn files_on_disk(&self) -> usize {
        let count = |name: &&str| fs::read_dir(self.folder.path().join(name)).map_or(0, Iterator::count);
        ["body", "proxy"].iter().map(count).sum()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        self.watch.dismiss();
    }
}

impl Nginx {
    /// Starts one before these two.
    pub fn before(servers: [SocketAddr; 2]) -> Self {
        let (plain, tls) = (free_address(), free_address());
        let listen = format!("listen {plain};\n    listen {tls} ssl;");
        let authority = Authority::found();
        let identity = authority.certify(NAME);
        let text = |path: &Path| path.display().to_string();
        let front = replaced(
            EXAMPLE,
            &[
                ("10.0.0.1:8080", servers[0].to_string()),
                ("10.0.0.2:8080", servers[1].to_string()),
                ("listen 443 ssl;", listen),
                ("/etc/nginx/tls/diglot.crt", text(&identity.certificate)),
                ("/etc/nginx/tls/diglot.key", text(&identity.key)),
            ],
        );
        Self { engine: Engine::serving(&front, plain), tls, authority }
    }
}

/// The text with other words at these places, each of which it has once.
fn replaced(text: &str, places: &[(&str, String)]) -> String {
    let mut text = text.to_owned();
    for (place, value) in places {
        assert_eq!(text.matches(place).count(), 1, "{place} stands there once");
        text = text.replace(place, value);
    }
    text
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join("nginx")).find(|file| file.is_file()).expect(MISSING)
}
