//! The hot standbys that tests are made with do what standbys do.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use storage::Settings;
use storage::testing::{Cluster, Make, Standby};

use crate::house::{House, increment, look};

const TCP: Make = Make { tcp: true, fsync: false, language: None };

#[test]
fn a_standby_shows_what_the_primary_has_written_and_takes_its_place() {
    let primary = Cluster::start(TCP);
    let house = House::on(&primary);
    let standby = Standby::start(&primary, TCP);
    let urls = [standby.either_url(&primary, &house.database), standby.either_tcp_url(&primary, &house.database)];
    let open = |url: &String| storage::open(&Settings::new(url.parse().expect("a URL"))).expect("a store");
    let stores = urls.each_ref().map(open);
    assert_eq!(increment(&stores[0]), Ok(1));
    standby.wait_until_it_has_all_of(&primary);
    let there = storage::open_existing(&Settings::new(standby.url(&house.database).parse().expect("a URL")));
    let there = there.expect("a store that is there");
    assert_eq!(look(&there), Ok(Some("1".to_owned())));
    increment(&there).expect_err("it only reads");

    standby.pause_replay();
    assert_eq!(increment(&stores[1]), Ok(2));
    assert_eq!(look(&there), Ok(Some("1".to_owned())));
    standby.resume_replay();
    standby.wait_until_it_has_all_of(&primary);
    assert_eq!(look(&there), Ok(Some("2".to_owned())));

    primary.stop();
    standby.promote();
    assert_eq!(increment(&open(&urls[0])), Ok(3));
    assert_eq!(increment(&open(&urls[1])), Ok(4));
}

#[test]
fn a_commit_waits_for_a_synchronous_standby() {
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let store = house.open();
    let standby = Standby::start(&primary, Make::default());
    standby.make_synchronous(&primary);
    assert_eq!(increment(&store), Ok(1));
    standby.freeze();
    thread::scope(|scope| {
        let (written, done) = mpsc::channel();
        let store = &store;
        scope.spawn(move || written.send(increment(store)));
        done.recv_timeout(Duration::from_millis(300)).expect_err("the standby stands still");
        standby.thaw();
        assert_eq!(done.recv_timeout(Duration::from_secs(10)).expect("an answer"), Ok(2));
    });
    standby.stop();
    primary.make_asynchronous();
    assert_eq!(increment(&store), Ok(3));
    standby.start_again();
    standby.wait_until_it_follows(&primary);
}
