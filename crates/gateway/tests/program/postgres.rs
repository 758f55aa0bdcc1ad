//! The program on PostgreSQL: the same, on a store that can go away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use storage::testing::{Cluster, Make};

use super::harness::Program;

const LIMIT: Duration = Duration::from_secs(2);

/// A house whose store is a new database of this server.
fn on(url: &str) -> Program {
    Program::new().with("DIGLOT_DATABASE__URL", url)
}

/// One request: the status, the head, and how long it took.
fn ask(address: &str, method: &str, path: &str, key: &str) -> (u16, String, Duration) {
    let begin = Instant::now();
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nX-API-Key: {key}\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
    (status, answer, begin.elapsed())
}

fn until(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < limit, "not within {limit:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_outage_is_answered_in_time_and_passes() {
    let cluster = Cluster::start(Make { tcp: true, fsync: false });
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
        let answers: Vec<u16> = requests.iter().map(|(method, path)| ask(address, method, path, key).0).collect();
        answers.iter().all(|status| [200, 404].contains(status)) && ask(address, "GET", "/readyz", "").0 == 200
    };
    assert!(serves());

    type Act = fn(&Cluster);
    let outages: [(&str, Act, Act); 3] = [
        ("frozen", Cluster::freeze, Cluster::thaw),
        ("stopped", Cluster::stop, Cluster::start_again),
        ("frozen again", Cluster::freeze, Cluster::thaw),
    ];
    for (name, begin, end) in outages {
        begin(&cluster);
        // More at once than there are connections: nobody waits for those that are stuck.
        thread::scope(|scope| {
            for n in 0..24 {
                let (method, path) = &requests[n % requests.len()];
                scope.spawn(move || {
                    let (status, answer, took) = ask(address, method, path, key);
                    assert!(status == 503 && took < LIMIT, "{name}: {status} after {took:?}");
                    assert!(answer.to_ascii_lowercase().contains("\r\nretry-after: "), "{name}: {answer}");
                });
            }
            let (status, _, took) = ask(address, "GET", "/healthz", "");
            assert!(status == 200 && took < Duration::from_millis(500), "{name}: {status} after {took:?}");
        });
        let (status, _, took) = ask(address, "GET", "/readyz", "");
        assert!(status == 503 && took < LIMIT, "{name}: {status} after {took:?}");
        end(&cluster);
        until(Duration::from_secs(3), serves);
    }
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
            assert_eq!(ask(&server.address, "GET", &path, key).0, 200);
        }
    }
    let public = key.split('_').nth(1).expect("a public id");
    assert_eq!(program.run(&["key", "revoke", public]).code, 0);
    for server in &servers {
        let path = format!("/{}/v1/users", gateway::dialects::names()[0]);
        until(Duration::from_secs(1), || ask(&server.address, "GET", &path, key).0 == 401);
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
