//! Adding many users by one statement: a server is some way away, and each statement goes there and back.

use std::collections::HashSet;

use diesel::prelude::*;
use users::User;
use users::password::PasswordHash;
use users::ports::Enrolment;

use crate::rows::UserRowChange;
use crate::schema::{memberships, users as table};

/// How many rows a statement has at most. A row of `users` binds 26 values, and a statement takes 65,535.
const ROWS: usize = 1_000;

/// Says of each whether it was added. Of two that collide with each other the first is.
pub(crate) fn add(connection: &mut PgConnection, users: &[&Enrolment]) -> QueryResult<Vec<bool>> {
    let mut added = Vec::with_capacity(users.len());
    for users in users.chunks(ROWS) {
        added.append(&mut add_users(connection, users)?);
    }
    let new = users.iter().zip(&added).filter(|(_, added)| **added).map(|(user, _)| *user);
    let joined: Vec<_> = new
        .flat_map(|new| new.workspaces.iter().map(|workspace| (workspace.as_str(), new.user.id.as_str())))
        .map(|(workspace, user)| (memberships::workspace_id.eq(workspace), memberships::user_id.eq(user)))
        .collect();
    for rows in joined.chunks(ROWS) {
        diesel::insert_into(memberships::table).values(rows.to_vec()).execute(connection)?;
    }
    Ok(added)
}

fn add_users(connection: &mut PgConnection, users: &[&Enrolment]) -> QueryResult<Vec<bool>> {
    let rows: Vec<_> = users
        .iter()
        .map(|enrolment| {
            let hash = enrolment.password.as_ref().map(PasswordHash::as_str);
            (UserRowChange::from(&enrolment.user), table::password_hash.eq(hash))
        })
        .collect();
    let insertion = diesel::insert_into(table::table).values(rows).on_conflict_do_nothing();
    // An id that stands twice may be that of a user who was added and of one who was not.
    let names = (table::id, table::email_key, table::username_key);
    let added: Vec<(String, String, String)> = insertion.returning(names).get_results(connection)?;
    let mut added: HashSet<(String, String, String)> = added.into_iter().collect();
    let names = |user: &User| (user.id.as_str().to_owned(), user.email.key().to_owned(), user.username.key());
    Ok(users.iter().map(|enrolment| added.remove(&names(&enrolment.user))).collect())
}
