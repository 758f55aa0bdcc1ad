//! Who is found, page by page.

use std::collections::BTreeMap;

use diesel::{QueryResult, SqliteConnection};
use users::WorkspaceId;
use users::page::{Scope, Start};

use super::super::filter::Narrowed;
use super::{Place, Search, place, scaled, statements};

/// More of the matches than these are not put in order by one who wants the first of them.
pub(super) const MANY: i64 = scaled(10_000) as i64;

/// So many are read before a page that an offset leads to.
const MOST_SKIPPED: usize = scaled(10_000);

/// Numbers whose order says so little are of no use to find the first.
const MUCH: i64 = scaled(20_000) as i64;

/// The ids of a page, in order. `None` where it costs less to look at one user after the other.
pub(in super::super) fn page(
    connection: &mut SqliteConnection,
    scope: &Scope,
    filter: &Narrowed,
    start: &Start,
    limit: u32,
) -> QueryResult<Option<Vec<String>>> {
    let Some(search) = Search::of(filter) else { return Ok(None) };
    let (after, skipped) = match start {
        Start::Beginning => ("", 0),
        Start::After(id) => (id.as_str(), 0),
        Start::Skip(count) => match usize::try_from(*count) {
            Ok(count) if count <= MOST_SKIPPED => ("", count),
            // They would all have to be kept.
            _ => return Ok(None),
        },
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(skipped);
    let found = match scope {
        Scope::Installation => of_everyone(connection, &search, after, limit)?,
        Scope::Members(workspaces) => of_lists(connection, &search, workspaces, after, limit)?,
    };
    Ok(found.map(|ids| ids.into_iter().skip(skipped).collect()))
}

fn of_lists(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    workspaces: &[WorkspaceId],
    after: &str,
    limit: usize,
) -> QueryResult<Option<Vec<String>>> {
    let mut page = Vec::new();
    for workspace in workspaces {
        let Some(mut found) = of_list(connection, search, workspace.as_str(), after, limit)? else { return Ok(None) };
        page.append(&mut found);
        page.sort();
        page.dedup();
        page.truncate(limit);
    }
    Ok(Some(page))
}

/// Everyone stands in the index as often as in lists, so all of the matches have to be looked at.
fn of_everyone(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    after: &str,
    limit: usize,
) -> QueryResult<Option<Vec<String>>> {
    let Some(ids) = everyone(connection, search, after)? else { return Ok(None) };
    Ok(Some(ids.into_iter().take(limit).collect()))
}

/// Everyone behind `after` who is found; `None` where they are many.
pub(super) fn everyone(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    after: &str,
) -> QueryResult<Option<Vec<String>>> {
    let Some(grams) = &search.grams else { return Ok(None) };
    if statements::count_everywhere(connection, grams, MANY)? > MANY {
        return Ok(None);
    }
    statements::of_everyone(connection, search, grams, after).map(Some)
}

/// The first of a list's matches: those in the index, nearly in order, and the strays.
fn of_list(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    workspace: &str,
    after: &str,
    limit: usize,
) -> QueryResult<Option<Vec<String>>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found = match place(connection, workspace)? {
        None => Vec::new(),
        Some(place) if place.spread > MUCH && !is_rare(connection, search, &place)? => return Ok(None),
        Some(place) => indexed(connection, search, workspace, &place, after, limit)?,
    };
    found.append(&mut statements::strays(connection, search, workspace, after, most)?);
    found.sort();
    found.truncate(limit);
    Ok(Some(found))
}

fn is_rare(connection: &mut SqliteConnection, search: &Search<'_>, place: &Place) -> QueryResult<bool> {
    match &search.grams {
        None => Ok(false),
        Some(grams) => Ok(statements::count_by_grams(connection, search, grams, place, MANY)? <= MANY),
    }
}

/// Reads on by number until all that come can only have greater ids than the last one that is wanted.
fn indexed(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    workspace: &str,
    place: &Place,
    after: &str,
    limit: usize,
) -> QueryResult<Vec<String>> {
    let mut from = match after {
        "" => place.first,
        after if *after >= *place.last_id => return Ok(Vec::new()),
        after => match statements::number_behind(connection, workspace, place, after)? {
            Some(number) => number.saturating_sub(place.spread).max(place.first),
            None => return Ok(Vec::new()),
        },
    };
    let (mut found, mut batch) = (BTreeMap::new(), i64::try_from(limit).unwrap_or(i64::MAX).clamp(1, MANY));
    loop {
        let matches = statements::matches(connection, search, from, place.last, batch)?;
        let is_last = i64::try_from(matches.len()).is_ok_and(|count| count < batch);
        let reached = matches.last().map_or(place.last, |last| last.number);
        found.extend(matches.into_iter().filter(|one| *one.user_id > *after).map(|one| (one.user_id, one.number)));
        while found.len() > limit {
            found.pop_last();
        }
        let is_sure = |(_, number): (&String, &i64)| reached >= number.saturating_add(place.spread);
        if is_last || (found.len() == limit && found.last_key_value().is_none_or(is_sure)) {
            return Ok(found.into_keys().collect());
        }
        (from, batch) = (reached + 1, (batch * 2).min(MANY));
    }
}
