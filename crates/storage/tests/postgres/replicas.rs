//! Hot standbys that answer reads: each says as of when it is fresh, and one that is not, or is no standby, is left out.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use storage::testing::{Cluster, Make, Standby};
use storage::{AnyStore, Replica, Settings};
use users::ports::Store;

use crate::house::{House, increment, number, timed, until};

const BOUND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);
const TCP: Make = Make { tcp: true, fsync: false, language: None };

/// A primary with a standby, and a store that reads from there.
struct Scene<'a> {
    standby: &'a Standby,
    store: AnyStore,
    replica: Replica,
}

fn follow(house: &House<'_>, url: &str) -> Replica {
    let mut settings = settings(house);
    settings.replicas.urls = vec![url.parse().expect("a URL")];
    storage::replicas(&settings).expect("threads").pop().expect("a replica")
}

fn settings(house: &House<'_>) -> Settings {
    let mut settings = house.settings();
    settings.replicas.staleness = BOUND;
    settings
}

fn scene<'a>(house: &House<'_>, standby: &'a Standby) -> Scene<'a> {
    let replica = follow(house, &standby.url(&house.database));
    admitted(&replica);
    Scene { standby, store: house.open(), replica }
}

fn admitted(replica: &Replica) {
    until(PATIENCE, || replica.fresh_as_of().is_some());
}

fn count(replica: &Replica) -> users::error::Result<u32> {
    Ok(number(replica.read(|reads| reads.fact("count"))?))
}

