//! Sending mail: what waits in the store is taken, written, and given to a mail server or put into a folder.
//!
//! Nothing that answers a request waits for any of this. A message is written in the transaction that asks for it; a task looks twice
//! a second whether one is due, takes it for some time, and notes what became of it. So a message is sent at least once, whatever dies, and
//! again only if nothing could be noted after a mail server had taken it; then with the same Message-ID.

mod attempt;
mod carrier;
mod failure;
mod file;
mod message;
mod room;
mod sender;
mod smtp;
mod templates;
#[cfg(test)]
mod tests;

pub use carrier::Carrier;
pub use failure::Failure;
pub use message::Mail;
pub use room::{Outbox, Room};
pub use smtp::Server;
pub use templates::{Content, Fault, Templates};
