//! What stands between a caller that is known and the operation that it asks for.

use std::net::IpAddr;

use users::Caller;

use crate::directory::DirectoryError;

/// Decides whether somebody may use an operation now, whatever it may do there: how an operation is deployed is no authorisation.
pub trait Guard: Send + Sync {
    /// Lets the caller in, and counts it if there is something to count.
    ///
    /// # Errors
    /// `RateLimited` if it comes too often, `OtherDialect` if its key may be used elsewhere only.
    fn admit(&self, caller: &Caller) -> Result<(), DirectoryError>;

    /// The same for somebody who needs no key, from this address, if it is known.
    ///
    /// # Errors
    /// `RateLimited` if it comes too often.
    fn admit_stranger(&self, origin: Option<IpAddr>) -> Result<(), DirectoryError>;
}

/// Lets everybody in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open;

impl Guard for Open {
    fn admit(&self, _: &Caller) -> Result<(), DirectoryError> {
        Ok(())
    }

    fn admit_stranger(&self, _: Option<IpAddr>) -> Result<(), DirectoryError> {
        Ok(())
    }
}
