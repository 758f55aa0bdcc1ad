//! The command line's answers.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub struct CliAnswer {
    asked: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl CliAnswer {
    pub(super) fn of(arguments: &[&str], mut command: Command) -> Self {
        Self::from(arguments, command.output().unwrap())
    }

    pub(super) fn of_reading(arguments: &[&str], mut command: Command, input: &str) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        // It may have made up its mind before it has read anything.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        Self::from(arguments, child.wait_with_output().unwrap())
    }

    fn from(arguments: &[&str], output: Output) -> Self {
        Self {
            asked: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Requires an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.story());
        self
    }

    /// Requires exit code 0: done.
    #[track_caller]
    pub fn done(self) -> Self {
        self.exits(0)
    }

    /// Requires exit code 1: the answer is no.
    #[track_caller]
    pub fn refused(self) -> Self {
        self.exits(1)
    }

    /// Requires exit code 2: usage or settings are wrong.
    #[track_caller]
    pub fn misused(self) -> Self {
        self.exits(2)
    }

    /// Requires that what it wrote to standard error names something.
    #[track_caller]
    pub fn naming(self, word: &str) -> Self {
        assert!(self.err.contains(word), "{word:?} is not named: {}", self.story());
        self
    }

    /// The JSON on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.story()))
    }

    /// A text of that JSON.
    #[track_caller]
    pub fn str(&self, key: &str) -> String {
        self.json()[key].as_str().unwrap_or_else(|| panic!("no text {key}: {}", self.story())).to_owned()
    }

    pub fn story(&self) -> String {
        format!("diglot {} exits {}\n{}\n{}", self.asked, self.code, self.out, self.err)
    }
}
