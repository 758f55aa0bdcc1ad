//! Where an offset leads on SQLite: over whole blocks, then a short way on foot. Blocks are counted in the transaction of whatever changes
//! them (see the schema), so that it leads there exactly, also while the directory changes.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::{QueryResult, SqliteConnection};

use super::filter::List;
use crate::schema::{list_blocks, memberships, search_places, users as table};

/// A block that has so many members gets no more at its end. Others may still come in its midst: one of more than twice as
/// many is cut.
const FULL: i64 = if cfg!(test) { 8 } else { 4_096 };

/// So many blocks are cut at once.
const CUTS: usize = 16;

/// From where to go on foot, and how far.
struct Way {
    from: String,
    /// Whether the one at `from` is not counted any more.
    beyond: bool,
    steps: i64,
}

/// The user of the list with so many before.
pub(super) fn user_at(connection: &mut SqliteConnection, list: List<'_>, offset: i64) -> QueryResult<Option<String>> {
    let way = way(connection, list, offset)?;
    user_on(connection, list, &way)
}

fn way(connection: &mut SqliteConnection, list: List<'_>, offset: i64) -> QueryResult<Way> {
    let blocks = list_blocks::table
        .filter(list_blocks::workspace_id.eq(list.workspace))
        .filter(list_blocks::role.eq(list.role))
        .order(list_blocks::first_id)
        .select((list_blocks::first_id, list_blocks::members));
    let mut steps = offset;
    for (first_id, members) in blocks.load::<(String, i64)>(connection)? {
        if steps < members {
            return Ok(Way { from: first_id, beyond: false, steps });
        }
        steps -= members;
    }
    let horizon = search_places::table.find(0).select(search_places::last_id).get_result(connection)?;
    Ok(Way { from: horizon, beyond: true, steps })
}

/// The user at the end of the way.
fn user_on(connection: &mut SqliteConnection, list: List<'_>, way: &Way) -> QueryResult<Option<String>> {
    if list.workspace.is_empty() { of_everyone(connection, list, way) } else { of_members(connection, list, way) }
}

/// Goes the way along a column of ids.
macro_rules! walk {
    ($ids:expr, $id:expr, $way:expr, $connection:expr) => {{
        let ids = $ids.select($id).order($id).limit(1).offset($way.steps);
        if $way.beyond {
            ids.filter($id.gt(&$way.from)).get_result($connection).optional()
        } else {
            ids.filter($id.ge(&$way.from)).get_result($connection).optional()
        }
    }};
}

fn of_everyone(connection: &mut SqliteConnection, list: List<'_>, way: &Way) -> QueryResult<Option<String>> {
    if list.role.is_empty() {
        return walk!(table::table, table::id, way, connection);
    }
    walk!(table::table.filter(table::role.eq(list.role)), table::id, way, connection)
}

fn of_members(connection: &mut SqliteConnection, list: List<'_>, way: &Way) -> QueryResult<Option<String>> {
    let members = memberships::table.filter(memberships::workspace_id.eq(list.workspace));
    if list.role.is_empty() {
        return walk!(members, memberships::user_id, way, connection);
    }
    walk!(members.filter(memberships::role.eq(list.role)), memberships::user_id, way, connection)
}

/// Counts members behind the horizon, who are before it from now on: their lists, their ids, and the roles that they show. Those in no
/// workspace have the empty list, which is everyone's.
pub(super) fn lengthen<'a>(
    connection: &mut SqliteConnection,
    members: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> QueryResult<()> {
    let mut lists: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (workspace, user, role) in members {
        for list in [("", ""), ("", role), (workspace, ""), (workspace, role)] {
            lists.entry(list).or_default().insert(user);
        }
    }
    for ((workspace, role), users) in lists {
        add_behind(connection, List { workspace, role }, &users)?;
    }
    Ok(())
}

/// Cuts blocks that have too many members, the greatest first. Says how many.
pub(super) fn cut_some(connection: &mut SqliteConnection) -> QueryResult<usize> {
    let mut cuts = 0;
    while cuts < CUTS && cut_greatest(connection)? {
        cuts += 1;
    }
    Ok(cuts)
}

/// Says whether there was one.
fn cut_greatest(connection: &mut SqliteConnection) -> QueryResult<bool> {
    let greatest = list_blocks::table.filter(list_blocks::members.gt(2 * FULL)).order(list_blocks::members.desc());
    let Some((workspace, role, first_id, members)) =
        greatest.limit(1).get_result::<(String, String, String, i64)>(connection).optional()?
    else {
        return Ok(false);
    };
    let list = List { workspace: &workspace, role: &role };
    let way = Way { from: first_id, beyond: false, steps: FULL };
    // Where there is nobody, the block is miscounted, which a deep check says.
    let Some(next) = user_on(connection, list, &way)? else { return Ok(false) };
    let block = list_blocks::table.find((list.workspace, list.role, &way.from));
    diesel::update(block).set(list_blocks::members.eq(FULL)).execute(connection)?;
    add_block(connection, list, &next, members - FULL)?;
    Ok(true)
}

