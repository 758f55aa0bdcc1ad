//! From and to PostgreSQL, on servers of this machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, RunQueryDsl};
use storage::testing::Cluster;
use storage::{CopyError, OpenError, Phase, Progress, Report, Settings};
use users::UserError;
use users::ports::Store;

use crate::attempts::die_while;
use crate::fixture::Folder;

/// A database for one test.
struct Database(String);

impl Database {
    /// Without so much as a schema.
    fn empty() -> Self {
        Self(Cluster::shared().empty_database())
    }

    /// That holds what is in the folder's store `from`.
    fn filled_from(folder: &Folder) -> Self {
        let database = Self::empty();
        assert!(quietly(&folder.settings("from"), &database.settings()).expect("copied").agrees());
        database
    }

    fn settings(&self) -> Settings {
        self.settings_with("")
    }

    /// With more parameters behind the URL.
    fn settings_with(&self, parameters: &str) -> Settings {
        Settings::new(format!("{}{parameters}", Cluster::shared().url(&self.0)).parse().expect("a URL"))
    }

    /// Without patience: what is held up there for long is ended.
    fn impatient(&self) -> Settings {
        let mut settings = self.settings();
        settings.postgres.lock_timeout = Duration::from_millis(50);
        settings.postgres.idle_timeout = Duration::from_millis(50);
        settings
    }

    fn raw(&self) -> PgConnection {
        Cluster::shared().connect(&self.0)
    }

    fn run(&self, statements: &str) {
        self.raw().batch_execute(statements).expect("done");
    }

    fn number(&self, query: &str) -> i64 {
        sql::<BigInt>(query).get_result(&mut self.raw()).expect("a number")
    }
}

fn quietly(from: &Settings, to: &Settings) -> Result<Report, CopyError> {
    storage::copy(from, to, &mut |_| {})
}

/// There and back: three stores, and the same sums of each.
fn assert_round_trip(folder: &Folder, rows: u64) {
    let database = Database::empty();
    let there = quietly(&folder.settings("from"), &database.settings()).expect("copied");
    let back = quietly(&database.settings(), &folder.settings("back")).expect("copied back");
    assert!(there.agrees() && (there.found, there.copied) == (0, rows), "{there:?}");
    assert_eq!(there, back);
    folder.assert_same("from", "back");
}

#[test]
fn every_kind_of_row_comes_back_as_it_was() {
    assert_round_trip(&Folder::of_every_kind(), 48);
}

#[test]
fn an_empty_store_comes_back_too() {
    let folder = Folder::new();
    drop(folder.open("from"));
    assert_round_trip(&folder, 0);
}

#[test]
fn many_users_come_back() {
    assert_round_trip(
        &Folder::crowded(20_000),
        1 + 20_000 + 20_000 + 2_000 + 8_000 + 32_000 + 1_818 + 2_857 + 1_428 + 3_333 + 20_000,
    );
}

#[test]
#[ignore = "takes long"]
fn very_many_users_come_back() {
    assert_round_trip(
        &Folder::crowded(100_000),
        1 + 100_000 + 100_000 + 10_000 + 40_000 + 160_000 + 14_285 + 7_142 + 16_666 + 100_000,
    );
}

#[test]
fn from_server_to_server() {
    let source = Database::filled_from(&Folder::of_every_kind());
    let target = Database::empty();
    assert!(quietly(&source.settings(), &target.settings()).expect("copied").agrees());
    let again = quietly(&source.settings(), &target.settings()).expect("compared");
    assert_eq!((again.found, again.copied), (48, 0));
}

#[test]
fn a_copy_that_dies_goes_on_where_it_was() {
    let folder = Folder::crowded(2_300);
    let (there, back) = (Database::empty(), folder.settings("back"));
    for (from, to) in [(folder.settings("from"), there.settings()), (there.settings(), back)] {
        let attempt = |tell: &mut dyn FnMut(Progress)| storage::copy(&from, &to, tell);
        for phase in [Phase::Reading, Phase::Comparing] {
            assert_eq!(die_while(attempt, phase, 2), None);
        }
        // Nothing is left to be copied, so the rest of these die of nothing.
        assert_eq!(die_while(attempt, Phase::Copying, 1), Some(attempt(&mut |_| {}).expect("compared")));
    }
    folder.assert_same("from", "back");

    let there = Database::empty();
    let (from, to) = (folder.settings("from"), there.settings());
    let mut attempts = 0;
    let report = loop {
        attempts += 1;
        if let Some(report) = die_while(|tell| storage::copy(&from, &to, tell), Phase::Copying, 2) {
            break report;
        }
        let opened = storage::open_existing(&to).map(|_| ()).expect_err("unfinished");
        assert!(matches!(opened, OpenError::Unfinished(_)), "{opened}");
        let opened = storage::open(&to).map(|_| ()).expect_err("unfinished");
        assert!(matches!(opened, OpenError::Unfinished(_)), "{opened}");
        assert!(matches!(quietly(&to, &folder.settings("third")), Err(CopyError::Open(OpenError::Unfinished(_)))));
    };
    assert!(report.agrees() && attempts >= 6, "{attempts}: {report:?}");
    assert!(
        report.found > 0
            && report.found + report.copied == 1 + 2_300 + 2_300 + 230 + 920 + 3_680 + 209 + 328 + 164 + 383 + 2_300
    );
    storage::open_existing(&to).expect("a store");
}

