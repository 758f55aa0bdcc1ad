//! Nothing that the suite starts outlives it, however the suite ends.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A helper process that waits for the suite's end (its standard input closes then), ends the process it watches, and
/// removes the folder.
pub struct Watch(Option<Child>);

impl Watch {
    pub fn over(pid: u32, folder: &Path) -> Self {
        Self::ending(pid.to_string(), folder)
    }

    /// The same for a process that leads a group, with all that it has started.
    pub fn over_group(leader: u32, folder: &Path) -> Self {
        Self::ending(format!("-{leader}"), folder)
    }

    fn ending(whom: String, folder: &Path) -> Self {
        let script = r#"read -r word; [ "$word" = dismissed ] && exit; kill -9 "$0" 2>/dev/null; rm -rf "$1""#;
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(whom).arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(Some(command.spawn().unwrap()))
    }

    /// The process has ended: there is nothing left to watch.
    pub fn dismiss(&mut self) {
        use std::io::Write;
        if let Some(mut child) = self.0.take() {
            child.stdin.take().unwrap().write_all(b"dismissed\n").ok();
            child.wait().ok();
        }
    }
}