fn add_block(connection: &mut SqliteConnection, list: List<'_>, first_id: &str, members: i64) -> QueryResult<()> {
    let row = (
        list_blocks::workspace_id.eq(list.workspace),
        list_blocks::role.eq(list.role),
        list_blocks::first_id.eq(first_id),
        list_blocks::members.eq(members),
    );
    diesel::insert_into(list_blocks::table).values(row).execute(connection).map(|_| ())
}

/// Adds members to a list's last block, or to a new one.
fn add_behind(connection: &mut SqliteConnection, list: List<'_>, users: &BTreeSet<&str>) -> QueryResult<()> {
    let of_list = list_blocks::workspace_id.eq(list.workspace).and(list_blocks::role.eq(list.role));
    let last = list_blocks::table.filter(of_list).order(list_blocks::first_id.desc());
    let last = last.select((list_blocks::first_id, list_blocks::members)).limit(1);
    let last: Option<(String, i64)> = last.get_result(connection).optional()?;
    let added = i64::try_from(users.len()).unwrap_or(0);
    match (last, users.first()) {
        (Some((first_id, members)), _) if members < FULL => {
            let block = list_blocks::table.find((list.workspace, list.role, first_id));
            diesel::update(block).set(list_blocks::members.eq(members + added)).execute(connection).map(|_| ())
        }
        (last, Some(first)) => add_block(connection, list, if last.is_some() { first } else { "" }, added),
        (_, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use users::page::{Filter, Scope, Start};
    use users::ports::Store;
    use users::testing::contract::user;

    use super::*;
    use crate::connection::{self, Purpose};
    use crate::settings::Settings;

    const EVERYONE: u32 = 300;

    #[test]
    fn who_comes_late_with_an_early_id_makes_no_offset_longer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("diglot.db");
        let url = format!("sqlite://{}", path.display());
        let settings = Settings::new(url.parse().expect("a URL"));
        let store = crate::open(&settings).expect("a store");
        let mut reader = connection::open(&path, Purpose::Read, Duration::from_secs(5)).expect("a reader");
        let mut wait_until_there_are_none = |what: &str| {
            let end = Instant::now() + Duration::from_secs(20);
            while sql::<BigInt>(what).get_result::<i64>(&mut reader).expect("a count") > 0 {
                assert!(Instant::now() < end, "{what}");
                sleep(Duration::from_millis(5));
            }
        };
        // The last of all is there first, and the horizon is behind it; then the others come, backwards.
        store.write(|tx| tx.insert_user(&user(EVERYONE), None)).expect("added");
        wait_until_there_are_none("SELECT count(*) FROM search_places WHERE place = 0 AND last_id = ''");
        for n in (1..EVERYONE).rev() {
            store.write(move |tx| tx.insert_user(&user(n), None)).expect("added");
        }
        wait_until_there_are_none(&format!("SELECT count(*) FROM list_blocks WHERE members > {}", 2 * FULL));
        assert_offsets(&store, &settings, EVERYONE);
        // The horizon goes back with the last ones, and forth again when they come once more.
        for n in (50..=EVERYONE).rev() {
            store.write(move |tx| tx.delete_user(&user(n).id)).expect("deleted");
        }
        assert_offsets(&store, &settings, 49);
        for n in 50..=EVERYONE {
            store.write(move |tx| tx.insert_user(&user(n), None)).expect("added");
        }
        let last = user(EVERYONE).id;
        wait_until_there_are_none(&format!(
            "SELECT count(*) FROM search_places WHERE place = 0 AND last_id < '{}'",
            last.as_str()
        ));
        assert_offsets(&store, &settings, EVERYONE);
    }

    fn assert_offsets(store: &crate::AnyStore, settings: &Settings, everyone: u32) {
        for skipped in 0..=everyone {
            let page = |reads: &mut dyn users::ports::Reads| {
                reads.users(&Scope::Installation, &Filter::default(), &Start::Skip(skipped.into()), 1)
            };
            let expected = (skipped < everyone).then(|| user(skipped + 1).id);
            assert_eq!(store.read(page).expect("a page").pop().map(|user| user.id), expected, "behind {skipped}");
        }
        assert_eq!(crate::verify(settings).expect("looked through"), Vec::<String>::new());
    }
}
