//! The statements that change.

mod claims;
mod keys;
mod people;
mod tenants;

pub(crate) use claims::*;
pub(crate) use keys::*;
pub(crate) use people::*;
pub(crate) use tenants::*;
