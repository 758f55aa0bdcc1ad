//! Runs the program in a folder of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

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
        let cheap = ("DIGLOT_PASSWORDS__BCRYPT_COST".to_owned(), "4".to_owned());
        Self { folder: TempDir::new().expect("a folder"), variables: vec![cheap] }
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

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_diglot"));
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

    /// A store in the folder.
    pub fn store(&self, name: &str) -> storage::Settings {
        let url = format!("sqlite://{}", self.folder.path().join(name).display());
        storage::Settings::new(url.parse().expect("a URL"))
    }

    /// Runs it with nobody to read the output.
    pub fn run_unread(&self, arguments: &[&str]) -> Ended {
        let mut child = self.command(arguments).spawn().expect("it starts");
        drop(child.stdout.take());
        ended(child)
    }

    /// Starts the server.
    pub fn serve(&self) -> Server {
        let mut command = self.command(&["serve"]);
        command.env("DIGLOT_SERVER__BIND", "127.0.0.1:0").env("DIGLOT_LOG__FORMAT", "json");
        let mut child = command.spawn().expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("a log"));
        let mut server = Server { child, log, lines: Vec::new(), address: String::new() };
        let line = server.wait_for("diglot serves");
        server.address = line["address"].as_str().expect("an address").to_owned();
        server
    }
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
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
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
