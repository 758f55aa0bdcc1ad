//! The queries that read.

mod count;
mod filter;
mod list;
mod offset;
mod point;

pub(crate) use count::count_users;
pub(crate) use filter::Narrowed;
pub(crate) use list::list_users;
pub(crate) use point::*;

#[cfg(test)]
mod tests;
