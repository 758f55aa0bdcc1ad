//! The server over real sockets, with a dialect and a directory of the tests' own.

mod client;
mod cors;
mod limits;
mod plain;
mod serving;
mod slow;
