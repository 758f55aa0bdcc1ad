//! How a search is planned. A statement that a connection has sent a few times gets one plan for whatever values, if that seems no worse
//! than those for each; and after some searches for common terms it does, so that rare ones are sought by reading every text.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;

use crate::connection::AnyConnection;
use crate::reads::Narrowed;

/// Has what comes in this transaction planned for its values, if it searches a server.
pub(crate) fn plan(connection: &mut AnyConnection, filter: &Narrowed) -> QueryResult<()> {
    if let AnyConnection::Postgres(server) = connection
        && filter.term.is_some()
    {
        server.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan")?;
    }
    Ok(())
}
