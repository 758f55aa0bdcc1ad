//! The users' store on a database: the ports of [`users::ports`] on Diesel.
//!
//! One schema and one set of queries serve every backend; where one has a better way, it is a small file of its own that
//! says why. Nothing of this crate knows who may do what, or how a client asks for it.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = storage::Settings::new("sqlite://data/diglot.db".parse()?);
//! let store = storage::open(&settings)?;
//! # drop(store);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "postgres")]
mod address;
mod changes;
mod connection;
mod copy;
mod error;
mod files;
mod look;
mod migrate;
#[cfg(not(feature = "postgres"))]
mod no_replicas;
mod open_error;
#[cfg(feature = "postgres")]
mod postgres;
mod postgres_settings;
mod pragmas;
mod readers;
mod reads;
mod rows;
mod schema;
mod session;
mod settings;
mod sqlite_store;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod url;
mod verify;
mod writer;
mod writes;

pub use copy::{CopyError, Phase, Progress, Report, Sum, TableReport, copy};
pub use migrate::SchemaChange;
#[cfg(not(feature = "postgres"))]
pub use no_replicas::{Replica, ReplicaFault, replica_faults, replicas};
pub use open_error::OpenError;
#[cfg(feature = "postgres")]
pub use postgres::{Replica, ReplicaFault, replica_faults, replicas};
pub use postgres_settings::PostgresSettings;
pub use settings::{ReplicaSettings, Settings};
pub use store::{AnyStore, Ping, Stats, open, open_existing, schema_changes};
pub use url::{Url, UrlError};
pub use verify::verify;
