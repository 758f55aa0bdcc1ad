//! What an operator should know of replicas before anything is served: each is asked once, and nothing is waited for.

use std::panic::resume_unwind;
use std::thread;

use diesel::PgConnection;

use super::address;
use super::judge::Reason;
use super::questions::{self, ReplicaRow};
use crate::address::Address;
use crate::error::Failure;
use crate::open_error::OpenError;
use crate::postgres::connected;
use crate::settings::Settings;

/// What is wrong with a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaFault {
    /// Which of [`crate::ReplicaSettings::urls`] it is.
    pub n: usize,
    /// Whether its address itself is wrong, so that it can never answer.
    pub is_lasting: bool,
    /// On one line, without secrets.
    pub reason: String,
}

/// Who answered, or what is wrong.
type Look = Result<ReplicaRow, ReplicaFault>;

/// Looks at the replicas of the settings, all at once, and compares them with the primary.
///
/// # Errors
/// As [`crate::open_existing`], if the primary cannot be asked.
pub fn replica_faults(settings: &Settings) -> Result<Vec<ReplicaFault>, OpenError> {
    let addresses: Vec<&Address> = settings.replicas.urls.iter().filter_map(address).collect();
    let Some(primary) = address(&settings.url).filter(|_| !addresses.is_empty()) else { return Ok(Vec::new()) };
    let mut connection = connected(primary, &settings.postgres)?;
    let identity = questions::identity(&mut connection).map_err(|error| OpenError::database(primary, error))?;
    let looks: Vec<Look> = thread::scope(|scope| {
        let asked = addresses.iter().enumerate().map(|(n, address)| scope.spawn(move || look(n, address, settings)));
        let asked: Vec<_> = asked.collect();
        asked.into_iter().map(|look| look.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    Ok(looks.iter().enumerate().filter_map(|(n, look)| fault(n, look, &identity, &looks)).collect())
}

fn look(n: usize, address: &Address, settings: &Settings) -> Look {
    let mut connection: PgConnection = connected(address, &settings.postgres).map_err(|error| ReplicaFault {
        n,
        is_lasting: matches!(error, OpenError::Untrusted { .. }),
        reason: error.to_string(),
    })?;
    questions::replica(&mut connection).map_err(|error| {
        let failure = Failure::from(error);
        ReplicaFault { n, is_lasting: failure.is_fault(), reason: format!("it cannot be read: {}", failure.error) }
    })
}

/// What is wrong with the one that was looked at as number `n`.
fn fault(n: usize, look: &Look, identity: &str, all: &[Look]) -> Option<ReplicaFault> {
    let row = match look {
        Ok(row) => row,
        Err(fault) => return Some(fault.clone()),
    };
    let fault = |reason: String| Some(ReplicaFault { n, is_lasting: true, reason });
    if !row.follows {
        return fault(Reason::Writes.to_string());
    }
    if row.identity != identity {
        return fault(Reason::Foreign.to_string());
    }
    // Two servers of one cluster do not start in the same microsecond.
    let is_same = |other: &Look| other.as_ref().is_ok_and(|other| other.server == row.server);
    all.iter().take(n).position(is_same).and_then(|first| fault(format!("it is the same server as number {first}")))
}
