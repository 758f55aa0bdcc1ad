//! How an operator speaks to a running server on the same machine: one line of JSON to its control socket, one line back.

mod client;
mod socket;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use client::{AskError, ask, sockets};
pub use socket::{BindError, Socket, bind};

/// What an operator wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// That the settings are read again.
    Reload,
    /// That an operation is away from now on.
    StartBrownout {
        /// Its full name, or a pattern for several.
        operation: String,
        /// For so long.
        length: Duration,
    },
    /// That it is there again.
    StopBrownout {
        /// Likewise.
        operation: String,
    },
}

/// What the server says to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Who answers.
    pub pid: u32,
    /// Whether it was done.
    pub done: bool,
    /// What came of it.
    pub result: Value,
}

impl Reply {
    /// That came of it.
    #[must_use]
    pub fn new(done: bool, result: Value) -> Self {
        Self { pid: std::process::id(), done, result }
    }

    /// It cannot be done; why.
    #[must_use]
    pub fn no(why: String) -> Self {
        Self::new(false, json!({"reason": why}))
    }
}
