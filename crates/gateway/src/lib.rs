//! The program `diglot`: settings, the listeners, the choice of the dialect, the command line, and what operators see.

pub mod accounts;
pub mod answer;
pub mod audit;
pub mod body;
pub mod calendar;
pub mod cli;
pub mod connections;
pub mod control;
pub mod cors;
pub mod descriptors;
pub mod dialects;
pub mod directory;
pub mod dispatch;
pub mod documents;
pub mod environment;
pub mod exit;
pub mod hashing;
pub mod health;
pub mod limits;
pub mod live;
pub mod mail;
pub mod map;
pub mod nginx;
pub mod outline;
pub mod pages;
pub mod retention;
pub mod server;
pub mod settings;
pub mod store;
pub mod table;
pub mod telemetry;
pub mod translation;
pub mod usage;
pub mod well_known;

#[cfg(test)]
mod testing;

/// The system's allocator takes a quarter of the time of a read that is answered from memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
