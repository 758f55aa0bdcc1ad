//! The operator's end.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::{Question, Reply};
use crate::settings::{Control, control};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody listens.
    #[error("nobody listens at {0}: is the server running, with this server.control?")]
    Nobody(String),
    /// Something else went wrong.
    #[error("{path} does not answer: {error}")]
    Io {
        /// Whom.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// The sockets at which servers with these settings may listen, on a store with this file. Empty: there is none by the settings.
#[must_use]
pub fn sockets(setting: &Control, database: Option<&Path>) -> Vec<PathBuf> {
    match (setting, database) {
        (Control::Off, _) | (Control::BesideData, None) => Vec::new(),
        (Control::At(path), _) => vec![path.clone()],
        (Control::BesideData, Some(file)) => {
            let places = control::places(file).into_iter();
            places.flat_map(|place| [vec![place.clone()], control::others(&place)].concat()).collect()
        }
    }
}

/// Asks one server.
///
/// # Errors
/// See [`AskError`].
pub fn ask(path: &Path, question: &Question) -> Result<Reply, AskError> {
    let failed = |error| AskError::Io { path: path.display().to_string(), error };
    let mut stream = UnixStream::connect(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::Nobody(path.display().to_string()),
        _ => failed(error),
    })?;
    let mut text = serde_json::to_string(question).map_err(|error| failed(error.into()))?;
    text.push('\n');
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.write_all(text.as_bytes()).map_err(failed)?;
    stream.shutdown(Shutdown::Write).map_err(failed)?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).map_err(failed)?;
    serde_json::from_str(&reply).map_err(|error| failed(error.into()))
}
