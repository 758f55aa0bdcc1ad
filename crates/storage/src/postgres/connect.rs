//! One connection, set up.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use thiserror::Error;

use crate::address::Address;
use crate::error::one_line;
use crate::postgres_settings::PostgresSettings;

/// Why there is no connection: what libpq or the server says, on one line and without secrets.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct ConnectError(String);

/// Words of libpq where it does not trust a server as the address demands, or the address demands what cannot be. It speaks them
/// itself, and in English: a program has to ask for another language.
const UNTRUSTED: [&str; 5] = ["certificate", "private key", "does not support SSL", "sslmode", "invalid ssl"];

/// A server that is gone without a word is noticed on the connections that wait for it: by the kernel, whose messages nobody
/// acknowledges. Milliseconds, then seconds; the address can say otherwise.
const NOTICE: [(&str, &str); 4] =
    [("tcp_user_timeout", "5000"), ("keepalives_idle", "5"), ("keepalives_interval", "1"), ("keepalives_count", "3")];

/// libpq's own least, in seconds.
const LEAST_CONNECT_TIMEOUT: u64 = 2;

/// Opens a connection. Whatever the server's own settings are, an answered commit is on its disk.
pub(crate) fn open(address: &Address, settings: &PostgresSettings) -> Result<PgConnection, ConnectError> {
    let said = |text: String| ConnectError(one_line(&address.censored(&text)));
    let mut connection =
        PgConnection::establish(&parameters(address, settings)).map_err(|error| said(error.to_string()))?;
    connection.batch_execute(&session(settings)).map_err(|error| said(error.to_string()))?;
    Ok(connection)
}

/// The address, with our defaults where it says nothing.
fn parameters(address: &Address, settings: &PostgresSettings) -> String {
    let connect_timeout = settings.connect_timeout.as_millis().div_ceil(1_000).max(LEAST_CONNECT_TIMEOUT.into());
    let mut with_defaults = address.clone();
    with_defaults.set_default("connect_timeout", &connect_timeout.to_string());
    with_defaults.set_default("application_name", "diglot");
    for (name, value) in NOTICE {
        with_defaults.set_default(name, value);
    }
    with_defaults.into_parameters()
}

/// Set by statements, not by a parameter of the connection, which poolers between us and the server refuse.
fn session(settings: &PostgresSettings) -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';",
        settings.statement_timeout.as_millis(),
        settings.lock_timeout.as_millis(),
        settings.idle_timeout.as_millis(),
    )
}

impl ConnectError {
    /// Whether another try is of no use before the address, or what the server shows, is another one.
    pub fn is_about_trust(&self) -> bool {
        UNTRUSTED.iter().any(|words| self.0.contains(words))
    }

    /// A connection that was there and does not answer any more.
    pub fn of_query(error: diesel::result::Error) -> Self {
        Self(one_line(&error.to_string()))
    }
}
