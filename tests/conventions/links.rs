//! `Link`: who follows it from the first page comes to everyone once, and needs to know nothing of cursors and offsets.

use serde_json::{Value, json};

use crate::harness::{Answer, Request, Town, Workspace, http::query, town};

/// Where the next page is, if there is one. The header says nothing else.
#[track_caller]
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let target = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
    let target = target.unwrap_or_else(|| panic!("{link}"));
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/?&=%".contains(&b);
    assert!(target.starts_with('/') && target.bytes().all(is_plain), "{target}");
    Some(target.to_owned())
}

/// How one of the two dialects is reached, and how it shows a page.
struct Way<'a> {
    town: &'a Town,
    mount: &'a str,
    headers: Vec<(&'a str, String)>,
    users: &'a str,
    id: &'a str,
}

impl<'a> Way<'a> {
    fn mm(town: &'a Town, mount: &'a str, key: &str) -> Self {
        Self { town, mount, headers: vec![("Authorization", format!("Bearer {key}"))], users: "/users", id: "user_id" }
    }

    fn maisa(town: &'a Town, mount: &'a str, key: &str) -> Self {
        Self { town, mount, headers: vec![("X-API-Key", key.to_owned())], users: "/data", id: "id" }
    }

    fn on(mut self, host: &str) -> Self {
        self.headers.push(("Host", host.to_owned()));
        self
    }

    fn get(&self, method: &str, target: &str) -> Answer {
        let request = Request::new(method, target);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        self.town.server.http.send(&request).unwrap().expect(200)
    }

    /// The users of every page, by links alone.
    fn walk(&self, pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
        let mut target = format!("{}/v1/users?{}", self.mount, query(pairs));
        let mut pages = Vec::new();
        loop {
            let answer = self.get("GET", &target);
            let users = answer.at(self.users);
            let name = |user: &Value| user[self.id].as_str().unwrap().to_owned();
            pages.push(users.as_array().unwrap().iter().map(name).collect());
            let head = self.get("HEAD", &target);
            assert_eq!(head.header("link"), answer.header("link"));
            match next(&answer) {
                Some(further) => {
                    assert!(further.starts_with(&format!("{}/v1/users?", self.mount)), "{further}");
                    target = further;
                }
                None => return pages,
            }
        }
    }
}

/// Names in which everything stands that has a meaning in a query, a header or an address.
const NAME: &str = "50% \u{e9}+& #?=;,<>\"'\\ /x\u{1f600}";

/// A workspace with so many users of that name, in the order of their ids.
fn crowd<'a>(town: &'a Town, size: usize, name: &str) -> (Workspace<'a>, Vec<String>) {
    let place = town.workspace();
    let make = |_| place.user_with("one", json!({ "full_name": name }))["user_id"].as_str().unwrap().to_owned();
    let mut users: Vec<String> = (0..size).map(make).collect();
    users.sort();
    (place, users)
}

fn chunks(users: &[String], size: usize) -> Vec<Vec<String>> {
    users.chunks(size).map(<[String]>::to_vec).collect()
}

