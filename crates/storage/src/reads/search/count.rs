//! How many are found.

use diesel::{QueryResult, SqliteConnection};
use users::page::Scope;

use super::super::filter::Narrowed;
use super::page::everyone;
use super::{Search, place, statements};

/// How many users of the scope are found. `None` where the tables themselves say it as well.
pub(in super::super) fn count(
    connection: &mut SqliteConnection,
    scope: &Scope,
    filter: &Narrowed,
) -> QueryResult<Option<i64>> {
    let Some(search) = Search::of(filter) else { return Ok(None) };
    match scope {
        Scope::Installation => {
            let ids = everyone(connection, &search, "")?;
            Ok(ids.map(|ids| i64::try_from(ids.len()).unwrap_or(i64::MAX)))
        }
        Scope::Members(workspaces) => match workspaces.as_slice() {
            [workspace] => of_list(connection, &search, workspace.as_str()).map(Some),
            _ => Ok(None),
        },
    }
}

fn of_list(connection: &mut SqliteConnection, search: &Search<'_>, workspace: &str) -> QueryResult<i64> {
    let strays = statements::count_strays(connection, search, workspace)?;
    let Some(place) = place(connection, workspace)? else { return Ok(strays) };
    if let Some(grams) = &search.grams {
        let bound = search.bound();
        let count = statements::count_by_grams(connection, search, grams, &place, bound)?;
        if count <= bound {
            return Ok(strays + count);
        }
    }
    Ok(strays + statements::count_by_texts(connection, search, &place)?)
}
