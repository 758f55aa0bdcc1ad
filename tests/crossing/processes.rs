//! Two processes on one database, and both doors of each: one directory all the same.

use std::time::Duration;

use serde_json::json;
use storage::testing::Cluster;

use crate::harness::{Answer, House, Maisa, Mm, NOBODY, Server, Town, at_once, eventually, fresh};

const RACERS: usize = 16;

/// How soon what one process answered holds in the other.
const SOON: Duration = Duration::from_secs(1);

/// Two processes on a database of their own.
struct Pair {
    town: Town,
    second: Server,
    database: String,
}

impl Pair {
    fn new() -> Self {
        let database = Cluster::shared().empty_database();
        let mut house = House::empty();
        house.set("database.url", &Cluster::shared().url(&database));
        let town = Town::in_house(house);
        let second = town.house.serve();
        Self { town, second, database }
    }

    fn servers(&self) -> [&Server; 2] {
        [&self.town.server, &self.second]
    }
}

/// All at once ask for one address, through each door of each process: one gets it, the others are told why not, each in its
/// own way, and there is nothing half.
fn race_for_addresses(rounds: usize) {
    let pair = Pair::new();
    let (key, workspace) = (&pair.town.root.key, &pair.town.first_workspace);
    let mut invited = 0;
    for _ in 0..rounds {
        let name = fresh("wanted");
        let email = format!("{name}@example.com");
        let racers = (0..RACERS).map(|n| -> Box<dyn FnOnce() -> Answer + Send + '_> {
            let (http, email) = (&pair.servers()[n / 2 % 2].http, email.clone());
            if n.is_multiple_of(2) {
                let body = json!({"email": email, "username": fresh("racer"), "password": "correct horse", "default_workspace_id": workspace});
                Box::new(move || Mm::new(http, key).create(body))
            } else {
                Box::new(move || Maisa::new(http, key).create(json!({"email": email, "name": "Racer", "role": "user"})))
            }
        });
        let mut won = Vec::new();
        for (n, answer) in at_once(racers.collect()).into_iter().enumerate() {
            match (answer.status, n % 2) {
                (201, door) => won.push(door),
                (_, 0) => assert_eq!(answer.mm_error(409, "CONFLICT").at("/details"), json!({"field": "email"})),
                _ => assert_eq!(answer.maisa_error(409, "CONFLICT").at("/error/details"), json!({"field": "email"})),
            }
        }
        assert_eq!(won.len(), 1, "one winner: {won:?}");
        invited += won[0];
        for server in pair.servers() {
            let found = Mm::new(&server.http, key).list(&[("workspace_id", workspace), ("search", &email)]).expect(200);
            assert_eq!(found.at("/total"), 1, "one row");
        }
    }
    let messages = Cluster::shared().count(&pair.database, "outbox");
    assert_eq!(usize::try_from(messages), Ok(invited), "who was invited gets one message, and nobody else");
}

#[test]
fn of_sixteen_through_two_processes_one_gets_the_address() {
    race_for_addresses(20);
}

#[test]
#[ignore = "long"]
fn five_hundred_races_for_an_address_have_one_winner_each() {
    race_for_addresses(500);
}

#[test]
fn a_cursor_of_one_process_leads_on_in_the_other() {
    let pair = Pair::new();
    let [first, second] = pair.servers().map(|server| Mm::new(&server.http, &pair.town.root.key));
    let workspace = pair.town.first_workspace.as_str();
    let made: Vec<String> = (0..4)
        .map(|_| {
            let name = fresh("listed");
            let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse"});
            first.create(body).expect(201).str("/user_id")
        })
        .collect();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for turn in 0..made.len() + 1 {
        let reader = if turn.is_multiple_of(2) { &first } else { &second };
        let page = reader.list(&[("workspace_id", workspace), ("limit", "1"), ("cursor", &cursor)]).expect(200);
        seen.push(page.str("/users/0/user_id"));
        cursor = page.at("/next_cursor").as_str().unwrap_or_default().to_owned();
    }
    assert_eq!((&seen[1..], cursor.as_str()), (&made[..], ""), "all of them, in order, and then no more");
}

#[test]
fn an_owner_who_is_demoted_through_one_process_may_no_more_in_the_other() {
    let pair = Pair::new();
    let person = pair.town.workspace().person("admin");
    let [first, second] =
        pair.servers().map(|server| (Mm::new(&server.http, &person.key), Maisa::new(&server.http, &person.key)));
    for (mm, maisa) in [&first, &second] {
        mm.delete(NOBODY).expect(404);
        maisa.delete(NOBODY).expect(404);
    }
    pair.town.mm().update(&person.id, json!({"roles": ["user"]})).expect(200);
    first.0.delete(NOBODY).mm_error(403, "FORBIDDEN");
    first.1.delete(NOBODY).maisa_error(403, "FORBIDDEN");
    eventually(SOON, "the other process refuses", || {
        let statuses = [second.0.delete(NOBODY).status, second.1.delete(NOBODY).status];
        (statuses == [403, 403]).then_some(())
    });
}
