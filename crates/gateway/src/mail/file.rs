//! Mails as files of a folder, for whoever tries the program out.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::failure::{Blame, Failure};
use super::message::Mail;

/// The time that putting a file into a folder may take: a folder may be on another machine, which may be gone.
pub const WRITING: Duration = Duration::from_secs(15);

const STEP: &str = "writing the file";

/// A folder that mails are put into.
pub struct Folder {
    path: PathBuf,
    /// One thread at a time is lost to a folder that never answers.
    turn: Arc<Semaphore>,
    patience: Duration,
}

impl Folder {
    /// The folder of that path, whether or not it is there.
    pub fn new(path: PathBuf) -> Self {
        Self { path, turn: Arc::new(Semaphore::new(1)), patience: WRITING }
    }

    /// Puts a mail into it, and makes it if it is not there. A mail that is sent again takes its own place. Says where it is.
    pub async fn put(&self, mail: &Mail) -> Result<PathBuf, Failure> {
        let file = self.path.join(format!("{}.eml", mail.id));
        let failed = |words: String| Failure::new(Blame::Server, STEP, format!("{}: {words}", file.display()));
        let (folder, path, bytes) = (self.path.clone(), file.clone(), mail.bytes.clone());
        let written = async {
            let turn = self.turn.clone().acquire_owned().await.map_err(io::Error::other)?;
            let write = move || {
                let _turn = turn;
                write(&folder, &path, &bytes)
            };
            tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
        };
        match timeout(self.patience, written).await {
            Ok(Ok(())) => Ok(file),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_elapsed) => Err(failed("the folder takes too long".to_owned())),
        }
    }
}

/// It has a link in it that lets in whoever reads it.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Whoever looks into the folder finds a whole mail or none.
    let unfinished = file.with_extension("part");
    let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(unfinished, file)?;
    // Only then is its name on disk, too.
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::tests::mail;

    /// As if the folder were on a machine that has gone: a mail is given up for now, and no second thread goes the same way.
    #[tokio::test]
    async fn a_folder_that_hangs_is_waited_for_as_long_as_a_file_may_take() {
        let room = tempfile::tempdir().unwrap();
        let folder = Folder { patience: Duration::from_millis(50), ..Folder::new(room.path().join("out")) };
        let busy = folder.turn.clone().acquire_owned().await.unwrap();
        let failure = folder.put(&mail("Ada", "ada@example.com")).await.unwrap_err();
        assert_eq!((failure.blame, failure.step), (Blame::Server, STEP));
        assert!(failure.to_string().contains("takes too long") && !room.path().join("out").exists(), "{failure}");
        drop(busy);
        let folder = Folder { patience: WRITING, ..folder };
        assert!(folder.put(&mail("Ada", "ada@example.com")).await.unwrap().exists());
    }
}
