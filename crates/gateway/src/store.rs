//! The installation: the store, the roles, and what they are used with.

use std::sync::Arc;

use storage::{OpenError, Replica, Stats};
use thiserror::Error;
use users::audit::Occasion;
use users::ports::Environment;
use users::{Keep, Operator, RolePolicy, SignInRules, UserError, Users};

use crate::directory::Answers;
use crate::environment;
use crate::hashing::BoundedHasher;
use crate::settings::Settings;
use crate::telemetry::metrics::Gauge;

/// The store of this program.
pub type Store = storage::AnyStore;

/// Why an installation cannot be used.
#[derive(Debug, Error)]
pub enum InstallationError {
    /// The store cannot be opened.
    #[error("{0}{hint}", hint = hint(.0))]
    Open(#[from] OpenError),
    /// The store does not do what is needed at the start.
    #[error(transparent)]
    Store(#[from] UserError),
}

/// An open store, and what the core needs beside it.
pub struct Installation {
    store: Arc<Store>,
    policy: Arc<RolePolicy>,
    environment: Environment,
    hasher: Arc<BoundedHasher>,
    keep: Keep,
    sign_in: SignInRules,
}

impl Installation {
    /// Opens the store; makes it, or brings it up to date, where that is needed.
    ///
    /// # Errors
    /// `Open`.
    pub fn create(settings: &Settings) -> Result<Self, InstallationError> {
        Ok(Self::on(storage::open(&settings.database)?, settings))
    }

    /// Opens a store that is there and up to date.
    ///
    /// # Errors
    /// `Open`.
    pub fn existing(settings: &Settings) -> Result<Self, InstallationError> {
        Ok(Self::on(storage::open_existing(&settings.database)?, settings))
    }

    fn on(store: Store, settings: &Settings) -> Self {
        // Whoever waits for longer than a request may take has waited in vain.
        let hasher = Arc::new(BoundedHasher::new(settings.bcrypt_cost, settings.server.request_timeout));
        let environment = environment::real(hasher.clone());
        Self {
            store: Arc::new(store),
            policy: settings.roles.clone(),
            environment,
            hasher,
            keep: settings.cache,
            sign_in: settings.sign_in,
        }
    }

    /// What must be done before the store is served. Gives the secret of the installation.
    ///
    /// # Errors
    /// `Store`.
    pub fn prepare(&self) -> Result<Vec<u8>, InstallationError> {
        let users = self.users();
        users.on(Occasion::command("serve")).align_roles()?;
        if !users.has_administrator()? {
            tracing::warn!("there is no administrator yet, so nobody can be served: run `diglot init`");
        }
        // A store that cannot be written now can still be read.
        if let Err(error) = users.remove_what_is_over() {
            tracing::warn!(%error, "what is over could not be removed");
        }
        Ok(users.installation_secret()?)
    }

    /// The directory.
    #[must_use]
    pub fn users(&self) -> Users<Store> {
        Users::new(self.store.clone(), self.policy.clone(), self.environment.clone())
            .keeping(self.keep)
            .signing_in(self.sign_in)
    }

    /// The directory as a replica of the store shows it, to be read.
    #[must_use]
    pub fn users_on(&self, replica: Arc<Replica>) -> Users<Replica> {
        Users::new(replica, self.policy.clone(), self.environment.clone())
    }

    /// The operator's side of it.
    #[must_use]
    pub fn operator(&self) -> Operator<Store> {
        Operator::new(self.store.clone(), self.policy.clone(), self.environment.clone())
    }

    /// The clock, the randomness and the hasher.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The hasher, to look at.
    #[must_use]
    pub fn hasher(&self) -> Arc<BoundedHasher> {
        self.hasher.clone()
    }

    /// What can be seen of the store.
    #[must_use]
    pub fn gauges(&self) -> Vec<Gauge> {
        let look = |name, help, part: fn(Stats) -> i64| {
            let store = self.store.clone();
            Gauge { name, help, value: Box::new(move || part(store.stats())) }
        };
        vec![
            look("database_readers_idle", "Connections that wait for work; on SQLite, those for reading", |stats| {
                stats.readers_idle.into()
            }),
            look("database_readers_in_use", "Connections at work; on SQLite, those for reading", |stats| {
                stats.readers_in_use.into()
            }),
            look("database_write_queue_length", "Writes that wait", |stats| count(stats.write_queue_length)),
            look("database_write_queue_limit", "Writes that may wait", |stats| count(stats.write_queue_limit)),
            look("database_writable", "Whether the last attempt to write succeeded", |stats| stats.writable.into()),
        ]
    }

    /// How many entries of the index of searches were made so far, while there are more to come.
    #[must_use]
    pub fn index_under_way(&self) -> Option<u64> {
        let stats = self.store.stats();
        // What cannot be written is not waited for.
        (stats.is_behind && stats.writable).then_some(stats.kept_up)
    }

    /// Whether a small read takes no longer than going to another thread for it.
    #[must_use]
    pub fn reads_at_once(&self) -> bool {
        self.store.reads_at_once()
    }

    /// Tells whether the store answers at all.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let store = self.store.clone();
        Arc::new(move || store.answers())
    }

    /// Finishes the writes that wait, and takes no more.
    pub fn close(&self) {
        self.store.close();
    }
}

/// The way out, where a command is one.
fn hint(error: &OpenError) -> &'static str {
    match error {
        OpenError::Missing(_) => "; `diglot init` makes one",
        OpenError::Outdated { .. } => ": run `diglot migrate`",
        _ => "",
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
