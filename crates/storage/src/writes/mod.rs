//! The statements that change.

mod audit;
mod claims;
mod enrolments;
mod keys;
mod mail;
mod people;
mod sessions;
mod tenants;
mod usage;

pub(crate) use audit::*;
pub(crate) use claims::*;
pub(crate) use enrolments::*;
pub(crate) use keys::*;
pub(crate) use mail::*;
pub(crate) use people::*;
pub(crate) use sessions::*;
pub(crate) use tenants::*;
pub(crate) use usage::*;
