//! Claims.

use diesel::prelude::*;
use users::once::Claim;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres::{self, upsert};
use crate::rows::NewClaimRow;
use crate::schema::claims;

pub(crate) fn set_claim(connection: &mut AnyConnection, claim: &Claim) -> QueryResult<()> {
    let row = NewClaimRow::from(claim);
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return upsert::set_claim(connection, &row);
    }
    if diesel::update(claims::table.find(claim.id.as_str())).set(&row).execute(connection)? > 0 {
        return Ok(());
    }
    diesel::insert_into(claims::table).values(row).execute(connection).map(|_| ())
}

/// Says how many there were.
pub(crate) fn remove_claims(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<usize> {
    match old_claims(connection, before, limit)? {
        none if none.is_empty() => Ok(0),
        old => diesel::delete(claims::table.filter(claims::id.eq_any(old))).execute(connection),
    }
}

fn old_claims(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return postgres::old_claims::free(connection, before, limit);
    }
    let old = claims::table.filter(claims::created_at.lt(before)).order(claims::created_at).limit(limit);
    old.select(claims::id).load(connection)
}

/// What was said and answered when this user was created.
pub(crate) fn forget_outcome(connection: &mut AnyConnection, user: &str) -> QueryResult<usize> {
    let nothing = (claims::user_id, claims::fingerprint, claims::answer);
    let nothing = (nothing.0.eq(None::<&str>), nothing.1.eq(None::<&str>), nothing.2.eq(None::<&str>));
    diesel::update(claims::table.filter(claims::user_id.eq(user))).set(nothing).execute(connection)
}
