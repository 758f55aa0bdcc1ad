//! The queries that read.

mod audit;
mod blocks;
mod count;
mod filter;
mod ids;
mod list;
mod mail;
mod offset;
mod point;
mod search;
mod usage;
#[cfg(feature = "postgres")]
mod walk;

pub(crate) use audit::events;
pub(crate) use count::count_users;
pub(crate) use filter::Narrowed;
pub(crate) use list::{list_ids, list_users, users_by_ids};
pub(crate) use mail::*;
pub(crate) use point::*;
pub(crate) use search::put_some_in;
pub(crate) use usage::*;

#[cfg(test)]
mod tests;
