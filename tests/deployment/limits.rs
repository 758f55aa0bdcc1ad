//! How often a key may call, and an address may present one that is none.

use std::time::Duration;

use crate::accounts::desk::{PASSWORD, somebody, token};
use crate::harness::{Answer, Request, Town, eventually};

/// Requires a 429 that says when to come again, and gives that time.
#[track_caller]
fn wait(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.story());
    let seconds = answer.header("retry-after").unwrap_or_default().parse().unwrap();
    assert!(seconds >= 1, "{}", answer.story());
    seconds
}

#[test]
fn a_key_with_a_plan_may_call_each_operation_so_often_and_others_as_they_like() {
    let town = Town::with(&[("plans.standard", "3/min")]);
    let key = town.key(&["--workspace", "*", "--permission", "users:read", "--plan", "standard"]);
    let free = town.key(&["--workspace", "*", "--permission", "users:read"]);
    let (mm, maisa) = (town.mm_as(&key.secret), town.maisa_as(&key.secret));
    for _ in 0..3 {
        maisa.get(&town.root.id).expect(200);
    }
    let refused = maisa.get(&town.root.id).maisa_error(429, "RATE_LIMITED");
    assert!((1..=20).contains(&wait(&refused)), "a third of a minute at most: {}", refused.story());
    assert_eq!(refused.at("/error/details"), serde_json::json!({}));
    // Each operation counts for itself, and in each dialect.
    let list = [("workspace_id", town.first_workspace.as_str())];
    for _ in 0..3 {
        mm.list(&list).expect(200);
    }
    let refused = mm.list(&list).expect(429);
    assert_eq!(
        (refused.str("/error"), refused.at("/details/retry_after")),
        ("RATE_LIMIT_EXCEEDED".to_owned(), serde_json::json!(wait(&refused)))
    );
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    for _ in 0..20 {
        town.maisa_as(&free.secret).get(&town.root.id).expect(200);
    }
    let taken = town.cli(&["key", "plan", &key.id, "none", "--json"]).done();
    assert!(taken.json()["plan"].is_null());
    eventually(Duration::from_secs(2), "the plan is gone", || (maisa.get(&town.root.id).status == 200).then_some(()));
    for _ in 0..20 {
        maisa.get(&town.root.id).expect(200);
    }
}

#[test]
fn the_rate_of_an_operation_holds_for_every_key_and_the_stricter_one_wins() {
    let town = Town::with(&[("plans.enterprise", "2/h"), ("routes.maisa.listUsers.rate_limit", "4/h")]);
    let keys = ["enterprise", "standard"]
        .map(|plan| town.key(&["--workspace", "*", "--permission", "users:read", "--plan", plan]).secret);
    let served = |key: &str| (0..10).filter(|_| town.maisa_as(key).list(&[]).status == 200).count();
    assert_eq!((served(&keys[0]), served(&keys[1]), served(&town.root.key)), (2, 4, 4));
    let refused = town.maisa_as(&keys[0]).list(&[]).maisa_error(429, "RATE_LIMITED");
    assert!(wait(&refused) > 900, "two an hour: {}", refused.story());
    // What is refused before it is known who asks costs nothing, and neither does what comes in vain.
    assert_eq!(town.maisa().list(&[("limit", "0")]).status, 429);
    town.maisa().get(&town.root.id).expect(200);
}

