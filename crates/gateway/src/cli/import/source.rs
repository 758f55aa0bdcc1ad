//! Where the lines come from.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use users::import::FileIdentity;

use crate::exit::{Failure, Outcome};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// How much of a file's beginning it is known by, in bytes.
const BEGINNING: u64 = 1 << 20;

/// How much is read at once, in bytes.
const BUFFER: usize = 256 << 10;

/// What lines are read from.
pub type Input = BufReader<Box<dyn Read + Send>>;

/// An open file, or a stream.
pub struct Source {
    path: PathBuf,
    file: Option<File>,
    identity: Option<FileIdentity>,
    length: Option<u64>,
}

impl Source {
    /// Opens it. A pipe by whatever name is a stream: it can be read once.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let path = path.to_owned();
        if path.as_os_str() == STANDARD_INPUT {
            return Ok(Self { path, file: None, identity: None, length: None });
        }
        let unread = |error| unread(&path, &error);
        let mut file = File::open(&path).map_err(unread)?;
        let about = file.metadata().map_err(unread)?;
        if about.is_dir() {
            return Err(Failure::Usage(format!("{} is a folder", path.display())));
        }
        if !about.is_file() {
            return Ok(Self { path, file: Some(file), identity: None, length: None });
        }
        let identity = identify(&mut file, about.len()).map_err(unread)?;
        Ok(Self { path, file: Some(file), identity: Some(identity), length: Some(about.len()) })
    }

    /// What it is known by; `None` for a stream.
    pub fn identity(&self) -> Option<&FileIdentity> {
        self.identity.as_ref()
    }

    /// Takes it for something that is not remembered.
    pub fn forget_identity(&mut self) {
        self.identity = None;
    }

    /// Its bytes, where that is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Goes on behind so many bytes.
    pub fn skip_to(&mut self, offset: u64) -> Outcome {
        match &mut self.file {
            Some(file) if offset > 0 => match file.seek(SeekFrom::Start(offset)) {
                Ok(_) => Ok(()),
                Err(error) => Err(unread(&self.path, &error)),
            },
            _ => Ok(()),
        }
    }

    /// What is to be read.
    pub fn reader(&self) -> Result<Input, Failure> {
        let input: Box<dyn Read + Send> = match &self.file {
            None => Box::new(io::stdin()),
            Some(file) => Box::new(file.try_clone().map_err(|error| unread(&self.path, &error))?),
        };
        Ok(BufReader::with_capacity(BUFFER, input))
    }
}

/// Leaves the file at its beginning.
fn identify(file: &mut File, length: u64) -> io::Result<FileIdentity> {
    let mut beginning = Vec::new();
    file.by_ref().take(BEGINNING).read_to_end(&mut beginning)?;
    file.rewind()?;
    let sum = digest(&SHA256, &beginning);
    let beginning = sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(FileIdentity { length, beginning })
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{} cannot be read: {error}", path.display()))
}
