//! Every way in which a search goes, which few users take only here: what is a matter of thousands elsewhere is one of tens.

use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;

use crate::connection::{self, Purpose};
use crate::settings::Settings;

/// Whom the index lacks.
const LEFT_TO_DO: &str = "SELECT (SELECT count(*) FROM search_strays) + \
    (SELECT count(*) FROM users WHERE id > (SELECT last_id FROM search_places WHERE place = 0))";

#[path = "../../../tests/lists/search.rs"]
mod shared;

#[test]
fn searches_find_what_is_there_whichever_way_they_go() {
    for seed in [3, 4, 5, 6] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("diglot.db");
        let url = format!("sqlite://{}", path.display());
        let store = crate::open(&Settings::new(url.parse().expect("a URL"))).expect("a store");
        let mut reader =
            connection::open(&path, Purpose::Read, Duration::from_secs(5)).unwrap_or_else(|e| panic!("{e}"));
        let mut number = |query| sql::<BigInt>(query).get_result::<i64>(&mut reader).expect("a number");
        shared::searches_find_what_is_there(&store, seed, || {
            while number(LEFT_TO_DO) > 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    }
}
