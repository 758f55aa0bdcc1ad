//! What stands for replicas where PostgreSQL, which alone has them, is not built in: none is ever made.

use std::time::Instant;

use users::error::Result;
use users::ports::{Reads, Store, Tx};

use crate::open_error::OpenError;
use crate::settings::Settings;

/// There is none.
pub enum Replica {}

/// There are none, whatever the settings say.
///
/// # Errors
/// None.
pub fn replicas(_: &Settings) -> std::result::Result<Vec<Replica>, OpenError> {
    Ok(Vec::new())
}

/// What is wrong with a replica: there is none.
pub struct ReplicaFault {
    /// Which one it is.
    pub n: usize,
    /// Whether it can never answer.
    pub is_lasting: bool,
    /// What is wrong.
    pub reason: String,
}

/// Nothing is wrong with any.
///
/// # Errors
/// None.
pub fn replica_faults(_: &Settings) -> std::result::Result<Vec<ReplicaFault>, OpenError> {
    Ok(Vec::new())
}

impl Replica {
    /// Of which instant it is fresh.
    #[must_use]
    pub fn fresh_as_of(&self) -> Option<Instant> {
        match *self {}
    }

    /// Whether it answers.
    #[must_use]
    pub fn answers(&self) -> bool {
        match *self {}
    }
}

impl Store for Replica {
    fn read<T>(&self, _: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        match *self {}
    }

    fn write<T: Send + 'static>(&self, _: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match *self {}
    }
}
