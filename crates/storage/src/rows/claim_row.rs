//! Claims.

use diesel::prelude::{AsChangeset, Insertable, Queryable};
use users::UserId;
use users::error::Result;
use users::once::{Claim, ClaimId, Fingerprint, KeptAnswer, Outcome};

use super::{damaged, time};
use crate::schema::claims as table;

/// A claim as read: all columns.
#[derive(Queryable)]
pub(crate) struct ClaimRow {
    id: String,
    created_at: i64,
    user_id: Option<String>,
    fingerprint: Option<String>,
    answer: Option<String>,
}

impl ClaimRow {
    /// The record.
    pub fn into_claim(self) -> Result<Claim> {
        let outcome = match (self.user_id, self.fingerprint, self.answer) {
            (None, None, None) => None,
            (Some(user), Some(fingerprint), Some(answer)) => Some(Outcome {
                user: UserId::from_stored(user),
                fingerprint: Fingerprint::from_stored(fingerprint),
                answer: KeptAnswer(answer),
            }),
            _ => return Err(damaged("outcome of a claim")),
        };
        let created_at = time(self.created_at, "time of creation")?;
        Ok(Claim { id: ClaimId::from_stored(self.id), created_at, outcome })
    }
}

/// A claim as written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = table, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct NewClaimRow<'a> {
    id: &'a str,
    created_at: i64,
    user_id: Option<&'a str>,
    fingerprint: Option<&'a str>,
    answer: Option<&'a str>,
}

impl<'a> From<&'a Claim> for NewClaimRow<'a> {
    fn from(claim: &'a Claim) -> Self {
        let outcome = claim.outcome.as_ref();
        Self {
            id: claim.id.as_str(),
            created_at: claim.created_at.micros(),
            user_id: outcome.map(|outcome| outcome.user.as_str()),
            fingerprint: outcome.map(|outcome| outcome.fingerprint.as_str()),
            answer: outcome.map(|outcome| outcome.answer.0.as_str()),
        }
    }
}
