//! The database's file and folder. They hold personal data: nobody but their owner may look into what is made here.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::open_error::OpenError;

const FOLDER_MODE: u32 = 0o700;

/// The files beside the database get the same mode from SQLite.
const FILE_MODE: u32 = 0o600;

/// What every SQLite file that is not empty begins with (sqlite.org/fileformat.html).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Makes the file where there is none, and its folder.
pub(crate) fn make(path: &Path) -> Result<(), OpenError> {
    let failed = |error: std::io::Error| OpenError::NotWritable { path: path.to_owned(), reason: error.to_string() };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(failed)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Looks whether the file can be a database, and can be written.
pub(crate) fn check(path: &Path) -> Result<(), OpenError> {
    if path.is_dir() {
        return Err(OpenError::Folder(path.to_owned()));
    }
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => OpenError::Missing(path.display().to_string()),
        _ => OpenError::NotWritable { path: path.to_owned(), reason: error.to_string() },
    })?;
    let start = first_bytes(file).map_err(|error| OpenError::database(path.display(), error))?;
    if start.is_empty() || start == MAGIC { Ok(()) } else { Err(OpenError::NotADatabase(path.to_owned())) }
}

fn first_bytes(file: File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(MAGIC.len());
    file.take(MAGIC.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
