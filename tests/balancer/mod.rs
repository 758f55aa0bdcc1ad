//! Several processes behind a real nginx, which has what `config/nginx.example.conf` says: what clients of it see.
//!
//! These stories have databases of their own on PostgreSQL, whichever store the others run on.

pub mod doors;
pub mod nginx;
mod outages;
mod scene;