#[test]
fn who_needs_no_key_is_counted_by_its_address() {
    let town = Town::with(&[
        ("dialects.mechamental.rate_limit", "2/h"),
        ("limits.trusted_proxies", "127.0.0.1"),
        ("limits.failed_authentications", ""),
    ]);
    let bodies = [
        ("POST", "login", r#"{"username": "nobody", "password": "x"}"#),
        ("POST", "password/forgot", r#"{"email": "nobody@example.com"}"#),
        ("GET", "config", ""),
    ];
    for (method, path, body) in bodies {
        let ask = |address: &str| {
            let request = Request::new(method, &format!("/v1/auth/{path}")).header("X-Forwarded-For", address);
            let request = if body.is_empty() { request } else { request.json(body.to_owned()) };
            town.server.http.send(&request).unwrap()
        };
        let refused =
            (0..3).map(|_| ask("192.0.2.1")).collect::<Vec<_>>().pop().unwrap().mm_error(429, "RATE_LIMIT_EXCEEDED");
        assert!(wait(&refused) > 900, "{}", refused.story());
        assert_ne!(ask("192.0.2.2").status, 429, "{path}");
    }
}

#[test]
fn another_session_is_not_another_caller() {
    let town = Town::with(&[("routes.mechamental.getCurrentUser.rate_limit", "2/h")]);
    let (_, email) = somebody(&town.workspace());
    let calls = (0..3).map(|_| town.mm_as(&token(&town, &email, PASSWORD)).me().status);
    assert_eq!(calls.collect::<Vec<_>>(), [200, 200, 429]);
}

#[test]
fn who_comes_again_when_it_was_told_to_is_served() {
    let town = Town::with(&[("routes.maisa.getUser.rate_limit", "2/s")]);
    for _ in 0..4 {
        let refused = eventually(Duration::from_secs(5), "too often", || {
            Some(town.maisa().get(&town.root.id)).filter(|answer| answer.status != 200)
        });
        std::thread::sleep(Duration::from_secs(wait(&refused)));
        town.maisa().get(&town.root.id).expect(200);
    }
}

#[test]
fn an_address_that_presents_too_many_wrong_keys_is_told_so_and_good_keys_from_there_are_served() {
    let town = Town::with(&[("limits.failed_authentications", "5/h"), ("limits.trusted_proxies", "127.0.0.0/8")]);
    let (wrong, ask) = ("dgl_nobody", |request: Request| town.server.http.send(&request).unwrap());
    let list = "/maisa/v1/users";
    for _ in 0..3 {
        ask(Request::get(list).header("X-API-Key", wrong)).maisa_error(401, "UNAUTHORIZED");
    }
    for _ in 0..2 {
        ask(Request::get("/mechamental/v1/users/me")).expect(401);
    }
    let refused = ask(Request::get(list).header("X-API-Key", wrong)).maisa_error(429, "RATE_LIMITED");
    assert!(wait(&refused) > 600 && refused.header("www-authenticate").is_none(), "{}", refused.story());
    let refused = ask(Request::get("/mechamental/v1/users/me").header("Authorization", "Bearer x")).expect(429);
    assert_eq!(refused.at("/details/retry_after"), serde_json::json!(wait(&refused)));
    for _ in 0..10 {
        town.maisa().list(&[]).expect(200);
        town.mm().me().expect(200);
    }
    // A proxy that is trusted speaks for others; what anybody can write is not believed.
    let from = |address: &str| ask(Request::get(list).header("X-Forwarded-For", address)).status;
    assert_eq!((0..7).map(|_| from("192.0.2.9, 198.51.100.7")).filter(|status| *status == 401).count(), 5);
    assert_eq!((from("192.0.2.77, 198.51.100.7"), from("198.51.100.8")), (429, 401));
}

#[test]
fn a_plan_that_the_settings_do_not_have_is_a_mistake_that_is_told() {
    let mut town = Town::new();
    let refused = town.cli(&["key", "create", "--workspace", "*", "--permission", "users:read", "--plan", "gold"]);
    refused.misused().naming("enterprise, standard");
    town.cli(&["key", "plan", "aaaaaaaaaaaaaaaa", "gold"]).misused().naming("[plans]");
    town.cli(&["key", "plan", "aaaaaaaaaaaaaaaa", "standard"]).refused().naming("no key");
    // A plan that was taken out of the settings leaves its keys without one.
    let file = town.house.write_file("plans.toml", "[plans]\ngold = \"1/h\"\n");
    town.house.file(&file);
    let key = town.key(&["--workspace", "*", "--permission", "users:read", "--plan", "gold"]);
    assert!(town.cli(&["key", "list"]).done().out.contains("gold"));
    town.cli(&["check"]).done();
    town.house.unset("config");
    town.cli(&["check"]).refused().naming(&key.id).naming("gold");
    for _ in 0..3 {
        town.maisa_as(&key.secret).list(&[]).expect(200);
    }
    let told = |town: &Town| town.server.log().matches("keys have a plan that the settings do not know").count();
    eventually(Duration::from_secs(5), "it is told", || (told(&town) == 1).then_some(()));
}

#[test]
fn a_key_that_is_pinned_to_a_dialect_is_refused_by_the_other_which_says_so() {
    let town = Town::new();
    let key = town.key(&["--workspace", "*", "--permission", "users:read"]);
    let (mm, maisa) = (town.mm_as(&key.secret), town.maisa_as(&key.secret));
    let soon = Duration::from_secs(2);
    town.cli(&["key", "pin", &key.id, "maisa"]).done();
    eventually(soon, "it is pinned", || (mm.get(&town.root.id).status == 403).then_some(()));
    let refused = mm.get(&town.root.id).expect(403);
    assert_eq!(
        (refused.str("/error"), refused.str("/details/pinned_to")),
        ("FORBIDDEN".to_owned(), "maisa".to_owned())
    );
    maisa.get(&town.root.id).expect(200);
    // Whatever the mount; but what is wrong with a body is told before it is known who asks.
    mm.clone().at("/mechamental").me().expect(403);
    mm.create("{").expect(422);
    town.cli(&["key", "pin", &key.id, "mechamental"]).done();
    eventually(soon, "it is pinned elsewhere", || (mm.get(&town.root.id).status == 200).then_some(()));
    let refused = maisa.get(&town.root.id).maisa_error(403, "FORBIDDEN");
    assert_eq!(refused.str("/error/details/pinnedTo"), "mechamental");
    town.cli(&["key", "pin", &key.id, "none"]).done();
    eventually(soon, "it is free", || (maisa.get(&town.root.id).status == 200).then_some(()));
    mm.get(&town.root.id).expect(200);
}
