//! A request that is to have its effect once, on its way through the directory.

use crate::caller::Caller;
use crate::error::{Conflict, Result, UserError};
use crate::once::{Claim, ClaimId, Fingerprint, KeptAnswer, Once, Outcome};
use crate::ports::{Lock, REMOVED_AT_ONCE, Reads, Tx};
use crate::time::Timestamp;
use crate::user::User;

/// A caller's request. Where there is none, the request may have its effect as often as it comes.
#[derive(Clone)]
pub(super) struct Attempt {
    id: ClaimId,
    once: Once,
}

impl Attempt {
    pub fn of(caller: &Caller, once: Once) -> Self {
        Self { id: ClaimId::of(&caller.key, &once.operation, &once.key), once }
    }

    /// Which request it is.
    pub fn id(&self) -> &ClaimId {
        &self.id
    }

    /// What it says.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.once.fingerprint
    }

    /// Waits until nobody else is about to give the same request its effect.
    pub fn lock(this: Option<&Self>, tx: &mut dyn Tx) -> Result<()> {
        this.map_or(Ok(()), |attempt| tx.lock(Lock::Claim(&attempt.id)))
    }

    /// What was answered when the request had its effect, if it had.
    ///
    /// # Errors
    /// `IdempotencyKeyReused` if it said something else then; `Conflict` if what it created is gone.
    pub fn answered(this: Option<&Self>, reads: &mut dyn Reads, now: Timestamp) -> Result<Option<KeptAnswer>> {
        let Some(attempt) = this else { return Ok(None) };
        let Some(claim) = reads.claim(&attempt.id)?.filter(|claim| claim.counts(now)) else { return Ok(None) };
        match claim.outcome {
            None => Err(Conflict::CreatedUserDeleted.into()),
            Some(outcome) if outcome.fingerprint != attempt.once.fingerprint => Err(UserError::IdempotencyKeyReused),
            Some(outcome) => Ok(Some(outcome.answer)),
        }
    }

    /// Notes that it had its effect: this user, just created.
    pub fn succeed(this: Option<&Self>, tx: &mut dyn Tx, user: &User) -> Result<()> {
        let Some(Self { id, once }) = this else { return Ok(()) };
        tx.remove_claims(Claim::horizon(user.created_at), REMOVED_AT_ONCE)?;
        let (fingerprint, answer) = (once.fingerprint.clone(), (once.answer)(user)?);
        let outcome = Some(Outcome { user: user.id.clone(), fingerprint, answer });
        tx.set_claim(&Claim { id: id.clone(), created_at: user.created_at, outcome })
    }
}
