//! Users that come from a file, a line of JSON each: what a line may say, and what is wrong with one.
//!
//! Nothing here knows of files. A line is read into a [`Candidate`], by the same rules as everything else that comes from outside;
//! candidates are added in batches, each in one transaction together with the [`Note`] of how far the file is.

mod batch;
mod fields;
mod line;
mod note;
mod values;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Seen};
pub use line::Reader;
pub use note::{Counts, FileIdentity, Note};

pub(crate) use batch::{Outcome, add, look};

use std::fmt;

use crate::id::WorkspaceId;
use crate::ports::Enrolment;

/// What one line says.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Where it stands; the first line is 1.
    pub line: u64,
    /// The user. Without a username of its own it has its address's local part for now.
    pub enrolment: Enrolment,
    /// Whether the line has a username.
    pub is_named: bool,
}

/// What is wrong with a line: a rule that one of its fields breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, with its index where it is an item of a list. `None` for the line as a whole.
    pub field: Option<String>,
    /// The rule. It repeats nothing of the line.
    pub message: String,
}

/// A line that is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands; the first line is 1.
    pub line: u64,
    /// Everything that is wrong with it.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// Of a field.
    pub(crate) fn of(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), message: message.into() }
    }

    /// Of the line as a whole.
    pub fn of_line(message: impl Into<String>) -> Self {
        Self { field: None, message: message.into() }
    }

    fn no_workspace(id: &WorkspaceId) -> Self {
        Self::of("workspaces", format!("there is no workspace {id}"))
    }
}

/// `field: message`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