/// It stays out, however long one looks.
fn stays_out(replica: &Replica) {
    let end = Instant::now() + 2 * BOUND;
    while Instant::now() < end {
        assert_eq!(replica.fresh_as_of(), None);
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_was_acknowledged_by_then_can_be_read_there() {
    const ROUNDS: u32 = 30;
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let standby = Standby::start(&primary, Make::default());
    let Scene { store, replica, .. } = scene(&house, &standby);
    let mut slowest = Duration::ZERO;
    for round in 1..=ROUNDS {
        assert_eq!(increment(&store), Ok(round));
        let written = Instant::now();
        slowest = slowest.max(until(BOUND, || replica.fresh_as_of().is_some_and(|instant| instant > written)));
        assert_eq!(count(&replica), Ok(round));
    }
    println!("fresh again {slowest:?} after a write at the latest");
    let refused = replica.write(|tx| tx.set_fact("count", "7"));
    assert!(refused.is_err_and(|error| error.to_string().contains("only read")));
    // A primary at rest keeps it fresh, wherever in a segment of its log it rests.
    primary.execute("postgres", "SELECT pg_switch_wal()");
    let end = Instant::now() + 2 * BOUND;
    while Instant::now() < end {
        assert!(replica.fresh_as_of().is_some());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn one_that_falls_behind_is_left_out_and_comes_back() {
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let standby = Standby::start(&primary, Make::default());
    let Scene { standby, store, replica } = scene(&house, &standby);
    for round in 0..2 {
        standby.pause_replay();
        increment(&store).expect("written");
        let written = Instant::now();
        // It may answer who can bear that, for as long as the bound says, and never claims more.
        while let Some(instant) = replica.fresh_as_of() {
            assert!(instant < written, "it shows nothing later");
            assert!(instant.elapsed() < BOUND + Duration::from_millis(100), "it is over time");
            thread::sleep(Duration::from_millis(5));
        }
        assert!(replica.answers() && count(&replica).is_ok());
        stays_out(&replica);
        standby.resume_replay();
        admitted(&replica);
        assert_eq!(count(&replica), Ok(round + 1));
    }
}

#[test]
fn one_that_stands_still_or_is_gone_is_left_out_and_comes_back() {
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let standby = Standby::start(&primary, Make::default());
    let Scene { standby, store, replica } = scene(&house, &standby);
    type Act = fn(&Standby);
    let acts: [(Act, Act); 2] = [(|s| s.freeze(), |s| s.thaw()), (|s| s.stop(), |s| s.start_again())];
    for (begin, end) in acts {
        begin(standby);
        // Even where nothing is written, so that it would have everything.
        until(BOUND, || replica.fresh_as_of().is_none());
        until(BOUND, || !replica.answers());
        let written = increment(&store).expect("written");
        stays_out(&replica);
        end(standby);
        admitted(&replica);
        assert_eq!(count(&replica), Ok(written));
    }
    // A primary that says no more how far it is leaves nobody fresh.
    primary.freeze();
    until(BOUND + Duration::from_millis(100), || replica.fresh_as_of().is_none());
    primary.thaw();
    admitted(&replica);
    primary.restart_immediate();
    primary.wait_until_it_serves();
    admitted(&replica);
    assert!(count(&replica).is_ok());
}

#[test]
fn one_that_is_promoted_is_left_out_and_so_is_one_that_stays_with_another_history() {
    let primary = Cluster::start(TCP);
    let house = House::on(&primary);
    let (heir, other) = (Standby::start(&primary, TCP), Standby::start(&primary, TCP));
    let mut settings = settings(&house);
    settings.url = heir.either_tcp_url(&primary, &house.database).parse().expect("a URL");
    settings.replicas.urls =
        [&heir, &other].map(|standby| standby.url(&house.database).parse().expect("a URL")).to_vec();
    let replicas = storage::replicas(&settings).expect("threads");
    let store = storage::open(&settings).expect("a store");
    replicas.iter().for_each(admitted);
    // The other one hears of writes that the heir never does, and then the primary is gone.
    heir.stop();
    for _ in 0..50 {
        increment(&store).expect("written");
    }
    other.wait_until_it_has_all_of(&primary);
    primary.stop();
    heir.start_again();
    heir.promote();
    until(PATIENCE, || increment(&store).is_ok());
    stays_out(&replicas[0]);
    stays_out(&replicas[1]);
    // The new one overtakes it, and it does not come back for that.
    for _ in 0..100 {
        increment(&store).expect("written");
        thread::sleep(Duration::from_millis(5));
        assert_eq!(replicas[1].fresh_as_of(), None);
    }
    stays_out(&replicas[1]);
    // Who follows the new one is admitted.
    let next = Standby::start(&heir, TCP);
    settings.replicas.urls = vec![next.url(&house.database).parse().expect("a URL")];
    let followed = storage::replicas(&settings).expect("threads").pop().expect("a replica");
    admitted(&followed);
    assert_eq!(Ok(count(&followed).expect("a count") + 1), increment(&store));
}

#[test]
fn a_wrong_one_is_left_out() {
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let other = primary.database();
    let standby = Standby::start(&primary, Make::default());
    let stranger = Cluster::start(Make::default());
    let theirs = House::on(&stranger);
    let follower = Standby::start(&stranger, Make::default());
    primary.execute("postgres", "CREATE ROLE nobody LOGIN");
    standby.wait_until_it_has_all_of(&primary);
    let wrong = [
        primary.url(&house.database),
        standby.url(&other),
        standby.url("postgres"),
        standby.url("nowhere"),
        standby.url(&house.database).replace("diglot@", "nobody@"),
        stranger.url(&theirs.database),
        follower.url(&theirs.database),
        "postgres://127.0.0.1:1/diglot".to_owned(),
    ];
    let right = follow(&house, &standby.url(&house.database));
    let replicas = wrong.map(|url| follow(&house, &url));
    admitted(&right);
    let end = Instant::now() + 3 * BOUND;
    while Instant::now() < end {
        for (n, replica) in replicas.iter().enumerate() {
            assert_eq!(replica.fresh_as_of(), None, "{n}");
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert!(right.fresh_as_of().is_some());
}

/// Leads each connection to the next one of these servers. Ends with the process.
fn balancer(ports: [SocketAddr; 2]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let next = AtomicUsize::new(0);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(ports[next.fetch_add(1, Ordering::Relaxed) % 2]) else { continue };
            for (from, to) in [(&client, &server), (&server, &client)] {
                let (mut from, mut to) = (from.try_clone().expect("a copy"), to.try_clone().expect("a copy"));
                thread::spawn(move || {
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    address
}

#[test]
fn of_several_servers_behind_one_address_only_the_one_that_was_heard_is_read() {
    let primary = Cluster::start(Make::default());
    let house = House::on(&primary);
    let standbys = [Standby::start(&primary, TCP), Standby::start(&primary, TCP)];
    let address = |standby: &Standby| {
        let url = standby.tcp_url("");
        let place = url.rsplit('@').next().expect("a place");
        place.trim_end_matches('/').parse().expect("an address")
    };
    let balancer = balancer(standbys.each_ref().map(address));
    let replica = follow(&house, &format!("postgres://postgres@{balancer}/{}", house.database));
    let store = house.open();
    admitted(&replica);
    // Whichever it was, one of them stands still at what was there before.
    for standby in &standbys {
        standby.pause_replay();
        let mut answered = 0;
        let end = Instant::now() + 2 * BOUND;
        while Instant::now() < end {
            let written = increment(&store).expect("written");
            let at = Instant::now();
            thread::sleep(Duration::from_millis(100));
            let fresh = replica.fresh_as_of().is_some_and(|instant| instant > at);
            let (read, took) = timed(|| count(&replica));
            assert!(took < Duration::from_millis(600), "{took:?}");
            if let (true, Ok(read)) = (fresh, read) {
                assert!(read >= written, "{read} is before {written}");
                answered += 1;
            }
        }
        println!("{answered} reads were answered");
        standby.resume_replay();
        admitted(&replica);
    }
}
