//! The tables that are copied.

use diesel::QueryResult;

use super::error::CopyError;
use super::pages::Row;
use super::progress::Watch;
use super::rows::{Attempt, Claim, Event, Fact, Key, Membership, Message, Token, Usage, UsageDetail, User, Workspace};
use super::sums::{self, Failed, Sum};
use super::transfer::{self, Transfer};
use crate::connection::AnyConnection;

/// A table, whatever its rows are.
pub(super) struct Table {
    /// Its name.
    pub name: &'static str,
    /// See [`Row::count`].
    pub count: fn(&mut AnyConnection) -> QueryResult<i64>,
    /// See [`sums::of_table`].
    pub sum: fn(&mut AnyConnection, Failed, &mut Watch<'_>) -> Result<Sum, CopyError>,
    /// See [`transfer::table`].
    pub transfer: fn(&mut Transfer<'_>, &mut Watch<'_>) -> Result<(), CopyError>,
}

impl Table {
    const fn of<T: Row>() -> Self {
        Self { name: T::TABLE, count: T::count, sum: sums::of_table::<T>, transfer: transfer::table::<T> }
    }
}

/// Every table, those first that others refer to.
pub(super) const TABLES: [Table; 12] = [
    Table::of::<Workspace>(),
    Table::of::<User>(),
    Table::of::<Membership>(),
    Table::of::<Key>(),
    Table::of::<Usage>(),
    Table::of::<UsageDetail>(),
    Table::of::<Attempt>(),
    Table::of::<Message>(),
    Table::of::<Token>(),
    Table::of::<Claim>(),
    Table::of::<Fact>(),
    Table::of::<Event>(),
];

/// How many rows each table has.
pub(super) fn counts(connection: &mut AnyConnection) -> QueryResult<Vec<u64>> {
    // A count is never below zero.
    TABLES.iter().map(|table| (table.count)(connection).map(i64::unsigned_abs)).collect()
}
