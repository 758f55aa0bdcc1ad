//! Adding many users, but for those that collide. A collision must leave the transaction as it is, so it is no error but a row
//! less; MultiConnection knows no such insertion.

use diesel::prelude::*;
use users::password::PasswordHash;
use users::ports::Enrolment;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres::enrolments;
use crate::rows::UserRowChange;
use crate::schema::{memberships, users as table};

/// Says of each whether it was added.
pub(crate) fn enrol(connection: &mut AnyConnection, users: &[&Enrolment]) -> QueryResult<Vec<bool>> {
    match connection {
        AnyConnection::Sqlite(connection) => users.iter().map(|user| enrol_one(connection, user)).collect(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(connection) => enrolments::add(connection, users),
    }
}

/// A file is no way away: there is nothing to gain by larger statements, and a small one stays prepared.
fn enrol_one(connection: &mut SqliteConnection, enrolment: &Enrolment) -> QueryResult<bool> {
    let hash = enrolment.password.as_ref().map(PasswordHash::as_str);
    let row = (UserRowChange::from(&enrolment.user), table::password_hash.eq(hash));
    let added = diesel::insert_into(table::table).values(row).on_conflict_do_nothing().execute(connection)? > 0;
    if added {
        // The schema would see to the role, by writing each row a second time.
        let user = (
            memberships::user_id.eq(enrolment.user.id.as_str()),
            memberships::role.eq(enrolment.user.shown_role().as_str()),
        );
        for workspace in &enrolment.workspaces {
            let row = (memberships::workspace_id.eq(workspace.as_str()), user);
            diesel::insert_into(memberships::table).values(row).execute(connection)?;
        }
    }
    Ok(added)
}
