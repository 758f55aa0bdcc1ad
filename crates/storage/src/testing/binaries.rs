//! Where this machine has PostgreSQL's programs, and who may run them: not root, whom they refuse.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const MISSING: &str = "PostgreSQL's server (initdb, postgres, pg_basebackup) is not on this machine, and these tests need it: \
    install it (Debian: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql) or put its \
    folder on the PATH";

/// What is used of its programs.
const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_basebackup"];

/// The users who run it where this process is root's.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The programs.
pub(super) struct Binaries {
    folder: PathBuf,
    /// User and group, if other than ours.
    runs_as: Option<(u32, u32)>,
}

impl Binaries {
    /// Finds them.
    pub fn find() -> Result<Self, String> {
        let has_all = |folder: &PathBuf| NEEDED.iter().all(|name| folder.join(name).is_file());
        let folder = candidates().into_iter().find(has_all).ok_or(MISSING)?;
        let is_root =
            fs::metadata("/proc/self").or_else(|_| fs::metadata("/dev/stdin")).is_ok_and(|meta| meta.uid() == 0);
        let runs_as = if is_root { Some(unprivileged()?) } else { None };
        Ok(Self { folder, runs_as })
    }

    /// Gives a folder to whoever runs the server.
    pub fn own(&self, folder: &Path) {
        if let Some((user, group)) = self.runs_as {
            chown(folder, Some(user), Some(group)).expect("a folder of the server's own");
        }
    }

    /// The command that runs a program as the one who may.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env_remove("PGDATA").env("LC_ALL", "C");
        if let Some((user, group)) = self.runs_as {
            command.uid(user).gid(group);
        }
        command
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// What `pg_config` says, where Debian keeps each version (the newest first), and the PATH.
fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        if let Some(version) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            versions.push((version, entry.path().join("bin")));
        }
    }
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders
}

fn unprivileged() -> Result<(u32, u32), String> {
    let passwd = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let found = UNPRIVILEGED.iter().find_map(|name| {
        let mut fields = passwd.lines().find(|line| line.split(':').next() == Some(*name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    found.ok_or_else(|| "PostgreSQL does not run as root, and there is neither a user postgres nor nobody".to_owned())
}
