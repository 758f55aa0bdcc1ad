//! The command line and the settings (§5).

mod init;
mod keys;
mod people;
mod settings;
mod store;
mod usage;
