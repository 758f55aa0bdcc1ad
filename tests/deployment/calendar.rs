//! The calendar of an operation: what is announced, brownouts, and the end.

use serde_json::json;
use users::PresentedKey;

use super::hours_ago;
use crate::harness::{Answer, House, Request, Town};

/// A town with this file of settings.
fn town(settings: &str) -> Town {
    let mut house = House::vacant();
    let file = house.write_file("calendar.toml", settings);
    house.file(&file);
    Town::in_house(house)
}

/// The three headers.
fn announced(answer: &Answer) -> [Option<&str>; 3] {
    ["deprecation", "sunset", "link"].map(|name| answer.header(name))
}

#[test]
fn every_answer_of_an_operation_says_what_is_to_become_of_it() {
    let town = town(
        "[dialects.mechamental]\ndeprecated = 2026-01-01\nsunset = \"2099-06-30T23:59:59Z\"\n\
         [routes.\"mechamental.getUser\"]\nsuccessor = \"maisa.getUser\"\n\
         [routes.\"mechamental.listUsers\"]\nsuccessor = \"https://api.example.com/v2/users?x=1\"\n",
    );
    let dates = [Some("@1767225600"), Some("Tue, 30 Jun 2099 23:59:59 GMT")];
    let mm = town.mm();
    let place = town.workspace();
    place.user("somebody");
    place.user("else");
    let (id, other) = (&town.root.id, "0190a000-0000-7000-8000-00000000dead");
    let link = |id: &str| format!("</maisa/v1/users/{id}>; rel=\"successor-version\"");
    for (answer, status, id) in [
        (mm.get(id), 200, id.as_str()),
        (mm.clone().at("/mechamental").get(id), 200, id),
        (mm.get(other), 404, other),
        (mm.get("a >é"), 404, "a%20%3E%C3%A9"),
        (town.mm_as("wrong").get(id), 401, id),
    ] {
        let link = link(id);
        assert_eq!(announced(&answer.expect(status)), [dates[0], dates[1], Some(link.as_str())]);
    }
    // A list has a link of its own, which stays.
    let page = mm.list(&[("workspace_id", &place.id), ("limit", "1")]).expect(200);
    let links = page.header("link").unwrap();
    assert!(
        links.contains("rel=\"next\"")
            && links.ends_with("<https://api.example.com/v2/users?x=1>; rel=\"successor-version\""),
        "{links}"
    );
    assert_eq!(announced(&mm.list(&[]).expect(422))[..2], dates);
    assert_eq!(announced(&mm.create(json!({})).expect(422)), [dates[0], dates[1], None]);
    assert_eq!(announced(&town.maisa().get(id).expect(200)), [None, None, None]);
}

#[test]
fn a_calendar_that_cannot_be_kept_is_refused() {
    let house = House::vacant();
    let file = house.write_file(
        "wrong.toml",
        "[dialects.maisa]\ndeprecated = 2026-02-01\nsunset = 2026-01-01\n\
         [routes.\"maisa.getUser\"]\nsuccessor = \"maisa.getUser\"\n\
         [routes.\"maisa.listUsers\"]\nsuccessor = \"mechamental.getUser\"\n\
         [routes.\"maisa.createUser\"]\nsuccessor = \"elsewhere\"\nbrownouts = [{ at = \"soon\", for = \"99d\" }]\nexempt = [\"me\"]\n",
    );
    let refused = house.cli(&["check", &file.display().to_string()]).misused();
    for words in [
        "sunset",
        "is the operation itself",
        "has an id in its path, which requests of this operation do not tell",
        "empty for none, an operation",
        "brownouts[0].at",
        "brownouts[0].for",
        "exempt[0]",
    ] {
        assert!(format!("{}{}", refused.out, refused.err).contains(words), "{words}: {}", refused.story());
    }
}

