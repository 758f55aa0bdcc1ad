//! Several processes share the work.

use std::collections::BTreeMap;
use std::time::Duration;

use storage::testing::Cluster;

use super::{Mood, Sink, house, invite, queue, settle};
use crate::harness::{House, Town, eventually};

const USERS: usize = 60;

/// A message is held for longer than an attempt may take, so nobody else begins with it meanwhile.
#[test]
fn what_takes_long_is_sent_once() {
    let sink = Sink::new(Mood::Slow(Duration::from_secs(4)));
    let mut house = house(sink.address);
    house.set("mail.timeout", "10s");
    let town = Town::in_house(house);
    let neighbour = town.house.neighbour();
    let _second = neighbour.serve();
    invite(&town.server, &town.root.key);
    eventually(Duration::from_secs(15), "it is noted", || queue(&town.house).is_empty().then_some(()));
    assert_eq!(sink.received().len(), 1);
}

/// Each gets one mail, and both processes have sent some.
fn shared_by_two(sink: &Sink, house: House) {
    let town = Town::in_house(house);
    let neighbour = town.house.neighbour();
    let second = neighbour.serve();
    let servers = [&town.server, &second];
    let invited: Vec<String> = (0..USERS).map(|n| invite(servers[n % 2], &town.root.key).1).collect();
    sink.await_mails(USERS, Duration::from_secs(60));
    eventually(Duration::from_secs(10), "nothing waits", || queue(&town.house).is_empty().then_some(()));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for mail in sink.received() {
        *counts.entry(mail.to[0].clone()).or_default() += 1;
    }
    assert_eq!(counts, invited.into_iter().map(|address| (address, 1)).collect());
    for server in servers {
        let sent = server.log().matches("a mail was sent").count();
        println!("one of two processes has sent {sent}");
        assert!(sent > 0, "both work");
    }
}

#[test]
fn two_processes_send_each_mail_once() {
    let sink = Sink::new(Mood::Slow(Duration::from_millis(50)));
    shared_by_two(&sink, house(sink.address));
}

#[test]
fn two_processes_on_a_server_send_each_mail_once() {
    let sink = Sink::new(Mood::Slow(Duration::from_millis(50)));
    let mut house = House::empty();
    settle(&mut house, sink.address);
    house.set("database.url", &Cluster::shared().url(&Cluster::shared().empty_database()));
    shared_by_two(&sink, house);
}
