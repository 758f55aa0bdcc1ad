//! Where an offset leads on foot, along an index, from whichever end is nearer: how many a list has is known (see the schema's triggers),
//! and in a look both are of one state.

use diesel::prelude::*;

use super::count::total;
use super::filter::List;
use crate::connection::AnyConnection;
use crate::schema::{memberships, users as table};

/// Goes so many steps along a column of ids, from the beginning or from the end.
macro_rules! walk {
    ($ids:expr, $id:expr, $way:expr, $connection:expr) => {{
        let ids = $ids.select($id).limit(1);
        match $way {
            Way::Forth(steps) => ids.order($id).offset(steps).get_result($connection).optional(),
            Way::Back(steps) => ids.order($id.desc()).offset(steps).get_result($connection).optional(),
        }
    }};
}

/// From which end, and how far.
#[derive(Clone, Copy)]
enum Way {
    Forth(i64),
    Back(i64),
}

/// The user of the list with so many before.
pub(super) fn user_at(connection: &mut AnyConnection, list: List<'_>, offset: i64) -> QueryResult<Option<String>> {
    let behind = total(connection, list)? - 1 - offset;
    if behind < 0 {
        return Ok(None);
    }
    let way = if behind < offset { Way::Back(behind) } else { Way::Forth(offset) };
    if list.workspace.is_empty() { of_everyone(connection, list, way) } else { of_members(connection, list, way) }
}

fn of_everyone(connection: &mut AnyConnection, list: List<'_>, way: Way) -> QueryResult<Option<String>> {
    if list.role.is_empty() {
        return walk!(table::table, table::id, way, connection);
    }
    walk!(table::table.filter(table::role.eq(list.role)), table::id, way, connection)
}

fn of_members(connection: &mut AnyConnection, list: List<'_>, way: Way) -> QueryResult<Option<String>> {
    let members = memberships::table.filter(memberships::workspace_id.eq(list.workspace));
    if list.role.is_empty() {
        return walk!(members, memberships::user_id, way, connection);
    }
    walk!(members.filter(memberships::role.eq(list.role)), memberships::user_id, way, connection)
}
