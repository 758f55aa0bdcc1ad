//! Counting, on the store in memory.

use super::*;
use crate::ports::Store;
use crate::testing::MemoryStore;

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_micros(1_767_323_045_000_000 + milliseconds * 1_000).unwrap()
}

fn limited(name: &str, rate: &str) -> Limited {
    (Subject::unknown(name), Rate::parse(rate))
}

fn try_at(store: &MemoryStore, limited: &[Limited], milliseconds: i64) -> Result<(), Duration> {
    let limited = limited.to_vec();
    store.write(move |tx| count(tx, &limited, at(milliseconds))).unwrap().map_err(|spent| spent.retry_after)
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_whole_period_at_once_and_then_one_by_one() {
    let (store, one) = (MemoryStore::new(), [limited("a", "60/min")]);
    assert!((0..60).all(|_| try_at(&store, &one, 5).is_ok()));
    assert_eq!(try_at(&store, &one, 5), Err(SECOND));
    assert_eq!(try_at(&store, &one, 405), Err(SECOND * 6 / 10), "who is refused does not pay");
    assert_eq!(try_at(&store, &one, 1_005), Ok(()));
    assert_eq!(try_at(&store, &one, 1_005), Err(SECOND));
    assert!((0..60).all(|_| try_at(&store, &one, 200_000).is_ok()));
    assert_eq!(try_at(&store, &one, 200_000), Err(SECOND));
}

#[test]
fn what_one_refuses_costs_nothing_of_the_other() {
    let store = MemoryStore::new();
    let (scarce, plenty) = (limited("scarce", "1/h"), limited("plenty", "5/h"));
    let both = [plenty.clone(), scarce.clone()];
    assert_eq!(try_at(&store, &both, 0), Ok(()));
    assert!((0..9).all(|_| try_at(&store, &both, 0) == Err(SECOND * 3_600)));
    assert_eq!((0..9).filter(|_| try_at(&store, std::slice::from_ref(&plenty), 0).is_ok()).count(), 4);
}

#[test]
fn no_rate_is_no_limit_and_leaves_nothing() {
    let store = MemoryStore::new();
    assert!((0..99).all(|_| try_at(&store, &[limited("a", "")], 0).is_ok()));
    assert_eq!(store.attempts(), Vec::new());
}

#[test]
fn a_success_takes_back_one_or_all() {
    let store = MemoryStore::new();
    let (one, all) = (limited("one", "2/h"), limited("all", "2/h"));
    let both = [one.clone(), all.clone()];
    assert!((0..2).all(|_| try_at(&store, &both, 0).is_ok()));
    let (back, cleared) = (one.clone(), all.0.clone());
    store.write(move |tx| take_back(tx, &back, at(0)).and_then(|()| clear(tx, &cleared))).unwrap();
    let left = |who: &Limited| (0..9).filter(|_| try_at(&store, std::slice::from_ref(who), 0).is_ok()).count();
    assert_eq!((left(&one), left(&all)), (1, 2));
}

#[test]
fn a_clock_that_was_put_back_bars_nobody_for_longer_than_a_period() {
    let (store, one) = (MemoryStore::new(), [limited("a", "1/s")]);
    assert_eq!(try_at(&store, &one, 86_400_000), Ok(()));
    assert_eq!(try_at(&store, &one, 0), Err(SECOND));
    assert_eq!(try_at(&store, &one, 400), Err(SECOND * 6 / 10), "it comes down by the clock that is");
    assert_eq!(try_at(&store, &one, 1_000), Ok(()));
}

#[test]
fn a_rate_that_is_loosened_holds_from_now_on() {
    let store = MemoryStore::new();
    assert!((0..2).all(|_| try_at(&store, &[limited("a", "2/h")], 0).is_ok()));
    let loose = [limited("a", "60/s")];
    assert!(try_at(&store, &loose, 0).is_err());
    assert_eq!(try_at(&store, &loose, 20), Ok(()));
    assert!((0..60).all(|_| try_at(&store, &loose, 1_020).is_ok()));
}

#[test]
fn who_is_refused_learns_nothing_but_the_longest_wait_and_it_is_known_whose_that_is() {
    let store = MemoryStore::new();
    let (slow, quick) = (limited("slow", "1/h"), limited("quick", "1/s"));
    let both = [slow.clone(), quick];
    assert_eq!(try_at(&store, &both, 0), Ok(()));
    let spent = store.write(move |tx| count(tx, &both, at(0))).unwrap();
    assert_eq!(spent, Err(Spent { retry_after: SECOND * 3_600, whose: slow.0 }));
}

#[test]
fn what_says_nothing_any_more_goes() {
    let store = MemoryStore::new();
    for n in 0..100 {
        assert_eq!(try_at(&store, &[limited(&n.to_string(), "1/s")], 0), Ok(()));
    }
    assert_eq!(store.attempts().len(), 100);
    for n in 0..7 {
        assert_eq!(try_at(&store, &[limited("again", "10/s")], 5_000 + n), Ok(()));
    }
    assert_eq!(store.attempts().len(), 1);
}

#[test]
fn neighbours_in_a_network_of_ipv6_are_one_and_addresses_of_ipv4_are_not() {
    let peer = |address: &str| Subject::peer(address.parse().unwrap()).to_string();
    assert_eq!(peer("192.0.2.1"), "peer:192.0.2.1");
    assert_eq!(peer("::ffff:192.0.2.1"), "peer:192.0.2.1");
    assert_eq!(peer("2001:db8:1:2:3:4:5:6"), "peer:2001:db8:1:2::/64");
    assert_eq!(peer("2001:db8:1:2::"), peer("2001:db8:1:2:ffff::"));
}

#[test]
fn nothing_that_was_typed_is_kept() {
    let unknown = Subject::unknown("ada@example.com");
    assert!(unknown.as_str().starts_with("name:") && unknown.as_str().len() == 5 + 64);
    assert!(!unknown.as_str().contains("ada"));
    let mail = |text: &str| Subject::mail(&Email::parse(text).unwrap());
    assert_eq!(mail("ADA@Example.COM"), mail("ada@example.com"));
    assert!(!mail("ada@example.com").as_str().contains("ada"));
}