#[test]
fn a_copy_whose_connection_is_lost_goes_on() {
    let folder = Folder::crowded(2_300);
    let (one, other) = (Database::filled_from(&folder), Database::empty());
    let cut = |database: &Database| {
        let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        database.run(all);
    };
    for lost in [&one, &other] {
        let mut once = Some(());
        let error = storage::copy(&one.settings(), &other.settings(), &mut |progress| {
            if progress.phase == Phase::Copying && progress.table == "users" && once.take().is_some() {
                cut(lost);
            }
        });
        let error = error.expect_err("cut off");
        let right = if std::ptr::eq(lost, &raw const one) {
            matches!(error, CopyError::Source(_))
        } else {
            matches!(error, CopyError::Target(_))
        };
        assert!(right && !error.to_string().contains('\n'), "{error}");
    }
    let report = quietly(&one.settings(), &other.settings()).expect("copied");
    assert!(report.agrees() && report.found > 500, "{report:?}");
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind() {
    let folder = Folder::crowded(1_200);
    let database = Database(Cluster::shared().database());
    database.run("ALTER TABLE users ADD CONSTRAINT fault CHECK (username <> 'user777')");
    for _ in 0..2 {
        let error = quietly(&folder.settings("from"), &database.settings()).expect_err("a fault");
        assert!(matches!(error, CopyError::Target(_)) && !error.to_string().contains("$2b$"), "{error}");
        assert_eq!(database.number("SELECT count(*) FROM users"), 500);
    }
    database.run("ALTER TABLE users DROP CONSTRAINT fault");
    let report = quietly(&folder.settings("from"), &database.settings()).expect("copied");
    assert!(report.agrees() && report.found == 501, "{report:?}");
}

#[test]
fn writes_to_the_source_are_refused_meanwhile_and_reads_go_on() {
    let folder = Folder::crowded(1_200);
    let database = Database::filled_from(&folder);
    let server = storage::open_existing(&database.impatient()).expect("a store");
    let mut phases = Vec::new();
    let report = storage::copy(&database.impatient(), &folder.settings("back"), &mut |progress| {
        if phases.contains(&progress.phase) || progress.table.is_empty() {
            return;
        }
        phases.push(progress.phase);
        let written = server.write(|tx| tx.set_fact("a", "b"));
        assert!(matches!(written, Err(UserError::Unavailable(_) | UserError::Busy(_))), "{written:?}");
        assert_eq!(server.read(|reads| reads.fact("a")), Ok(None));
        // Longer than any transaction of a server may be idle.
        std::thread::sleep(Duration::from_millis(200));
    });
    assert_eq!(phases, [Phase::Reading, Phase::Copying, Phase::Comparing]);
    assert!(report.expect("copied").agrees());
    server.write(|tx| tx.set_fact("a", "b")).expect("written, now that the copy is done");
}

#[test]
fn every_table_of_the_source_is_locked() {
    let folder = Folder::of_every_kind();
    let database = Database::filled_from(&folder);
    let mut once = Some(());
    let report = storage::copy(&database.settings(), &folder.settings("back"), &mut |_| {
        if once.take().is_none() {
            return;
        }
        for table in crate::fixture::TABLES {
            let written = database.raw().batch_execute(&format!("SET lock_timeout = 20; DELETE FROM {table}"));
            assert!(written.is_err(), "{table}");
        }
    });
    assert!(report.expect("copied").agrees());
}

#[test]
fn a_source_that_somebody_writes_to_is_refused() {
    let folder = Folder::crowded(3);
    let database = Database::filled_from(&folder);
    let mut other = database.raw();
    other.batch_execute("BEGIN; UPDATE users SET bio = 'new';").expect("written");
    let error = quietly(&database.impatient(), &folder.settings("back")).expect_err("refused");
    assert!(matches!(error, CopyError::Locked(_)), "{error}");
    assert!(!error.to_string().contains('\n') && !folder.path("back").exists());
    other.batch_execute("COMMIT").expect("done");
    assert!(quietly(&database.impatient(), &folder.settings("back")).expect("copied").agrees());
    assert_eq!(folder.number("back", "SELECT count(*) FROM users WHERE bio = 'new'"), 3);
}

#[test]
fn a_source_under_load_is_copied_as_it_is_at_one_moment() {
    let folder = Folder::crowded(1_200);
    let database = Database::filled_from(&folder);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (name, first, then) in [("a", "facts", "workspaces"), ("b", "workspaces", "facts")] {
            let (database, stop) = (&database, &stop);
            scope.spawn(move || {
                let mut connection = database.raw();
                let set = |table: &str, n: u32| match table {
                    "facts" => format!("INSERT INTO facts VALUES ('{name}{n}', '');"),
                    _ => format!("INSERT INTO workspaces VALUES ('{name}{n}', '', 0);"),
                };
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let both = format!("BEGIN; {} {} COMMIT;", set(first, n), set(then, n));
                    // The server may end it for the copy's sake.
                    if connection.batch_execute(&both).is_err() {
                        connection.batch_execute("ROLLBACK").expect("undone");
                    }
                }
            });
        }
        let copied = quietly(&database.settings(), &folder.settings("back"));
        stop.store(true, Ordering::Relaxed);
        assert!(copied.expect("copied").agrees());
    });
    let halves = "SELECT count(*) FROM (SELECT name FROM facts UNION ALL SELECT id FROM workspaces WHERE id <> 'w') GROUP BY name HAVING count(*) <> 2";
    let halves = format!("SELECT count(*) FROM ({halves})");
    assert_eq!(folder.number("back", &halves), 0, "transactions are copied whole");
}

