//! Users.

use diesel::prelude::*;
use users::attempts::Subject;
use users::{User, UserId};

use crate::connection::{AnyConnection, natively};
use crate::rows::UserRowChange;
use crate::schema::users as table;

pub(crate) fn insert_user(connection: &mut AnyConnection, user: &User, password: Option<&str>) -> QueryResult<()> {
    let row = (UserRowChange::from(user), table::password_hash.eq(password));
    natively!(connection, own => diesel::insert_into(table::table).values(row).execute(own)).map(|_| ())
}

/// Says how many there were.
pub(crate) fn update_user(connection: &mut AnyConnection, user: &User) -> QueryResult<usize> {
    let change = diesel::update(table::table.find(user.id.as_str())).set(UserRowChange::from(user));
    natively!(connection, own => change.execute(own))
}

/// Says how many there were.
pub(crate) fn set_password(connection: &mut AnyConnection, user: &str, password: &str) -> QueryResult<usize> {
    diesel::update(table::table.find(user)).set(table::password_hash.eq(password)).execute(connection)
}

/// Says how many there were. What belongs to the user goes with it, by the schema; and by the schema it does not go while a claim
/// tells of it.
pub(crate) fn delete_user(connection: &mut AnyConnection, user: &str) -> QueryResult<usize> {
    super::forget_outcome(connection, user)?;
    let names = table::table.find(user).select((table::email_key, table::username_key));
    let names: Option<(String, String)> = names.get_result(connection).optional()?;
    if let Some((email, username)) = names {
        for subject in Subject::all_of(&UserId::from_stored(user.to_owned()), &email, &username) {
            super::set_arrival(connection, subject.as_str(), None)?;
        }
    }
    diesel::delete(table::table.find(user)).execute(connection)
}
