//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a create that is sent again has no effect again.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, House, Http, Maisa, Mm, Server, Town, eventually, fresh, only_on_sqlite, timed, town};

const KEY: &str = "Idempotency-Key";
const REPLAYED: &str = "Idempotent-Replayed";

/// One of the two doors, with a key of no owner that may do everything in one workspace.
#[derive(Clone)]
enum Door<'a> {
    Mm(Mm<'a>),
    Maisa(Maisa<'a>),
}

impl<'a> Door<'a> {
    fn both(http: &'a Http, key: &str) -> [Self; 2] {
        [Door::Mm(Mm::new(http, key)), Door::Maisa(Maisa::new(http, key))]
    }

    /// The same client at the door's own prefix.
    fn prefixed(&self) -> Self {
        match self.clone() {
            Door::Mm(mm) => Door::Mm(mm.at(self.prefix())),
            Door::Maisa(maisa) => Door::Maisa(maisa.at(self.prefix())),
        }
    }

    fn prefix(&self) -> &'static str {
        match self {
            Door::Mm(_) => "/mechamental",
            Door::Maisa(_) => "/maisa",
        }
    }

    /// A body that this door takes, for a user whom nobody knows yet.
    fn application(&self) -> Value {
        let name = fresh("once");
        match self {
            Door::Mm(_) => {
                json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse", "settings": {"n": 1.5}})
            }
            Door::Maisa(_) => {
                json!({"email": format!("{name}@example.com"), "name": name, "role": "user", "metadata": {"n": 1.5}})
            }
        }
    }

    fn create(&self, key: &str, body: &Value) -> Answer {
        self.create_text(key, &body.to_string())
    }

    fn create_text(&self, key: &str, body: &str) -> Answer {
        match self {
            Door::Mm(mm) => mm.clone().with(KEY, key).create(body),
            Door::Maisa(maisa) => maisa.clone().with(KEY, key).create(body),
        }
    }

    fn try_create(&self, key: &str, body: &Value) -> std::io::Result<Answer> {
        match self {
            Door::Mm(mm) => mm.clone().with(KEY, key).try_create(body),
            Door::Maisa(maisa) => maisa.clone().with(KEY, key).try_create(body),
        }
    }

    fn delete(&self, user: &str) {
        match self {
            Door::Mm(mm) => mm.delete(user),
            Door::Maisa(maisa) => maisa.delete(user),
        }
        .expect(204);
    }

    fn id(&self, answer: &Answer) -> String {
        match self {
            Door::Mm(_) => answer.str("/user_id"),
            Door::Maisa(_) => answer.str("/data/id"),
        }
    }

    /// Requires a conflict of this door that says so.
    #[track_caller]
    fn conflict(&self, answer: Answer, message: &str) {
        let said = match self {
            Door::Mm(_) => answer.mm_error(409, "CONFLICT").str("/message"),
            Door::Maisa(_) => {
                assert_eq!(answer.header("x-should-retry"), Some("false"), "{}", answer.story());
                answer.maisa_error(409, "CONFLICT").str("/error/message")
            }
        };
        assert_eq!(said, message);
    }

    /// Requires that the header is named as what is wrong, and nothing else.
    #[track_caller]
    fn blames_the_key(&self, answer: Answer, sent: &str) {
        match self {
            Door::Mm(_) => assert_eq!(answer.own_rule(json!(["header", "idempotency-key"]))["input"], sent),
            Door::Maisa(_) => assert_eq!(answer.fields(), ["idempotency-key"]),
        }
    }
}

const UNDER_WAY: &str = "The same request is still being processed";
const GONE: &str = "The user that this request created has been deleted";

/// The answer that was given first.
#[track_caller]
fn first(answer: Answer) -> Answer {
    assert_eq!(answer.header(REPLAYED), None, "{}", answer.story());
    answer.expect(201)
}

/// The same answer, given again.
#[track_caller]
fn assert_replayed(answer: &Answer, first: &Answer) {
    assert_eq!(answer.header(REPLAYED), Some("true"), "{}", answer.story());
    let told = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| {
            !["date", "x-request-id", "idempotent-replayed"].contains(&name.to_ascii_lowercase().as_str())
        });
        headers.sort();
        (answer.status, answer.text(), headers)
    };
    assert_eq!(told(answer), told(first));
}

