//! How the program ends.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use users::{OperatorError, UserError};

/// How long the end of the program may be held up by whoever should read what it says.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub enum Failure {
    /// The answer is no: as things stand, it cannot be done.
    #[error("{0}")]
    No(String),
    /// The command line or the settings are wrong.
    #[error("{0}")]
    Usage(String),
    /// Whoever read the output does not want the rest of it.
    #[error("the output was closed")]
    OutputClosed,
}

/// The result of a command.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// The code that the program ends with.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Failure::OutputClosed => 0,
            Failure::No(_) => 1,
            Failure::Usage(_) => 2,
        }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Refused(message) => Failure::No(message),
            OperatorError::Usage(message) => Failure::Usage(message),
            OperatorError::User(error) => error.into(),
        }
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        let message = match error {
            UserError::NotFound { resource, id } => {
                format!("there is no {} {id}", format!("{resource:?}").to_lowercase())
            }
            other => other.to_string(),
        };
        Failure::No(message)
    }
}

/// Says on standard error what went wrong, and gives the code that says it to a script.
#[must_use]
pub fn conclude(outcome: &Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::OutputClosed) {
                let text = format!("diglot: {failure}\n");
                briefly(move || {
                    // Where standard error takes nothing, the code alone says it.
                    let _ = io::stderr().write_all(text.as_bytes());
                });
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Does what may never end, such as writing to a pipe that nobody reads, and waits for it a second at most.
pub fn briefly(work: impl FnOnce() + Send + 'static) {
    let (done, waiting) = mpsc::channel::<()>();
    let thread = thread::Builder::new().spawn(move || {
        work();
        drop(done);
    });
    if thread.is_ok() {
        // The end of the channel is the end of the work; a message never comes.
        let _ = waiting.recv_timeout(PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn nothing_holds_up_the_end() {
        let began = Instant::now();
        briefly(|| ());
        assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
        briefly(|| thread::sleep(10 * PATIENCE));
        assert!(began.elapsed() < 2 * PATIENCE, "{:?}", began.elapsed());
    }

    #[test]
    fn codes() {
        let code = |error: OperatorError| Failure::from(error).code();
        assert_eq!(code(OperatorError::Refused(String::new())), 1);
        assert_eq!(code(OperatorError::Usage(String::new())), 2);
        assert_eq!(code(OperatorError::User(UserError::no_user("x"))), 1);
        assert_eq!(code(OperatorError::User(UserError::Unavailable("away".to_owned()))), 1);
    }

    #[test]
    fn messages() {
        assert_eq!(
            Failure::from(UserError::no_user("ada@example.com")).to_string(),
            "there is no user ada@example.com"
        );
    }
}
