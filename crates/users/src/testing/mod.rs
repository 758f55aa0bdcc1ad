//! For tests only: a store in memory, ports that repeat themselves, and the contract that every store must pass.

mod audit;
mod commands;
pub mod contract;
mod environment;
mod mail;
mod memory;
mod rules;
mod sessions;
mod tables;
mod usage;

pub use commands::{new_user, no_change};
pub use environment::{CheapHasher, CountedRandomness, SteppingClock, TestEnvironment};
pub use memory::MemoryStore;

#[cfg(test)]
mod tests {
    use super::MemoryStore;

    fn fresh() -> Box<MemoryStore> {
        Box::default()
    }

    crate::store_contract!(fresh);
}