#[test]
fn a_store_is_not_copied_into_itself() {
    let folder = Folder::of_every_kind();
    let database = Database::filled_from(&folder);
    for parameters in ["", "&application_name=other", "&options=-csearch_path%3Dnowhere,public"] {
        let copied = quietly(&database.settings(), &database.settings_with(parameters));
        assert!(matches!(copied, Err(CopyError::Same)), "{parameters}: {copied:?}");
    }
    // The same database, but other tables.
    database.run("CREATE SCHEMA other AUTHORIZATION diglot");
    let other = database.settings_with("&options=-csearch_path%3Dother");
    let report = quietly(&database.settings(), &other).expect("copied");
    assert!(report.agrees() && report.copied == 48, "{report:?}");
    assert_eq!(database.number("SELECT count(*) FROM other.users"), 4);
}

#[test]
fn a_target_that_holds_anything_is_refused_and_left_alone() {
    let folder = Folder::crowded(30);
    for content in
        ["INSERT INTO workspaces VALUES ('x', 'X', 0)", "INSERT INTO facts VALUES ('installation_secret', 'x')"]
    {
        let database = Database(Cluster::shared().database());
        database.run(content);
        let error = quietly(&folder.settings("from"), &database.settings()).expect_err("refused");
        assert!(matches!(error, CopyError::NotEmpty), "{error}");
        assert_eq!(database.number("SELECT (SELECT count(*) FROM workspaces) + (SELECT count(*) FROM facts)"), 1);
    }
    let database = Database::filled_from(&Folder::crowded(30));
    let error = quietly(&folder.settings("from"), &database.settings()).expect_err("refused");
    assert!(matches!(error, CopyError::NotEmpty), "as many rows, but others: {error}");
}

#[test]
fn without_a_source_no_target_is_made() {
    let (source, folder) = (Database::empty(), Folder::new());
    let copied = quietly(&source.settings(), &folder.settings("to"));
    assert!(matches!(copied, Err(CopyError::Open(OpenError::Missing(_)))), "{copied:?}");
    assert!(!folder.path("to").exists());
}

#[test]
fn no_password_is_shown() {
    let folder = Folder::crowded(3);
    let away = Settings::new("postgres://diglot:hush@127.0.0.1:1/diglot".parse().expect("a URL"));
    for copied in [quietly(&away, &folder.settings("to")), quietly(&folder.settings("from"), &away)] {
        let error = copied.expect_err("nobody is there");
        assert!(error.to_string().contains("postgres://diglot@127.0.0.1:1/diglot cannot be opened"), "{error}");
        assert!(!error.to_string().contains("hush") && !error.to_string().contains('\n'), "{error}");
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }
}
