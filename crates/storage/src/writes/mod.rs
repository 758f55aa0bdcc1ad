//! The statements that change.

mod audit;
mod claims;
mod enrolments;
mod keys;
mod people;
mod tenants;
mod usage;

pub(crate) use audit::*;
pub(crate) use claims::*;
pub(crate) use enrolments::*;
pub(crate) use keys::*;
pub(crate) use people::*;
pub(crate) use tenants::*;
pub(crate) use usage::*;
