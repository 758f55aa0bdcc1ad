//! Killed in the middle of sending: every mail arrives, and again only if nothing could be noted any more.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use super::{Mood, Sink, house, invite, queue};
use crate::harness::{House, Town, eventually};

/// How many are invited for each kill.
const INVITED: usize = 6;

/// The ids of the messages that are in the store.
fn waiting(house: &House) -> BTreeSet<String> {
    queue(house).iter().map(|message| message["message_id"].as_str().unwrap().to_owned()).collect()
}

fn id(message_id: &str) -> String {
    message_id.trim_start_matches('<').split('@').next().unwrap().to_owned()
}

fn killed(rounds: usize) {
    let sink = Sink::new(Mood::Slow(Duration::from_millis(6)));
    let town = Town::in_house(house(sink.address));
    let Town { mut server, house, root, .. } = town;
    let mut invited = Vec::new();
    // For each message, in how many rounds it was taken by the mail server and yet stayed in the store, since the kill was quicker.
    let mut unnoted: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = 0;
    for round in 0..rounds {
        invited.extend((0..INVITED).map(|_| invite(&server, &root.key).1));
        // Some mails after the last kill, and some moment after that one: before its acceptance is known, before it is noted, after.
        let after = seen + 1 + round % INVITED;
        eventually(Duration::from_secs(60), "mails are sent", || (sink.received().len() >= after).then_some(()));
        thread::sleep(Duration::from_micros(700 * (round as u64 * 7 % 23)));
        server.kill();
        // The mail server finishes what it has heard.
        thread::sleep(Duration::from_millis(40));
        let (received, left) = (sink.received(), waiting(&house));
        for message in received[seen..].iter().map(|mail| id(&mail.id())).filter(|id| left.contains(id)) {
            *unnoted.entry(message).or_default() += 1;
        }
        seen = received.len();
        server = house.serve();
    }
    eventually(Duration::from_secs(120), "nothing waits", || queue(&house).is_empty().then_some(()));
    let received = sink.received();
    let mut by_address: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for mail in &received {
        by_address.entry(&mail.to[0]).or_default().push(mail);
    }
    let mut repeats = 0;
    for address in &invited {
        let mails = by_address.get(address.as_str()).unwrap_or_else(|| panic!("lost: {address}"));
        let ids: BTreeSet<String> = mails.iter().map(|mail| mail.id()).collect();
        assert_eq!(ids.len(), 1, "a repeat has the same Message-ID: {ids:?}");
        let expected = unnoted.get(&id(ids.first().unwrap())).copied().unwrap_or_default();
        assert_eq!(mails.len(), 1 + expected, "{address}: again only for a kill between acceptance and mark");
        let tokens: BTreeSet<String> = mails.iter().map(|mail| mail.token()).collect();
        assert_eq!(tokens.len(), mails.len(), "each has a token of its own");
        repeats += expected;
    }
    assert_eq!(received.len(), invited.len() + repeats);
    println!(
        "{rounds} kills, {} mails asked for, {} arrived, {repeats} of them repeats",
        invited.len(),
        received.len()
    );
}

#[test]
fn eight_kills_lose_no_mail() {
    killed(8);
}

#[test]
#[ignore = "long"]
fn a_hundred_kills_lose_no_mail() {
    killed(100);
}
