//! TLS as libpq does it: what the URL demands holds, and where it cannot hold, one clear line says so.

use diesel::RunQueryDsl;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use storage::testing::{Authority, Cluster, Make};
use storage::{OpenError, Settings};

use crate::house::{House, increment, look};

/// How many connections of the store to this database are encrypted, and how many are not.
fn connections(house: &House<'_>) -> (i64, i64) {
    let count = |is: &str| {
        let text = format!(
            "(SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE datname = '{}' AND usename = 'diglot' AND {is} ssl)",
            house.database
        );
        diesel::select(sql::<BigInt>(&text)).get_result(&mut house.cluster.connect("postgres")).expect("a number")
    };
    (count(""), count("NOT"))
}

fn opened(url: &str) -> Result<storage::AnyStore, OpenError> {
    storage::open(&Settings::new(url.parse().expect("a URL")))
}

#[test]
fn a_server_that_is_known_is_spoken_to_in_secret() {
    let authority = Authority::found();
    let cluster = Cluster::start_with_tls(&authority, "localhost");
    let house = House::on(&cluster);
    let parameters = format!("sslmode=verify-full&sslrootcert={}", authority.certificate().display());
    let store = opened(&cluster.named_url(&house.database, &parameters)).expect("a store");
    assert_eq!(increment(&store), Ok(1));
    assert_eq!(look(&store), Ok(Some("1".to_owned())));
    let (encrypted, plain) = connections(&house);
    assert!(encrypted >= 2 && plain == 0, "the pool and the pulse: {encrypted}, {plain}");
    cluster.restart_immediate();
    cluster.wait_until_it_serves();
    assert_eq!(increment(&store), Ok(2));
}

#[test]
fn a_server_that_is_not_known_is_refused_in_one_line() {
    let (authority, stranger) = (Authority::found(), Authority::found());
    let here = Cluster::start_with_tls(&authority, "localhost");
    let elsewhere = Cluster::start_with_tls(&authority, "db.example");
    let plain = Cluster::start(Make { tcp: true, fsync: false, language: None });
    let demand =
        |mode: &str, authority: &Authority| format!("sslmode={mode}&sslrootcert={}", authority.certificate().display());
    let full = demand("verify-full", &authority);
    for (cluster, parameters, named) in [
        (&here, demand("verify-full", &stranger), "certificate verify failed"),
        (&here, demand("verify-ca", &stranger), "certificate verify failed"),
        (&elsewhere, full.clone(), "does not match host name \"localhost\""),
        (&plain, "sslmode=require".to_owned(), "does not support SSL"),
        (&plain, full.clone(), "does not support SSL"),
        (&here, "sslmode=verify-full&sslrootcert=/nowhere.crt".to_owned(), "/nowhere.crt"),
        (&here, "sslmode=perhaps".to_owned(), "sslmode"),
    ] {
        let url = cluster.named_url("postgres", &parameters).replace("diglot@", "diglot:hush@");
        let error = opened(&url).map(|_| ()).expect_err(&url);
        let line = error.to_string();
        assert!(matches!(error, OpenError::Untrusted { .. }), "{url}: {line}");
        assert!(line.contains(named) && line.starts_with("the store postgres://diglot@localhost:"), "{line}");
        assert!(!line.contains('\n') && !line.contains("hush"), "{line}");
    }
    // Who says verify-ca does not ask for the name.
    let house = House::on(&elsewhere);
    increment(&opened(&elsewhere.named_url(&house.database, &demand("verify-ca", &authority))).expect("a store"))
        .expect("written");
}