#[test]
fn a_successor_is_looked_for_where_the_request_came_from() {
    let town = town(
        "[dialects.mechamental]\nhosts = [\"old.example\"]\n[dialects.maisa]\nhosts = [\"new.example\"]\nprefix = \"/people\"\n\
         [routes.\"mechamental.getUser\"]\nsuccessor = \"maisa.getUser\"\n",
    );
    let key = format!("Bearer {}", town.root.key);
    let link = |request: Request| {
        let answer = town.server.http.send(&request.header("Authorization", &key)).unwrap().expect(200);
        answer.header("link").unwrap().to_owned()
    };
    let id = &town.root.id;
    let successor = |base: &str| format!("<{base}/v1/users/{id}>; rel=\"successor-version\"");
    assert_eq!(
        link(Request::get(&format!("/v1/users/{id}")).header("Host", "old.example")),
        successor("//new.example")
    );
    assert_eq!(link(Request::get(&format!("/mechamental/v1/users/{id}"))), successor("/people"));
    assert_eq!(link(Request::get(&format!("/v1/users/{id}"))), successor("/people"));
}

#[test]
fn from_its_sunset_on_an_operation_answers_410_to_everybody() {
    let town = town(
        "[dialects.maisa]\nsunset = \"2026-01-01T00:00:00Z\"\n\
         [routes.\"mechamental.updateUser\"]\ndeprecated = 2025-01-01\nsunset = 2026-01-01\n\
         [routes.\"maisa.getUser\"]\nsunset = \"2099-01-01\"\n",
    );
    let gone = town.maisa().list(&[]).maisa_error(410, "ROUTE_SUNSET");
    assert_eq!(announced(&gone), [None, Some("Thu, 01 Jan 2026 00:00:00 GMT"), None]);
    assert_eq!((gone.header("cache-control"), gone.header("retry-after")), (Some("no-store"), None));
    // Before authentication, and whatever is sent.
    town.maisa_as("wrong").list(&[]).maisa_error(410, "ROUTE_SUNSET");
    town.maisa().create("{").maisa_error(410, "ROUTE_SUNSET");
    let gone = town.mm().update(&town.root.id, json!({})).expect(410);
    assert_eq!((gone.str("/error"), gone.at("/details")), ("ROUTE_SUNSET".to_owned(), json!({})));
    assert_eq!(announced(&gone)[0], Some("@1735689600"));
    town.maisa().get(&town.root.id).expect(200);
    town.mm().get(&town.root.id).expect(200);
}

#[test]
fn in_a_brownout_an_operation_is_away_but_for_keys_that_are_exempt() {
    let mut house = House::vacant();
    let file = house.write_file("calendar.toml", "");
    house.file(&file);
    house.init();
    let made = house.cli(&["key", "create", "--workspace", "*", "--permission", "users:read", "--json"]).done();
    let (id, secret) = (made.str("key_id"), made.str("key"));
    let begun = hours_ago(1);
    house.write_file(
        "calendar.toml",
        &format!(
            "[dialects.maisa]\nbrownouts = [{{ at = \"2020-01-01T00:00:00Z\", for = \"1h\" }}, {{ at = \"{begun}\", for = \"2h\" }}]\n\
             exempt = [\"{id}\"]\n[routes.\"mechamental.getUser\"]\nbrownouts = [{{ at = \"{begun}\", for = \"2h\" }}]\n",
        ),
    );
    let server = house.serve();
    let ask = |request: Request| server.http.send(&request).unwrap();
    let list = |key: &str| ask(Request::get("/maisa/v1/users").header("X-API-Key", key));
    list(&secret).expect(200);
    let away = list("wrong").maisa_error(410, "ROUTE_BROWNOUT");
    let seconds: u64 = away.header("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&seconds), "{}", away.story());
    assert_eq!(away.header("cache-control"), Some("no-store"));
    // Whoever knows the name of an exempt key is not exempt.
    let other =
        house.cli(&["key", "create", "--workspace", "*", "--permission", "users:read", "--json"]).done().str("key");
    list(&other).maisa_error(410, "ROUTE_BROWNOUT");
    let [exempt, other] = [&secret, &other].map(|key| PresentedKey::parse(key).unwrap());
    list(&exempt.with_secret_of(&other).reveal()).maisa_error(410, "ROUTE_BROWNOUT");
    ask(Request::get("/maisa/v1/users")).maisa_error(410, "ROUTE_BROWNOUT");
    let path = "/mechamental/v1/users/0190a000-0000-7000-8000-00000000dead";
    let away = ask(Request::get(path).header("Authorization", &format!("Bearer {secret}"))).expect(410);
    assert_eq!(away.str("/error"), "ROUTE_BROWNOUT");
    ask(Request::get("/mechamental/v1/users/me").header("Authorization", &format!("Bearer {secret}"))).expect(404);
}
