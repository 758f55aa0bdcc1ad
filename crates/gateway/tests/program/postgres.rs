//! The program on PostgreSQL: the same, on a store that can go away.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use storage::testing::{Authority, Cluster, Make, Standby};

use super::harness::{Program, request};

const LIMIT: Duration = Duration::from_secs(2);

/// A house whose store is a new database of this server.
fn on(url: &str) -> Program {
    Program::new().with("DIGLOT_DATABASE__URL", url)
}

fn until(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < limit, "not within {limit:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The server takes no connection of diglot's any more, and ends those that there are.
fn refuse(cluster: &Cluster) {
    cluster.execute("postgres", "ALTER ROLE diglot NOLOGIN");
    cluster.execute("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'diglot'");
}

fn admit(cluster: &Cluster) {
    cluster.execute("postgres", "ALTER ROLE diglot LOGIN");
}

/// Takes the database away in each manner, so many times. Says how slow an answer and a recovery was at most.
fn outages(rounds: usize) {
    let cluster = Cluster::start(Make { tcp: true, fsync: false, language: None });
    let program = on(&cluster.tcp_url(&cluster.empty_database()));
    let made = program.run(&["init", "--json"]);
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    let (key, workspace) = (made["key"].as_str().expect("a key"), made["workspace_id"].as_str().expect("an id"));
    let server = program.serve();
    let address = server.address.as_str();
    let nobody = "01900000-0000-7000-8000-000000000009";
    let requests: Vec<(&str, String)> = gateway::dialects::names()
        .iter()
        .flat_map(|name| {
            [
                ("GET", format!("/{name}/v1/users?workspace_id={workspace}")),
                ("DELETE", format!("/{name}/v1/users/{nobody}")),
            ]
        })
        .collect();
    let serves = || {
        let answers: Vec<u16> =
            requests.iter().map(|(method, path)| request(address, method, path, key, "").0).collect();
        answers.iter().all(|status| [200, 404].contains(status)) && request(address, "GET", "/readyz", "", "").0 == 200
    };
    assert!(serves());

    type Act = fn(&Cluster);
    let outages: [(&str, Act, Act); 4] = [
        ("frozen", Cluster::freeze, Cluster::thaw),
        ("stopped", Cluster::stop, Cluster::start_again),
        ("refusing", refuse, admit),
        ("frozen again", Cluster::freeze, Cluster::thaw),
    ];
    let (slowest, recovery) = (Mutex::new(Duration::ZERO), Mutex::new(Duration::ZERO));
    let note = |most: &Mutex<Duration>, took: Duration| {
        let mut most = most.lock().expect("a lock");
        *most = took.max(*most);
    };
    for (name, begin, end) in outages.into_iter().cycle().take(rounds * outages.len()) {
        begin(&cluster);
        // More at once than there are connections: nobody waits for those that are stuck.
        thread::scope(|scope| {
            for n in 0..24 {
                let (method, path) = &requests[n % requests.len()];
                let (note, slowest) = (&note, &slowest);
                scope.spawn(move || {
                    let (status, answer, took) = request(address, method, path, key, "");
                    assert!(status == 503 && took < LIMIT, "{name}: {status} after {took:?}");
                    note(slowest, took);
                    assert!(answer.to_ascii_lowercase().contains("\r\nretry-after: "), "{name}: {answer}");
                });
            }
            let (status, _, took) = request(address, "GET", "/healthz", "", "");
            assert!(status == 200 && took < Duration::from_millis(500), "{name}: {status} after {took:?}");
        });
        let (status, _, took) = request(address, "GET", "/readyz", "", "");
        assert!(status == 503 && took < LIMIT, "{name}: {status} after {took:?}");
        end(&cluster);
        let back = Instant::now();
        until(Duration::from_secs(3), serves);
        note(&recovery, back.elapsed());
    }
    println!(
        "{rounds} × 4 outages, an answer after {:?} at most, served again after {:?} at most",
        slowest.into_inner().expect("a time"),
        recovery.into_inner().expect("a time")
    );
}

#[test]
fn an_outage_is_answered_in_time_and_passes() {
    outages(1);
}

#[test]
#[ignore = "long"]
fn ten_times_every_outage_is_answered_in_time_and_passes() {
    outages(10);
}

#[test]
fn two_processes_share_one_database() {
    let cluster = Cluster::shared();
    let program = on(&cluster.url(&cluster.empty_database()));
    // Both find it empty.
    let migrated = thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| program.run(&["migrate", "--json"])));
        both.map(|run| run.join().expect("an end"))
    });
    assert!(migrated.iter().all(|run| run.code == 0 && run.json()["up_to_date"] == true), "{migrated:?}");
    let made = program.run(&["init", "--json"]).json();
    assert_eq!(program.run(&["init"]).code, 1, "there is an administrator already");
    let (key, workspace) = (made["key"].as_str().expect("a key"), made["workspace_id"].as_str().expect("an id"));
    let servers = [program.serve(), program.serve()];
    for name in gateway::dialects::names() {
        for server in &servers {
            let path = format!("/{name}/v1/users?workspace_id={workspace}");
            assert_eq!(request(&server.address, "GET", &path, key, "").0, 200);
        }
    }
    let public = key.split('_').nth(1).expect("a public id");
    assert_eq!(program.run(&["key", "revoke", public]).code, 0);
    for server in &servers {
        let path = format!("/{}/v1/users", gateway::dialects::names()[0]);
        until(Duration::from_secs(1), || request(&server.address, "GET", &path, key, "").0 == 401);
    }
}