#[test]
fn who_follows_the_links_comes_to_everyone_once_on_every_mount() {
    let hosts = [("dialects.mechamental.hosts", "mm.test"), ("dialects.maisa.hosts", "maisa.test:8443")];
    let town = Town::with(&hosts);
    let (place, users) = crowd(&town, 7, NAME);
    place.user("hidden");
    let key = place.steward().secret;
    let all = place.user_with("developer", json!({"roles": ["developer"]}));
    let everyone = {
        let mut everyone = users.clone();
        let hidden = town.mm().list(&[("workspace_id", &place.id), ("search", "hidden")]).str("/users/0/user_id");
        everyone.extend([hidden, all["user_id"].as_str().unwrap().to_owned()]);
        everyone.sort();
        everyone
    };
    for limit in [1, 2, 3, 7, 9, 100] {
        let text = limit.to_string();
        for (mount, host) in [("", None), ("/mechamental", None), ("", Some("mm.test"))] {
            let way = Way::mm(&town, mount, &key);
            let way = host.map_or_else(|| Way::mm(&town, mount, &key), |host| way.on(host));
            let (here, limit_pair) = (("workspace_id", place.id.as_str()), ("limit", text.as_str()));
            assert_eq!(way.walk(&[here, limit_pair]), chunks(&everyone, limit), "{mount} {host:?}");
            for part in [NAME, "% \u{c9}+&", "\"'\\ /", "\u{1f600}"] {
                assert_eq!(way.walk(&[limit_pair, ("search", part), here]), chunks(&users, limit), "{part}");
            }
        }
        for (mount, host) in [("", None), ("/maisa", None), ("", Some("maisa.test:8443"))] {
            let way = Way::maisa(&town, mount, &key);
            let way = host.map_or_else(|| Way::maisa(&town, mount, &key), |host| way.on(host));
            assert_eq!(way.walk(&[("limit", &text)]), chunks(&everyone, limit), "{mount} {host:?}");
            let of_role = way.walk(&[("role", "user"), ("limit", &text)]);
            assert_eq!(of_role.concat().len(), 8, "{mount} {host:?}");
            assert!(of_role.concat().iter().all(|user| *user != all["user_id"].as_str().unwrap()));
        }
    }
}

#[test]
fn a_link_keeps_what_was_asked_for_and_nothing_else() {
    let (place, _) = crowd(town(), 3, "Ada");
    let key = place.steward().secret;
    let mm = Way::mm(town(), "/mechamental", &key);
    let first =
        mm.get("GET", &format!("/mechamental/v1/users?limit=2&x=1&workspace_id={}&search=ADA&limit=1", place.id));
    let cursor = first.str("/next_cursor");
    let expected = format!("/mechamental/v1/users?workspace_id={}&search=ADA&limit=1&cursor={cursor}", place.id);
    assert_eq!(next(&first), Some(expected), "the last of a repeated parameter counts");
    let whole = mm.get("GET", &format!("/mechamental/v1/users?workspace_id={}", place.id));
    assert_eq!(next(&whole), None);

    let maisa = Way::maisa(town(), "/maisa", &key);
    let middle = maisa.get("GET", "/maisa/v1/users?other=1&offset=01&role=user&limit=1");
    assert_eq!(next(&middle).as_deref(), Some("/maisa/v1/users?limit=1&offset=2&role=user"));
    for last in ["limit=1&offset=2", "limit=3", "", "offset=999999999999999999&limit=100"] {
        assert_eq!(next(&maisa.get("GET", &format!("/maisa/v1/users?{last}"))), None, "{last}");
    }
}

#[test]
fn twenty_and_fifty_come_at_a_time_where_no_number_was_named() {
    let (place, users) = crowd(town(), 61, "Ada");
    let key = place.steward().secret;
    let by_link = Way::mm(town(), "", &key).walk(&[("workspace_id", &place.id)]);
    assert_eq!(by_link, chunks(&users, 50));
    assert_eq!(Way::maisa(town(), "", &key).walk(&[]), chunks(&users, 20));
}

#[test]
fn only_a_list_with_a_further_page_has_a_link() {
    let (place, users) = crowd(town(), 2, "Ada");
    let (mm, maisa) = (town().mm(), town().maisa());
    for answer in [
        mm.get(&users[0]).expect(200),
        maisa.get(&users[0]).expect(200),
        mm.list(&[("workspace_id", &place.id), ("limit", "2")]).expect(200),
        mm.list(&[("workspace_id", &place.id), ("limit", "0")]).expect(422),
        maisa.list(&[("limit", "0")]).expect(400),
        mm.create(place.application("bob")).expect(201),
    ] {
        assert_eq!(answer.header("link"), None, "{}", answer.story());
    }
}
