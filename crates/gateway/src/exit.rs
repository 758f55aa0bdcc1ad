//! How the program ends.

use std::process::ExitCode;

use thiserror::Error;
use users::{OperatorError, UserError};

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
                eprintln!("diglot: {failure}");
            }
            ExitCode::from(failure.code())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