#[test]
fn without_its_database_it_says_so_and_ends() {
    let program = on("postgres://diglot:hush@127.0.0.1:1/diglot");
    for command in ["serve", "check", "init", "migrate"] {
        let refused = program.run(&[command]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.error.contains("postgres://diglot@127.0.0.1:1/diglot cannot be opened"), "{refused:?}");
        assert!(!refused.text().contains("hush"), "{refused:?}");
    }
    let empty = Cluster::shared().empty_database();
    let missing = on(&Cluster::shared().url(&empty)).run(&["check"]);
    assert!(missing.code == 1 && missing.error.contains("diglot init"), "{missing:?}");
    let wrong = on("postgres://diglot:hu@sh@127.0.0.1/diglot").run(&["check"]);
    assert!(wrong.code == 2 && wrong.error.contains("database.url") && !wrong.error.contains("sh@"), "{wrong:?}");
}

#[test]
fn a_server_that_cannot_be_trusted_is_a_fault_of_the_settings() {
    let authority = Authority::found();
    let cluster = Cluster::start_with_tls(&authority, "localhost");
    let database = cluster.empty_database();
    let full = format!("sslmode=verify-full&sslrootcert={}", authority.certificate().display());
    let good = on(&cluster.named_url(&database, &full));
    assert_eq!(good.run(&["init"]).code, 0);
    // Whatever is still being opened when the program ends must not make it crash.
    thread::scope(|scope| {
        for _ in 0..6 {
            let check = || (0..20).for_each(|_| assert_eq!(good.run(&["check"]).code, 0));
            scope.spawn(check);
        }
    });
    let strange = Authority::found();
    let strange = format!("sslmode=verify-full&sslrootcert={}", strange.certificate().display());
    let plain = Cluster::start(Make { tcp: true, ..Make::default() });
    for (url, named) in [
        (cluster.named_url(&database, &strange), "certificate verify failed"),
        (cluster.named_url(&database, &full).replace("@localhost", "@elsewhere"), "does not match host name"),
        (plain.named_url("postgres", "sslmode=require"), "does not support SSL"),
    ] {
        for command in ["check", "serve", "init", "migrate"] {
            let refused = on(&url).run(&[command]);
            assert!(refused.code == 2 && refused.error.contains(named), "{refused:?}");
            assert!(refused.error.contains("the store postgres://diglot@"), "{refused:?}");
        }
        let refused = Program::new().run(&["copy", "--from", &url, "--to", "sqlite://new.db"]);
        assert!(refused.code == 2 && refused.error.contains(named), "{refused:?}");
    }
}

