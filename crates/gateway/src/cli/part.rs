//! Which part of the operations a process serves.

use clap::Args;

use crate::exit::Failure;
use crate::settings::{Only, Settings};

/// A part of the operations; all if nothing is said.
#[derive(Debug, Clone, Args)]
pub struct Part {
    /// An operation that this process serves, such as maisa.listUsers, or a pattern such as 'maisa.*'; again for more. All
    /// operations unless it is given
    #[arg(long, value_name = "OPERATION")]
    only: Vec<String>,
}

impl Part {
    /// The settings for that part.
    pub fn of(&self, settings: Settings) -> Result<Settings, Failure> {
        if self.only.is_empty() {
            return Ok(settings);
        }
        let only = Only::parse(&self.only, &settings.routes.names())
            .map_err(|error| Failure::Usage(format!("--only: {error}")))?;
        Ok(settings.narrowed(only))
    }
}
