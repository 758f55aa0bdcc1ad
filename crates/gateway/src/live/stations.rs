//! What is remembered of each operation for as long as the process lives, whatever becomes of the settings.

use std::collections::HashMap;
use std::sync::Arc;

use crate::calendar::Outage;
use crate::dialects;
use crate::limits::{Limiter, Who};

/// What is remembered of one.
#[derive(Clone, Default)]
pub struct Station {
    /// Who has used it lately.
    pub limiter: Arc<Limiter<Who>>,
    /// What was said about it by hand.
    pub outage: Arc<Outage>,
}

/// All operations of the program.
pub struct Stations(HashMap<String, Station>);

impl Default for Stations {
    fn default() -> Self {
        Self(dialects::operations().into_iter().map(|name| (name, Station::default())).collect())
    }
}

impl Stations {
    /// The operation of that full name.
    #[must_use]
    pub fn get(&self, name: &str) -> Station {
        self.0.get(name).cloned().unwrap_or_default()
    }
}
