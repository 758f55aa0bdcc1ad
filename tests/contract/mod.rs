//! The contract, sentence by sentence: what is true in both dialects, or decided for both at once.

mod callers;
mod checks;
mod identity;
mod membership;
mod passwords;
mod permissions;
mod protocol;
mod record;
mod roles;
mod routing;
mod sizes;
