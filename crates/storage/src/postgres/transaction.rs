//! Transactions on connections that somebody lends.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use users::UserError;
use users::error::Result;
use users::ports::Reads;

use super::pool::{Kept, Loan};
use crate::error::{Failure, Harm};
use crate::session::Session;

/// Begins to read.
pub(crate) fn begin_read(kept: &mut Kept) -> Result<()> {
    kept.connection.begin_read().map_err(|error| Failure::from(error).error)
}

/// Begins to write.
pub(crate) fn begin_write(kept: &mut Kept) -> Result<()> {
    kept.connection.begin_write().map_err(|error| Failure::from(error).error)
}

/// Runs `work` on one consistent state, in a transaction that `begin` begins on a connection that `lend` gives. `lost` hears of
/// a look that the store has failed, and what that has ended.
pub(crate) fn read<T>(
    lend: impl Fn() -> Result<Loan>,
    begin: impl Fn(&mut Kept) -> Result<()>,
    lost: impl FnOnce(&UserError, Harm),
    work: impl FnOnce(&mut dyn Reads) -> Result<T>,
) -> Result<T> {
    // A connection that was dead already shows it at the first word, before anything was read.
    let mut loan = match begun(&lend, &begin) {
        Ok(loan) => loan,
        Err(failure) if failure.harm == Harm::Connection => begun(&lend, &begin).map_err(|failure| failure.error)?,
        Err(failure) => return Err(failure.error),
    };
    let mut session = Session::new(&mut loan.connection);
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
    let broken = session.broken().cloned();
    let ended = loan.connection.undo();
    if let Some(Failure { error: error @ UserError::Unavailable(_), harm }) = &broken {
        lost(error, *harm);
        loan.doubtful |= *harm == Harm::Connection;
    }
    loan.doubtful |= ended.is_err();
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Has `work` ask one question outside of any transaction, which would be two more ways there and back.
pub(crate) fn glance<T>(
    lend: impl Fn() -> Result<Loan>,
    lost: impl FnOnce(&UserError, Harm),
    work: impl Fn(&mut dyn Reads) -> Result<T>,
) -> Result<T> {
    let mut is_first = true;
    loop {
        let mut loan = lend()?;
        let mut session = Session::new(&mut loan.connection);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        let broken = session.broken().cloned();
        loan.doubtful |= broken.as_ref().is_some_and(|failure| failure.harm == Harm::Connection);
        // A connection that was dead already shows it at the first word.
        if loan.doubtful && is_first {
            is_first = false;
            continue;
        }
        if let Some(Failure { error: error @ UserError::Unavailable(_), harm }) = &broken {
            lost(error, *harm);
        }
        return outcome.unwrap_or_else(|panic| resume_unwind(panic));
    }
}

/// A connection in a transaction. One that fails is thrown away.
pub(crate) fn begun(
    lend: impl Fn() -> Result<Loan>,
    begin: impl Fn(&mut Kept) -> Result<()>,
) -> std::result::Result<Loan, Failure> {
    let mut loan = lend().map_err(|error| Failure { error, harm: Harm::Transaction })?;
    match begin(&mut loan) {
        Ok(()) => Ok(loan),
        Err(error) => {
            loan.doubtful = true;
            // There is nothing wrong with these words, so it is the connection, whatever libpq makes of it.
            Err(Failure { error, harm: Harm::Connection })
        }
    }
}
