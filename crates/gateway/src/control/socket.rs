//! The server's end.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{Question, Reply};
use crate::settings::{Control, control};

/// As long as a question may be, in bytes.
const LONGEST: u64 = 64 * 1024;

/// How long a question may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many times a name is tried that somebody else takes at the same moment.
const ATTEMPTS: usize = 10;

/// Why there is no socket.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another process has it.
    #[error("process {pid} listens at {path} already")]
    Taken {
        /// Where.
        path: String,
        /// Who; `?` where the system does not say.
        pid: String,
    },
    /// Something else stands there.
    #[error("{0} is something else than a socket")]
    Occupied(String),
    /// The system's reason.
    #[error("cannot listen at {path}: {error}")]
    Io {
        /// Where.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// A control socket on which nobody is served yet. Its file is gone when it is dropped.
pub struct Socket {
    listener: UnixListener,
    /// Where it is.
    pub path: PathBuf,
    /// Tells its file from one that another process puts there later.
    inode: u64,
    /// Whose it is: nobody else is answered, but the superuser.
    owner: u32,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(%error, path = %self.path.display(), "the control socket stays behind");
        }
    }
}

/// The socket that the settings ask for, on a store with this file. Beside the data each of several processes has one of its own.
///
/// # Errors
/// See [`BindError`].
pub async fn bind(setting: &Control, database: Option<&Path>) -> Result<Option<Socket>, BindError> {
    match (setting, database) {
        (Control::Off, _) | (Control::BesideData, None) => Ok(None),
        (Control::At(path), _) => Socket::bind(path).await.map(Some),
        (Control::BesideData, Some(file)) => {
            let mut last = Ok(None);
            for place in control::places(file) {
                for other in control::others(&place) {
                    // One that lives is not taken; one that cannot be looked at is left to whoever can.
                    if let Err(error @ (BindError::Occupied(_) | BindError::Io { .. })) = clear(&other).await {
                        tracing::debug!(%error, "an old control socket stays behind");
                    }
                }
                last = match Socket::bind(&place).await {
                    Err(BindError::Taken { .. }) => Socket::bind(&control::of_process(&place)).await.map(Some),
                    other => other.map(Some),
                };
                if last.is_ok() {
                    break;
                }
            }
            last
        }
    }
}

impl Socket {
    async fn bind(path: &Path) -> Result<Self, BindError> {
        let failed = |error| BindError::Io { path: path.display().to_string(), error };
        // It is made under another name, closed to others, and only then found: there is no moment at which somebody else could
        // open it.
        let hidden = path.with_added_extension(std::process::id().to_string());
        let remove = |path: &Path| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            Err(_) | Ok(()) => Ok(()),
        };
        remove(&hidden)?;
        let listener = UnixListener::bind(&hidden).map_err(failed)?;
        let placed = async {
            fs::set_permissions(&hidden, Permissions::from_mode(0o600)).map_err(failed)?;
            let made = fs::symlink_metadata(&hidden).map_err(failed)?;
            for _ in 0..ATTEMPTS {
                match fs::hard_link(&hidden, path) {
                    Ok(()) => return Ok((made.ino(), made.uid())),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(failed(error)),
                }
                clear(path).await?;
            }
            Err(failed(io::ErrorKind::AlreadyExists.into()))
        };
        let placed = placed.await;
        remove(&hidden)?;
        let (inode, owner) = placed?;
        Ok(Self { listener, path: path.to_owned(), inode, owner })
    }

    /// Answers questions until told to stop.
    pub async fn serve(self, answer: Arc<dyn Fn(&Question) -> Reply + Send + Sync>, stop: CancellationToken) {
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            match stream {
                // Whoever came before the file was closed to others is not one of us.
                Ok((stream, _)) if !stream.peer_cred().is_ok_and(|peer| [self.owner, 0].contains(&peer.uid())) => {
                    tracing::warn!("a question to the control socket came from somebody else");
                }
                Ok((stream, _)) => {
                    let answer = answer.clone();
                    tokio::spawn(async move {
                        if let Err(error) = converse(stream, answer).await {
                            tracing::debug!(%error, "a question to the control socket was not answered");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket takes no question");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// Takes away what a killed process has left there; nothing else.
async fn clear(path: &Path) -> Result<(), BindError> {
    let text = path.display().to_string();
    let failed = |error| BindError::Io { path: path.display().to_string(), error };
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        return Err(BindError::Occupied(text));
    }
    match UnixStream::connect(path).await {
        Ok(stream) => {
            let pid = stream.peer_cred().ok().and_then(|peer| peer.pid());
            let pid = pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
            return Err(BindError::Taken { path: text, pid });
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) => {}
        Err(error) => return Err(failed(error)),
    }
    // Another process may have found the same, and have put a socket of its own there since: what is taken away is looked at before
    // it is gone for good.
    let aside = path.with_extension(format!("{}.old", std::process::id()));
    match fs::rename(path, &aside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    }
    if fs::symlink_metadata(&aside).map_err(failed)?.ino() != found.ino() {
        match fs::hard_link(&aside, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            Err(_) | Ok(()) => {}
        }
    }
    fs::remove_file(&aside).map_err(failed)
}

/// One question, one answer.
async fn converse(stream: UnixStream, answer: Arc<dyn Fn(&Question) -> Reply + Send + Sync>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(read.take(LONGEST));
    tokio::time::timeout(PATIENCE, reader.read_line(&mut line)).await.map_err(io::Error::other)??;
    if line.is_empty() {
        // Somebody has looked whether anybody listens.
        return Ok(());
    }
    let reply = match serde_json::from_str::<Question>(&line) {
        Ok(question) => tokio::task::spawn_blocking(move || answer(&question)).await.map_err(io::Error::other)?,
        Err(_) => Reply::no("this server does not know what is asked; is it of another version?".to_owned()),
    };
    let mut text = serde_json::to_string(&reply)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await?;
    write.shutdown().await
}
