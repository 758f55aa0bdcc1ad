//! Mail: what was asked for arrives, at least once, whatever dies or stays away meanwhile; and nobody waits for it.

mod kill;
mod latency;
mod sending;
mod settings;
mod sharing;
mod sink;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{House, Maisa, Server, Town, fresh};
pub use sink::{Mood, Sink};

/// Long enough for everything that is not delayed on purpose.
pub const SOON: Duration = Duration::from_secs(10);

/// A house whose mail goes to this address.
fn house(sink: std::net::SocketAddr) -> House {
    let mut house = House::vacant();
    settle(&mut house, sink);
    house
}

fn settle(house: &mut House, sink: std::net::SocketAddr) {
    for (name, value) in [
        ("mail.transport", "smtp"),
        ("mail.host", "127.0.0.1"),
        ("mail.port", &sink.port().to_string()),
        ("mail.security", "none"),
        ("mail.sender", "Example <accounts@example.com>"),
        ("mail.public_url", "https://accounts.example.com/in/"),
        ("mail.timeout", "1s"),
    ] {
        house.set(name, value);
    }
}

/// A town whose mail goes to this server.
pub fn town(sink: &Sink) -> Town {
    Town::in_house(house(sink.address))
}

/// Creates somebody through Maisa who is invited. Gives the id and the address.
fn invite(server: &Server, key: &str) -> (String, String) {
    let address = format!("{}@example.com", fresh("invited"));
    let body = json!({"email": address, "name": "Ada Lovelace", "role": "user", "sendActivationEmail": true});
    (Maisa::new(&server.http, key).create(body).expect(201).str("/data/id"), address)
}

/// `diglot mail queue --json`.
pub fn queue(house: &House) -> Vec<Value> {
    house.cli(&["mail", "queue", "--json"]).done().json().as_array().unwrap().clone()
}
