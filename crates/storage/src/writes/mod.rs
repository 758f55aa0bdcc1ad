//! The statements that change.

mod keys;
mod people;
mod tenants;

pub(crate) use keys::*;
pub(crate) use people::*;
pub(crate) use tenants::*;
