//! Bad input and bad days: what clients, disks and operators do to a server, and what it must survive.

mod disk;
mod failover;
mod files;
mod fuzz;
mod hostile;
mod kill;
mod secrets;
mod slow;
mod stopping;
