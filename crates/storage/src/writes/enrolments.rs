//! Adding many users by a few statements: a server is some way away, and each statement goes there and back; and a file has each page
//! that a statement changes set down first, so that the statement can be undone. A collision must leave the transaction as it is, so it is
//! no error but a row less; MultiConnection knows no such insertion.

use std::collections::HashSet;

use diesel::prelude::*;
use users::User;
use users::password::PasswordHash;
use users::ports::Enrolment;

use crate::connection::{AnyConnection, natively};
use crate::rows::UserRowChange;
use crate::schema::{memberships, users as table};

/// How many rows a statement has at most. A row of `users` binds 26 values, and a statement takes 32,766 on SQLite, 65,535 on PostgreSQL.
const ROWS: usize = 1_000;

/// What no two users have in common.
type Names = (String, String, String);

/// Says of each whether it was added. Of two that collide with each other the first is.
pub(crate) fn enrol(connection: &mut AnyConnection, users: &[&Enrolment]) -> QueryResult<Vec<bool>> {
    let mut added = Vec::with_capacity(users.len());
    for users in users.chunks(ROWS) {
        added.append(&mut add_users(connection, users)?);
    }
    let new = users.iter().zip(&added).filter(|(_, added)| **added).map(|(user, _)| *user);
    let joined: Vec<_> = new
        .flat_map(|new| {
            // The schema would see to the role, by writing each row a second time.
            let user =
                (memberships::user_id.eq(new.user.id.as_str()), memberships::role.eq(new.user.shown_role().as_str()));
            new.workspaces.iter().map(move |workspace| (memberships::workspace_id.eq(workspace.as_str()), user))
        })
        .collect();
    for rows in joined.chunks(ROWS) {
        natively!(connection, own => diesel::insert_into(memberships::table).values(rows.to_vec()).execute(own))?;
    }
    Ok(added)
}

fn add_users(connection: &mut AnyConnection, users: &[&Enrolment]) -> QueryResult<Vec<bool>> {
    let rows: Vec<_> = users
        .iter()
        .map(|enrolment| {
            let hash = enrolment.password.as_ref().map(PasswordHash::as_str);
            (UserRowChange::from(&enrolment.user), table::password_hash.eq(hash))
        })
        .collect();
    let insertion = diesel::insert_into(table::table).values(rows).on_conflict_do_nothing();
    // An id that stands twice may be that of a user who was added and of one who was not.
    let insertion = insertion.returning((table::id, table::email_key, table::username_key));
    let added: Vec<Names> = natively!(connection, own => insertion.get_results(own))?;
    let mut added: HashSet<Names> = added.into_iter().collect();
    Ok(users.iter().map(|enrolment| added.remove(&names(&enrolment.user))).collect())
}

fn names(user: &User) -> Names {
    (user.id.as_str().to_owned(), user.email.key().to_owned(), user.username.key())
}