/// How many users the whole town has.
fn population(town: &Town) -> i64 {
    town.maisa().list(&[("limit", "1")]).expect(200).at("/pagination/total").as_i64().unwrap()
}

#[test]
fn a_repeat_is_answered_to_the_byte_whatever_has_become_of_the_user() {
    let town = Town::new();
    let place = town.workspace();
    for door in Door::both(&town.server.http, &place.steward().secret) {
        let body = door.application();
        let created = first(door.create("a-key", &body));
        let (user, count) = (door.id(&created), population(&town));
        for change in
            [json!({"full_name": "Changed"}), json!({"roles": ["viewer"], "email": format!("{user}@example.com")})]
        {
            town.mm().update(&user, change).expect(200);
            assert_replayed(&door.create("a-key", &body), &created);
            assert_replayed(&door.create("\"a-key\"", &body), &created);
        }
        assert_eq!(population(&town), count);
        assert_eq!(town.mm().get(&user).at("/full_name"), "Changed", "a repeat changes nothing");
    }
}

#[test]
fn the_address_in_a_repeat_is_on_the_mount_that_it_uses() {
    let place = town().workspace();
    for door in Door::both(&town().server.http, &place.steward().secret) {
        let body = door.application();
        let created = first(door.create("mounted", &body));
        let again = door.prefixed().create("mounted", &body).expect(201);
        assert_eq!(again.header(REPLAYED), Some("true"));
        let moved = format!("{}{}", door.prefix(), created.header("location").unwrap());
        assert_eq!(again.header("location"), Some(&*moved));
        assert_eq!(again.text(), created.text());
        assert_replayed(&door.create("mounted", &body), &created);
    }
}

