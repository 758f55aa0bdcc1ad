//! Two processes on one database, and requests that are to have their effect once, whichever of the two they reach.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

use storage::testing::Cluster;

use super::harness::Program;

/// A client of a dialect, which sends the same request over and over.
struct Client<'a> {
    dialect: &'a str,
    key: &'a str,
    name: String,
    body: String,
}

/// What it is answered.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    is_replayed: bool,
    location: Option<String>,
    body: String,
}

impl<'a> Client<'a> {
    /// The body is one that every dialect takes; each leaves out what it has no word for.
    fn new(dialect: &'a str, key: &'a str, workspace: &str, name: &str) -> Self {
        let name = format!("{name}-{dialect}");
        let body = format!(
            r#"{{"email":"{name}@example.com","username":"{name}","name":"{name}","password":"correct horse","role":"user","default_workspace_id":"{workspace}"}}"#
        );
        Self { dialect, key, name, body }
    }

    fn create(&self, address: &str) -> Answer {
        let Self { dialect, key, name, body } = self;
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "POST /{dialect}/v1/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nX-API-Key: {key}\r\n\
             Idempotency-Key: \"{name}\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let is_replayed = header("idempotent-replayed: ").is_some_and(|value| value == "true");
        Answer { status, is_replayed, location: header("location: "), body: body.to_owned() }
    }
}

fn replay_of(answer: &Answer) -> Answer {
    Answer { is_replayed: true, location: answer.location.clone(), body: answer.body.clone(), ..*answer }
}

#[test]
fn a_repeat_may_come_to_another_process() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let program = Program::new().with("DIGLOT_DATABASE__URL", &cluster.url(&database));
    let made = program.run(&["init", "--json"]).json();
    let (key, workspace) = (made["key"].as_str().expect("a key"), made["workspace_id"].as_str().expect("an id"));
    let (one, other) = (program.serve(), program.serve());
    let clients: Vec<Client> =
        gateway::dialects::names().iter().map(|name| Client::new(name, key, workspace, "ada")).collect();
    let answers: Vec<Answer> = clients.iter().map(|client| client.create(&one.address)).collect();
    for (client, first) in clients.iter().zip(&answers) {
        assert!(first.status == 201 && !first.is_replayed && first.location.is_some(), "{first:?}");
        assert_eq!(client.create(&other.address), replay_of(first));
    }
    // As a crash does.
    drop((one, other));
    let again = program.serve();
    for (client, first) in clients.iter().zip(&answers) {
        assert_eq!(client.create(&again.address), replay_of(first));
    }
}

#[test]
fn a_repeat_may_come_to_a_copy() {
    let (program, workspace, _) = Program::initialised();
    let key = program
        .run(&[
            "key",
            "create",
            "--workspace",
            &workspace,
            "--permission",
            "users:write",
            "--permission",
            "users:read",
            "--permission",
            "projects:read",
            "--permission",
            "projects:write",
            "--json",
        ])
        .json();
    let key = key["key"].as_str().expect("a key");
    let server = program.serve();
    let clients: Vec<Client> =
        gateway::dialects::names().iter().map(|name| Client::new(name, key, &workspace, "ada")).collect();
    let answers: Vec<Answer> = clients.iter().map(|client| client.create(&server.address)).collect();
    drop(server);
    let copied = program.run(&["copy", "--from", "sqlite://data/diglot.db", "--to", "sqlite://data/copy.db"]);
    assert_eq!(copied.code, 0, "{copied:?}");
    let server = program.with("DIGLOT_DATABASE__URL", "sqlite://data/copy.db").serve();
    for (client, first) in clients.iter().zip(&answers) {
        assert_eq!((first.status, client.create(&server.address)), (201, replay_of(first)));
    }
}

#[test]
fn of_sixteen_over_two_processes_one_creates() {
    const RACERS: usize = 16;
    const ROUNDS: usize = 6;
    let cluster = Cluster::shared();
    let database = cluster.database();
    let program = Program::new().with("DIGLOT_DATABASE__URL", &cluster.url(&database));
    let made = program.run(&["init", "--json"]).json();
    let (key, workspace) = (made["key"].as_str().expect("a key"), made["workspace_id"].as_str().expect("an id"));
    let servers = [program.serve(), program.serve()];
    let dialects = gateway::dialects::names();
    for round in 0..ROUNDS {
        for dialect in &dialects {
            let client = Client::new(dialect, key, workspace, &format!("racer{round}"));
            let start = Barrier::new(RACERS);
            let answers: Vec<Answer> = thread::scope(|scope| {
                let race = |n: usize| {
                    let (client, start, address) = (&client, &start, &servers[n % servers.len()].address);
                    move || {
                        start.wait();
                        client.create(address)
                    }
                };
                let racers: Vec<_> = (0..RACERS).map(|n| scope.spawn(race(n))).collect();
                racers.into_iter().map(|racer| racer.join().expect("an answer")).collect()
            });
            let created: Vec<&Answer> = answers.iter().filter(|a| a.status == 201 && !a.is_replayed).collect();
            let [first] = created[..] else { panic!("{answers:?}") };
            let under_way = |answer: &Answer| answer.status == 409 && answer.body.contains("still being processed");
            for answer in &answers {
                assert!(answer == first || *answer == replay_of(first) || under_way(answer), "{answer:?}");
            }
        }
    }
    let users = 1 + ROUNDS * dialects.len();
    cluster.execute(&database, &format!("DO $$ BEGIN ASSERT (SELECT count(*) FROM users) = {users}; END $$"));
    let messages = "SELECT count(*) = count(DISTINCT user_id) FROM outbox";
    cluster.execute(&database, &format!("DO $$ BEGIN ASSERT ({messages}), 'a message twice'; END $$"));
}
