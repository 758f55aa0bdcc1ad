//! Accounts: the pages on which people set their password.

mod asking;
mod hostile;
mod invite;
mod links;
mod page;
mod redeeming;
