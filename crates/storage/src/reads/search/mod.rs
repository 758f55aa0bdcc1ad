//! Searches on SQLite, by its index of texts (see the schema): only what has no like elsewhere. PostgreSQL's planner knows its own.
//!
//! What is found is exact at any moment: the index, and those who are not in it yet.

mod count;
mod page;
mod statements;
mod upkeep;

#[cfg(test)]
mod tests;

pub(super) use count::count;
pub(super) use page::page;
pub(crate) use upkeep::put_some_in;

use diesel::SqliteConnection;

use super::filter::Narrowed;

/// A search, as its statements put it.
struct Search<'a> {
    term: &'a str,
    role: Option<&'a str>,
    /// How the index is asked for the term; `None` where it knows no term that is so short.
    grams: Option<String>,
}

/// Tests have few users, and all that is about many is for them about few.
const fn scaled(many: usize) -> usize {
    if cfg!(test) { many / 1_000 } else { many }
}

/// The index knows three letters in a row.
const SHORTEST: usize = 3;

impl<'a> Search<'a> {
    /// The search of a filter that has one.
    fn of(filter: &'a Narrowed) -> Option<Self> {
        let term = filter.term.as_deref()?;
        let is_known = term.chars().count() >= SHORTEST;
        let grams = is_known.then(|| format!("\"{}\"", term.replace('"', "\"\"")));
        Some(Self { term, role: filter.role.as_deref(), grams })
    }

    /// So many are counted one by one in the index, each of their letters; for more, it costs less to read the texts.
    fn bound(&self) -> i64 {
        const STEPS: usize = scaled(400_000);
        let steps = STEPS / self.term.chars().count().saturating_sub(SHORTEST - 1).max(1);
        i64::try_from(steps).unwrap_or(i64::MAX)
    }
}

/// Where a list stands in the index.
struct Place {
    first: i64,
    last: i64,
    /// Of two texts in the wrong order, the numbers differ by this at most.
    spread: i64,
    /// No greater id is there.
    last_id: String,
}

/// A list's numbers begin at its place, moved by so many bits.
const BITS: i64 = 40;

impl Place {
    fn of(found: statements::Placed) -> Self {
        let first = found.place << BITS;
        Self { first, last: first + (1 << BITS) - 1, spread: found.spread, last_id: found.last_id }
    }
}

fn place(connection: &mut SqliteConnection, workspace: &str) -> diesel::QueryResult<Option<Place>> {
    Ok(statements::place(connection, workspace)?.map(Place::of))
}