#[test]
fn the_same_said_otherwise_is_the_same_request_and_a_password_says_nothing() {
    let place = town().workspace();
    let [mm, maisa] = Door::both(&town().server.http, &place.steward().secret);
    let name = fresh("same");
    let created = first(mm.create_text(
        "k",
        &format!(r#"{{"email":"{name}@example.com","username":"{name}","password":"correct horse","settings":{{"a":1,"b":[2,3.0]}}}}"#),
    ));
    for same in [
        format!(
            " {{\n\"settings\" : {{\"b\":[2, 3.0],\"a\":1}}, \"password\":\"another horse\",\"username\":\"{name}\",\"email\":\"{name}@example.com\"}} "
        ),
        format!(
            r#"{{"\u0065mail":"{name}@example.com","username":"{name}","password":"correct horse","settings":{{"a":1,"b":[2,3.0]}}}}"#
        ),
    ] {
        assert_replayed(&mm.create_text("k", &same), &created);
    }
    let user = mm.id(&created);
    town().mm().update(&user, json!({"password": "yet another"})).expect(200);
    assert_replayed(&mm.create_text("k", &format!(r#"{{"email":"{name}@example.com","username":"{name}","password":"yet another","settings":{{"a":1,"b":[2,3.0]}}}}"#)), &created);

    let created = first(
        maisa.create_text("k", &format!(r#"{{"email":"{name}@e.example","name":"x","role":"user","password":"a"}}"#)),
    );
    let same = format!(r#"{{"role":"user","password":["b"],"name":"x","email":"{name}@e.example"}}"#);
    assert_replayed(&maisa.create_text("k", &same), &created);
}

#[test]
fn a_key_is_for_one_request_only() {
    let town = Town::new();
    let place = town.workspace();
    for door in Door::both(&town.server.http, &place.steward().secret) {
        let body = door.application();
        let created = first(door.create("\"reused\"", &body));
        let count = population(&town);
        let said = body.to_string();
        for other in [
            said.replace("@example.com", "@example.net"),
            said.replace("1.5", "1.50"),
            said.replace("1.5", "\"1.5\""),
            said.replacen('{', "{\"unknown\":null,", 1),
        ] {
            assert_ne!(other, said);
            door.blames_the_key(door.create_text("\"reused\"", &other), "\"reused\"");
        }
        assert_replayed(&door.create("reused", &body), &created);
        assert_eq!(population(&town), count);
    }
}

#[test]
fn a_key_means_the_same_to_one_caller_at_one_door_only() {
    let place = town().workspace();
    for key in [place.steward().secret, place.steward().secret] {
        for door in Door::both(&town().server.http, &key) {
            first(door.create("shared", &door.application()));
        }
    }
}

#[test]
fn what_is_no_key_is_refused_and_nothing_is_created() {
    let place = town().workspace();
    for door in Door::both(&town().server.http, &place.steward().secret) {
        let body = door.application();
        for sent in
            ["", "\"\"", "\"open", "\"a\";b", "a b", "\"\\n\"", &"x".repeat(256), &format!("\"{}\"", "x".repeat(256))]
        {
            door.blames_the_key(door.create(sent, &body), sent);
        }
        door.blames_the_key(door.create("schlüssel", &body), "schlÃ¼ssel");
        let twice = match &door {
            Door::Mm(mm) => mm.clone().with(KEY, "a").with(KEY, "a").create(&body),
            Door::Maisa(maisa) => maisa.clone().with(KEY, "a").with(KEY, "a").create(&body),
        };
        door.blames_the_key(twice, "a, a");
        first(door.create(&"x".repeat(255), &body));
    }
}

#[test]
fn a_wrong_key_is_told_with_the_faults_of_the_body_in_its_place_among_the_checks() {
    let place = town().workspace();
    let (writer, reader) = (place.steward().secret, place.key_with(&["users:read"]).secret);
    let mm = |key: &str| town().mm_as(key).with(KEY, "");
    let maisa = |key: &str| town().maisa_as(key).with(KEY, "");
    let places: Vec<String> = mm(&writer).create("{}").items().into_iter().map(|(_, place)| place).collect();
    let expected = [
        json!(["header", "idempotency-key"]),
        json!(["body", "email"]),
        json!(["body", "username"]),
        json!(["body", "password"]),
    ];
    assert_eq!(places, expected.map(|place| place.to_string()));
    assert_eq!(maisa(&writer).create("{}").fields(), ["idempotency-key", "email", "name", "role"]);

    assert_eq!(mm(&writer).create("{").items()[0].0, "json_invalid");
    assert_eq!(maisa(&writer).create("{").fields(), ["body"]);
    mm("dgl_x_y").create(place.application("ada")).mm_error(401, "AUTHENTICATION_FAILED");
    maisa("dgl_x_y").create("{}").maisa_error(401, "UNAUTHORIZED");
    mm(&reader).create(place.application("ada")).own_rule(json!(["header", "idempotency-key"]));
    let body = json!({"email": "x@example.com", "name": "X", "role": "user"});
    assert_eq!(maisa(&reader).create(&body).fields(), ["idempotency-key"]);
    town().mm_as(&reader).with(KEY, "k").create(place.application("ada")).mm_error(403, "FORBIDDEN");
    town().maisa_as(&reader).with(KEY, "k").create(&body).maisa_error(403, "FORBIDDEN");
}

#[test]
fn other_methods_do_not_look_at_it() {
    let place = town().workspace();
    let user = place.user("ada");
    let mm = town().mm().with(KEY, "").with(KEY, "é");
    mm.get(&user).expect(200);
    mm.list(&[("workspace_id", &place.id)]).expect(200);
    mm.patch_preferences(json!({"preferences": {}})).expect(200);
    for text in ["one", "two"] {
        let changed = town().mm().with(KEY, "k").update(&user, json!({ "bio": text })).expect(200);
        assert_eq!((changed.at("/bio"), changed.header(REPLAYED)), (json!(text), None));
        let changed = town().maisa().with(KEY, "").update(&user, json!({ "department": text })).expect(200);
        assert_eq!(changed.at("/data/department"), text);
    }
    town().maisa().with(KEY, "").delete(&user).expect(204);
}

#[test]
fn what_was_refused_can_be_tried_again_under_the_same_key() {
    let place = town().workspace();
    for door in Door::both(&town().server.http, &place.steward().secret) {
        let (body, mut wrong) = (door.application(), door.application());
        let other = first(door.create("other", &{
            let mut other = door.application();
            other["email"] = body["email"].clone();
            other
        }));
        let taken = door.create("k", &body).expect(409);
        assert_eq!(taken.header(REPLAYED), None);
        wrong["email"] = json!("no address");
        assert!([400, 422].contains(&door.create("k", &wrong).status));
        door.delete(&door.id(&other));
        let created = first(door.create("k", &body));
        assert_replayed(&door.create("k", &body), &created);
    }
}

#[test]
fn who_may_create_no_more_is_told_nothing() {
    let place = town().workspace();
    let boss = place.person("admin");
    let [mm, maisa] = Door::both(&town().server.http, &boss.key);
    let bodies = [mm.application(), maisa.application()];
    for (door, body) in [&mm, &maisa].into_iter().zip(&bodies) {
        first(door.create("k", body));
    }
    town().mm().update(&boss.id, json!({"roles": ["user"]})).expect(200);
    mm.create("k", &bodies[0]).mm_error(403, "FORBIDDEN");
    maisa.create("k", &bodies[1]).maisa_error(403, "FORBIDDEN");
    town().mm().update(&boss.id, json!({"roles": ["admin"]})).expect(200);
    for (door, body) in [&mm, &maisa].into_iter().zip(&bodies) {
        assert_eq!(door.create("k", body).expect(201).header(REPLAYED), Some("true"));
    }
    town().mm().update(&boss.id, json!({"is_active": false})).expect(200);
    mm.create("k", &bodies[0]).mm_error(401, "AUTHENTICATION_FAILED");
    maisa.create("k", &bodies[1]).maisa_error(401, "UNAUTHORIZED");
}

#[test]
fn a_late_repeat_does_not_bring_a_deleted_user_back() {
    let town = Town::new();
    let place = town.workspace();
    for door in Door::both(&town.server.http, &place.steward().secret) {
        let body = door.application();
        let user = door.id(&first(door.create("k", &body)));
        door.delete(&user);
        let count = population(&town);
        door.conflict(door.create("k", &body), GONE);
        door.conflict(door.create("k", &door.application()), GONE);
        assert_eq!(population(&town), count);
        first(door.create("another", &body));
    }
}

#[test]
fn of_a_deleted_user_no_claim_keeps_anything() {
    if !only_on_sqlite("it reads the store's file") {
        return;
    }
    let town = Town::new();
    let place = town.workspace();
    let mut words = Vec::new();
    for door in Door::both(&town.server.http, &place.steward().secret) {
        let body = door.application();
        let word = body["email"].as_str().unwrap().to_owned();
        let user = door.id(&first(door.create(&word, &body)));
        door.delete(&user);
        // (Its id stays in the audit trail, which tells who deleted whom.)
        words.push(word);
    }
    let Town { server, house, .. } = town;
    server.stop();
    for file in house.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        for word in &words {
            let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} is still in {}", file.display());
        }
    }
}

#[test]
fn while_it_is_under_way_a_repeat_is_a_conflict_at_once() {
    // A hash takes a second or more.
    let town = Town::with(&[("passwords.bcrypt_cost", "14")]);
    let place = town.workspace();
    let [mm, _] = Door::both(&town.server.http, &place.steward().secret);
    let (body, mut other) = (mm.application(), mm.application());
    other["password"] = body["password"].clone();
    let (whole, created) = thread::scope(|scope| {
        let slow = scope.spawn(|| timed(|| mm.create("slow", &body)));
        eventually(Duration::from_secs(10), "the password is being hashed", || {
            town.server.metrics().contains("diglot_password_hashes_running 1").then_some(())
        });
        let (took, repeat) = timed(|| mm.create("slow", &body));
        mm.conflict(repeat, UNDER_WAY);
        mm.blames_the_key(mm.create("slow", &other), "slow");
        assert!(!slow.is_finished(), "nobody has waited: {took:?}");
        slow.join().unwrap()
    });
    let (again, repeat) = timed(|| mm.create("slow", &body));
    assert_replayed(&repeat, &first(created));
    assert!(again < whole / 2, "nothing is hashed again: {again:?} after {whole:?}");
}

#[test]
fn of_sixteen_at_once_one_creates() {
    let town = Town::new();
    let place = town.workspace();
    for (round, door) in Door::both(&town.server.http, &place.steward().secret).iter().cycle().take(10).enumerate() {
        let (body, key, count) = (door.application(), format!("race-{round}"), population(&town));
        let start = Barrier::new(16);
        let answers: Vec<Answer> = thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    let (start, body, key) = (&start, &body, &key);
                    scope.spawn(move || {
                        start.wait();
                        door.create(key, body)
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let (created, others): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 201 && answer.header(REPLAYED).is_none());
        let [created] = &created[..] else { panic!("{created:?} {others:?}") };
        for other in others {
            match other.status {
                201 => assert_replayed(&other, created),
                _ => door.conflict(other, UNDER_WAY),
            }
        }
        assert_eq!(population(&town), count + 1);
    }
}

#[test]
fn a_repeat_is_known_after_a_restart() {
    let town = Town::new();
    let key = town.workspace().steward().secret;
    let mut kept = Vec::new();
    for door in Door::both(&town.server.http, &key) {
        let body = door.application();
        let created = first(door.create("k", &body));
        kept.push((body, created));
    }
    let Town { mut server, house, .. } = town;
    for crashes in [false, true] {
        if crashes {
            server.kill()
        } else {
            server.stop()
        }
        server = house.serve();
        for (door, (body, created)) in Door::both(&server.http, &key).iter().zip(&kept) {
            assert_replayed(&door.create("k", body), created);
        }
    }
}

/// What a client sent under a key, and the answer if there was one.
type Sent = (usize, String, Value, Option<Answer>);

/// Creates until the server is gone.
fn create_until_the_end(http: &Http, key: &str, writer: usize) -> Vec<Sent> {
    let door = &Door::both(http, key)[writer % 2];
    let mut sent = Vec::new();
    loop {
        let (name, body) = (fresh("key-"), door.application());
        let answer = door.try_create(&name, &body).ok();
        let is_over = answer.is_none();
        sent.push((writer % 2, name, body, answer.map(first)));
        if is_over {
            return sent;
        }
    }
}

/// The server is killed while everybody creates; then everybody repeats everything, as clients do.
fn storm(house: &House, server: Server, key: &str) -> Server {
    let address = server.http.address();
    let sent: Vec<Sent> = thread::scope(|scope| {
        let writers: Vec<_> =
            (0..16).map(|writer| scope.spawn(move || create_until_the_end(&Http::new(address), key, writer))).collect();
        thread::sleep(Duration::from_millis(700));
        server.kill();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let server = house.serve();
    let before = Maisa::new(&server.http, key).list(&[("limit", "1")]).expect(200).at("/pagination/total");
    let (mut unanswered, mut late) = (0, 0);
    for (door, name, body, answer) in sent {
        let door = &Door::both(&server.http, key)[door];
        let again = door.create(&name, &body).expect(201);
        match answer {
            Some(answer) => assert_replayed(&again, &answer),
            None => {
                unanswered += 1;
                late += i64::from(again.header(REPLAYED).is_none());
                assert_eq!(door.create(&name, &body).expect(201).text(), again.text());
            }
        }
    }
    assert!(unanswered > 0, "the server was killed while somebody waited");
    let after = Maisa::new(&server.http, key).list(&[("limit", "1")]).expect(200).at("/pagination/total");
    assert_eq!(after.as_i64(), before.as_i64().map(|before| before + late), "each request has created one user");
    server
}

#[test]
fn killed_under_load_each_request_has_had_its_effect_once_when_it_is_repeated() {
    let town = Town::new();
    let key = town.workspace().steward().secret;
    let Town { mut server, house, .. } = town;
    for _ in 0..3 {
        server = storm(&house, server, &key);
    }
}
