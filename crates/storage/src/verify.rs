//! Looking whether a store is what it should be: whether what is kept beside the records, so that lists need not count and search,
//! agrees with them. It reads everything there is, so it takes its time; others can read and write meanwhile.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use crate::connection::AnyConnection;
use crate::copy;
use crate::error::one_line;
use crate::open_error::OpenError;
use crate::settings::Settings;

/// Something of which there should be none.
struct Check {
    /// What it is.
    amiss: &'static str,
    /// Counts it.
    count: &'static str,
}

/// On every backend.
const EVERYWHERE: [Check; 3] = [
    Check {
        amiss: "memberships that stand under another role than their user's",
        count: "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.role <> u.role",
    },
    Check {
        amiss: "totals of a workspace and a role that are not the number of its members",
        count: "SELECT count(*) FROM (SELECT workspace_id, role FROM ( \
                SELECT workspace_id, role, -members AS n FROM list_totals WHERE workspace_id <> '' \
                UNION ALL SELECT workspace_id, role, count(*) FROM memberships GROUP BY workspace_id, role \
            ) AS counted GROUP BY workspace_id, role HAVING sum(n) <> 0) AS wrong",
    },
    Check {
        amiss: "totals of a role that are not the number of its users",
        count: "SELECT count(*) FROM (SELECT role FROM ( \
                SELECT role, -members AS n FROM list_totals WHERE workspace_id = '' \
                UNION ALL SELECT role, count(*) FROM users GROUP BY role \
            ) AS counted GROUP BY role HAVING sum(n) <> 0) AS wrong",
    },
];

/// In a file, where searches have an index that is ours.
const IN_A_FILE: [Check; 7] = [
    Check {
        amiss: "stretches of a list that do not have as many members as is noted",
        count: "SELECT count(*) FROM (SELECT *, coalesce(lead(first_id) OVER ( \
                PARTITION BY workspace_id, role ORDER BY first_id), char(1114111)) AS next_id FROM list_blocks) AS block, \
            (SELECT last_id AS horizon FROM search_places WHERE place = 0) \
            WHERE members <> CASE WHEN workspace_id <> '' THEN \
                (SELECT count(*) FROM memberships m WHERE m.workspace_id = block.workspace_id \
                    AND block.role IN ('', m.role) AND user_id >= first_id AND user_id < next_id AND user_id <= horizon) \
                ELSE (SELECT count(*) FROM users u WHERE block.role IN ('', u.role) \
                    AND id >= first_id AND id < next_id AND id <= horizon) END",
    },
    Check {
        amiss: "lists whose stretches do not have all members",
        count: "SELECT count(*) FROM (SELECT workspace_id, role FROM ( \
                SELECT workspace_id, role, -members AS n FROM list_blocks \
                UNION ALL SELECT workspace_id, role, 1 FROM memberships WHERE user_id <= (SELECT last_id FROM search_places WHERE place = 0) \
                UNION ALL SELECT workspace_id, '', 1 FROM memberships WHERE user_id <= (SELECT last_id FROM search_places WHERE place = 0) \
                UNION ALL SELECT '', role, 1 FROM users WHERE id <= (SELECT last_id FROM search_places WHERE place = 0) \
                UNION ALL SELECT '', '', 1 FROM users WHERE id <= (SELECT last_id FROM search_places WHERE place = 0)) \
            GROUP BY workspace_id, role HAVING sum(n) <> 0)",
    },
    Check {
        amiss: "texts in the index of searches that are not those of a list's user",
        count: "SELECT count(*) FROM search_index LEFT JOIN search_places ON place = number >> 40 \
            LEFT JOIN users ON users.id = search_index.user_id \
            WHERE workspace_id IS NULL OR search_text IS NOT text OR iif(place = 0, \
                EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = users.id), \
                NOT EXISTS (SELECT 1 FROM memberships m WHERE m.workspace_id = search_places.workspace_id AND m.user_id = users.id))",
    },
    Check {
        amiss: "users whom the index of searches lacks in a list",
        count: "SELECT count(*) FROM ( \
                SELECT u.id AS user_id, coalesce(m.workspace_id, '') AS list FROM users u LEFT JOIN memberships m ON m.user_id = u.id \
                WHERE u.id <= (SELECT last_id FROM search_places WHERE place = 0)) AS expected \
            WHERE NOT EXISTS (SELECT 1 FROM search_strays s WHERE s.workspace_id = list AND s.user_id = expected.user_id) \
            AND 1 <> (SELECT count(*) FROM search_index i WHERE i.user_id = expected.user_id \
                AND number >> 40 IS (SELECT place FROM search_places p WHERE p.workspace_id = list))",
    },
    Check {
        amiss: "texts in the index of searches further out of order than is noted",
        count: "SELECT count(*) FROM (SELECT number, user_id, max(number) OVER ( \
                PARTITION BY number >> 40 ORDER BY user_id ROWS UNBOUNDED PRECEDING) AS greatest FROM search_index) \
            JOIN search_places ON place = number >> 40 WHERE place > 0 AND (greatest - number > spread OR user_id > last_id)",
    },
    Check {
        amiss: "letters that the index of searches has too few or too many",
        count: "SELECT abs((SELECT coalesce(sum(cnt), 0) FROM temp.search_vocabulary) \
            - (SELECT coalesce(sum(max(length(text) - 2, 0)), 0) FROM search_index))",
    },
    Check { amiss: "references that lead nowhere", count: "SELECT count(*) FROM pragma_foreign_key_check" },
];

/// What letters the index of searches has, and how often.
const VOCABULARY: &str = "CREATE VIRTUAL TABLE temp.search_vocabulary USING fts5vocab(main, search_grams, row);";

/// What the database says about its own file; `ok` if that is all.
const INTEGRITY: &str = "SELECT integrity_check FROM pragma_integrity_check";
const IN_ORDER: &str = "ok";

/// What is amiss in a store that exists and is up to date, one line each.
///
/// # Errors
/// As [`crate::open_existing`], and if the store cannot be read to the end.
pub fn verify(settings: &Settings) -> Result<Vec<String>, OpenError> {
    let store = settings.url.to_string();
    let mut connection = copy::open_source(settings)?;
    copy::refuse_unfinished(&mut connection, &store)?;
    let failed = |error: diesel::result::Error| OpenError::database(&store, error);
    let damage = match &mut connection {
        AnyConnection::Sqlite(file) => damage(file).map_err(failed)?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => Vec::new(),
    };
    if !damage.is_empty() {
        // Nothing else that is read in a damaged file says anything.
        return Ok(damage);
    }
    connection.begin_read().map_err(failed)?;
    let lines = look(&mut connection).map_err(failed)?;
    connection.undo().map_err(failed)?;
    Ok(lines)
}

/// What the database says against its file. If that is nothing, prepares the file's connection for the checks.
fn damage(file: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let lines: Vec<String> = sql::<Text>(INTEGRITY).load(file)?;
    let lines: Vec<String> = lines.into_iter().filter(|line| line != IN_ORDER).map(|line| one_line(&line)).collect();
    if lines.is_empty() {
        file.batch_execute(VOCABULARY)?;
    }
    Ok(lines)
}

fn look(connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let of_backend: &[Check] = match connection {
        AnyConnection::Sqlite(_) => &IN_A_FILE,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => &[],
    };
    let mut lines = Vec::new();
    for Check { amiss, count } in EVERYWHERE.iter().chain(of_backend) {
        let count: i64 = diesel::select(sql::<BigInt>(&format!("({count})"))).get_result(connection)?;
        if count > 0 {
            lines.push(format!("{amiss}: {count}"));
        }
    }
    Ok(lines)
}