#[test]
fn check_looks_at_replicas_too() {
    const TCP: Make = Make { tcp: true, fsync: false, language: None };
    let (primary, stranger) = (Cluster::start(TCP), Cluster::start(TCP));
    let (database, other) = (primary.database(), primary.database());
    let foreign = stranger.database();
    let standby = Standby::start(&primary, Make { tcp: true, ..Make::default() });
    standby.wait_until_it_has_all_of(&primary);
    let foreign_standby = Standby::start(&stranger, TCP);
    foreign_standby.wait_until_it_has_all_of(&stranger);
    let url = primary.tcp_url(&database);
    assert_eq!(on(&url).run(&["init"]).code, 0);
    let checked = |replicas: &[String]| {
        let program = on(&url).with("DIGLOT_DATABASE__REPLICA_URLS", &replicas.join(","));
        program.run(&["check"])
    };
    let good = standby.tcp_url(&database);
    let fine = checked(std::slice::from_ref(&good));
    assert_eq!(fine.code, 0, "{fine:?}");
    for (replica, code, reason) in [
        (stranger.tcp_url(&foreign), 2, "it is no hot standby"),
        (primary.url(&database), 2, "it is no hot standby"),
        (foreign_standby.tcp_url(&foreign), 2, "it follows another server than that of database.url"),
        (standby.tcp_url(&other), 2, "its URL names another database"),
        (standby.tcp_url("postgres"), 2, "it cannot be read: "),
        (standby.named_url(&database, "sslmode=require"), 2, "does not support SSL"),
        (standby.url(&database), 2, "it is the same server as number 0"),
        (standby.tcp_url("nowhere"), 1, "database \"nowhere\" does not exist"),
        (
            standby.named_url(&database, "sslmode=prefer").replace("diglot@", "nobody:hush@"),
            1,
            "role \"nobody\" does not exist",
        ),
        ("postgres://diglot:hush@127.0.0.1:1/diglot".to_owned(), 1, "Connection refused"),
    ] {
        let told = checked(&[good.clone(), replica]);
        let place = "database.replica_urls[1] (variable DIGLOT_DATABASE__REPLICA_URLS): ";
        assert!(told.code == code && told.error.contains(reason), "{reason}: {told:?}");
        assert!(told.error.contains(place) && !told.error.contains("urls[0]"), "{told:?}");
        assert!(!told.error.contains("hush") && !told.error.contains("sqlite"), "{told:?}");
    }
    let twice = checked(&[good.clone(), good]);
    assert!(twice.code == 2 && twice.error.contains("is named twice"), "{twice:?}");
    standby.stop();
    primary.stop();
}

#[test]
fn a_deep_check_tells_what_is_amiss() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let program = on(&cluster.url(&database));
    assert_eq!(program.run(&["init"]).code, 0);
    let whole = program.run(&["check", "--deep", "--json"]);
    assert_eq!((whole.code, whole.json()["amiss"].as_array().map(Vec::len)), (0, Some(0)), "{whole:?}");
    cluster.execute(&database, "UPDATE list_totals SET members = members + 1 WHERE workspace_id = ''");
    assert_eq!(program.run(&["check"]).code, 0, "this does not read everything");
    let told = program.run(&["check", "--deep", "--json"]);
    assert_eq!((told.code, told.json()["store"].as_str()), (1, Some("amiss")), "{told:?}");
    assert!(told.json()["amiss"][0].as_str().is_some_and(|line| line.contains("totals of a role")), "{told:?}");
    let lines = program.run(&["check", "--deep"]);
    assert!(
        lines.code == 1 && lines.output.contains("totals of a role") && lines.error.contains("not in order"),
        "{lines:?}"
    );
}
