//! Mails as files of a folder, for whoever tries the program out.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::failure::{Blame, Failure};
use super::message::Mail;

/// Puts a mail into a folder, which is made if it is not there. A mail that is sent again takes its own place. Says where it is.
pub async fn put(folder: &Path, mail: &Mail) -> Result<PathBuf, Failure> {
    let path = folder.join(format!("{}.eml", mail.id));
    let (folder, file, bytes) = (folder.to_owned(), path.clone(), mail.bytes.clone());
    let written = tokio::task::spawn_blocking(move || write(&folder, &file, &bytes)).await;
    match written.map_err(io::Error::other).flatten() {
        Ok(()) => Ok(path),
        Err(error) => Err(Failure::new(Blame::Server, "writing the file", format!("{}: {error}", path.display()))),
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
    fs::rename(unfinished, file)
}
