//! No row has an address, a name, a secret or a value, and so nothing is left of a user who is gone.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use users::ports::Store;
use users::token::Purpose;

use super::{key_id, told};
use crate::accounts::desk::{by_email, by_username, login, logout, token};
use crate::accounts::links::{form, link, post, set};
use crate::harness::{Mm, Request, Town, eventually, fresh, id, soon};

/// A word that stands nowhere but where a client or the operator puts it.
const CANARY: &str = "canary7f3a";

/// Puts the word wherever something can be said, by all operations and commands, and deletes who was made.
fn live_through(town: &Town) -> Vec<String> {
    let word = |what: &str| fresh(&format!("{CANARY}-{what}-"));
    let workspace = town.workspace_named(&word("workspace"));
    let key = workspace.key(&[
        "--name",
        &word("key"),
        "--permission",
        "users:read",
        "--permission",
        "users:write",
        "--permission",
        "users:delete",
        "--permission",
        "projects:read",
        "--permission",
        "projects:write",
    ]);
    let (mm, maisa) = (town.mm_as(&key.secret), town.maisa_as(&key.secret));
    let object = || json!({word("member"): [word("value")]});
    let everything = |password: &str| {
        json!({
            "email": format!("{}@{}.example", word("email"), word("domain")), "username": word("username"), "password": password,
            "full_name": word("name"), "avatar_url": format!("https://{}.example/", word("avatar")), "bio": word("bio"),
            "timezone": "Europe/London", "locale": "en", "preferences": object(), "settings": object(),
            "default_workspace_id": workspace.id, word("unknown"): word("value"),
        })
    };
    let ada = id(&mm.create(everything(&word("password"))).expect(201).json());
    mm.update(&ada, everything(&word("password"))).expect(200);
    let own = town.key(&["--user", &ada, "--name", &word("key")]);
    town.mm_as(&own.secret).patch_preferences(json!({"preferences": object()})).expect(200);
    let body = |email: String| json!({"email": email, "name": word("name"), "role": "user", "department": word("department"), "metadata": object()});
    let bob = maisa.create(body(format!("{}@example.com", word("email")))).expect(201).str("/data/id");
    maisa.update(&bob, body(String::new())).expect(200);
    mm.clone().with("Idempotency-Key", &word("once")).create(everything(&word("password"))).expect(201);
    town.house.cli_with_input(&["user", "set-password", &ada], &(word("password") + "\n")).done();
    let line = json!({"email": format!("{}@example.com", word("email")), "username": word("username"), "full_name": word("name"), "bio": word("bio")});
    let file = town.house.write_file(&word("file"), &format!("{line}\n"));
    town.cli(&["import", file.to_str().unwrap(), "--workspace", &workspace.id]).done();

    let carl = word("email") + "@example.com";
    let (link, session) = come_and_go(town, &mm, everything(&word("password")), &carl, &word);

    // Refusals of all kinds.
    let reader = workspace.key(&["--name", &word("key"), "--permission", "users:read"]);
    for (mm, maisa) in [(town.mm_as(&reader.secret), town.maisa_as(&reader.secret)), (mm.clone(), maisa.clone())] {
        let (mm, maisa) = (mm.with("user-agent", &word("agent")), maisa.with("user-agent", &word("agent")));
        mm.list_raw(&format!("workspace_id={}&search={}", workspace.id, word("search"))).expect(200);
        mm.get(&word("id")).expect(404);
        mm.create(everything(&word("password")));
        mm.update(&ada, json!({"bio": word("bio"), "roles": ["admin"]}));
        maisa.delete(&word("id"));
        maisa.update(&word("id"), body(String::new()));
        maisa.create(json!({"email": word("email")}));
    }
    town.cli(&["key", "pin", &reader.id, "maisa"]).done();
    soon("the key is pinned", || town.mm_as(&reader.secret).get(&word("id")).status == 403);
    town.cli(&["key", "revoke", &reader.id]).done();
    soon("the key is revoked", || town.mm_as(&reader.secret).get(&word("id")).status == 401);
    town.cli(&["key", "revoke", &own.id]).done();
    let (http, wish) = (&town.server.http, format!("email={}%40example.com", word("email")));
    let asked: Vec<u16> = (0..6).map(|_| super::post(http, "/activate/resend", &wish).status).collect();
    assert_eq!(asked, [202, 202, 202, 202, 202, 429]);
    super::post(http, "/activate", &format!("token={}&password={}&again=x", word("token"), word("password")))
        .expect(404);
    http.send(&Request::get(&format!("/activate?token={}", word("token")))).unwrap().expect(404);
    login(http, &by_email(&format!("{}@example.com", word("email")), &word("password"))).expect(401);

    let secrets =
        [key.secret, own.secret, reader.secret, session].map(|key| key.rsplit('_').next().unwrap().to_owned());
    eventually(Duration::from_secs(10), "the refusals are written", || {
        let rows = told(&town.house, &[]);
        let reasons: Vec<&str> = rows.iter().filter_map(|row| row["reason"].as_str()).collect();
        ["forbidden", "other_dialect", "revoked", "wrong_password", "void_link", "too_many_links"]
            .iter()
            .all(|one| reasons.contains(one))
            .then_some(())
    });
    for user in town.mm().walk(&workspace.id, 100) {
        town.mm().delete(&id(&user)).expect(204);
    }
    [CANARY.to_owned()].into_iter().chain(secrets).chain([link]).collect()
}

/// Somebody asks for links, sets a password by one, signs in and out, is invited and mailed to again; and others try. Gives the link's
/// token and the session's.
fn come_and_go(
    town: &Town,
    mm: &Mm<'_>,
    mut body: Value,
    email: &str,
    word: &impl Fn(&str) -> String,
) -> (String, String) {
    let (http, password) = (&town.server.http, format!("violet tundra {CANARY} lamp"));
    body["email"] = email.into();
    let carl = id(&mm.create(&body).expect(201).json());
    let stranger = word("typed") + "@example.com";
    for address in [email, &stranger] {
        let form = form(&[("email", address)]);
        post(http, "/activate/resend", &form).expect(202);
        let body = json!({"email": address}).to_string();
        http.send(&Request::new("POST", "/v1/auth/password/forgot").json(body)).unwrap().expect(204);
    }
    let link = link(&town.house, &carl, Purpose::Password);
    set(http, &word("token"), &password).expect(404);
    set(http, &link, &password).expect(200);
    set(http, &link, &password).expect(404);
    for body in [
        by_email(email, &word("typed")),
        by_email(&stranger, &word("typed")),
        by_username(&word("typed"), &password),
        by_username(body["username"].as_str().unwrap(), &word("typed")),
    ] {
        login(http, &body).expect(401);
    }
    let session = token(town, email, &password);
    logout(http, &session).expect(204);
    town.cli(&["user", "invite", &carl]).done();
    let mut with_mail = town.house.neighbour();
    with_mail.set("mail.transport", "file").set("mail.folder", "mail").set("mail.sender", "diglot@example.com");
    with_mail.set("mail.public_url", "https://accounts.example.com");
    with_mail.cli(&["mail", "retry", "--all"]).done();
    let session = token(town, email, &password);
    town.cli(&["key", "revoke", key_id(&session)]).done();
    (link, session)
}

#[test]
fn there_is_nothing_in_it_but_ids_and_names_of_fields() {
    let town = Town::new();
    let words = live_through(&town);
    let printed = town.cli(&["audit"]).done().out + &town.cli(&["audit", "--json"]).done().out;
    let stored = town.house.store().read(|reads| Ok(format!("{:?}", reads.events(None, None, 10_000)?))).unwrap();
    let rows = told(&town.house, &[]);
    assert!(rows.len() > 20, "{}", rows.len());
    for text in [&printed, &stored] {
        for word in words.iter().map(String::as_str).chain(["@", "$2b$", "dgl_"]) {
            assert!(!text.contains(word), "{word} is told: {text}");
        }
    }
    // All that stands there is one of these.
    for row in &rows {
        for id in [&row["user_id"], &row["workspace_id"], &row["actor"]["user_id"], &row["event_id"]] {
            assert!(id.is_null() || id.as_str().is_some_and(|id| id.len() == 36), "{row}");
        }
        for key in [&row["key_id"], &row["actor"]["key_id"]] {
            assert!(key.is_null() || key.as_str().is_some_and(|key| key.len() == 16), "{row}");
        }
    }
}

/// A copy has what is there and no byte of what was. Of the users who are gone it has what is told of them alone.
#[test]
fn of_a_user_who_is_gone_no_byte_is_left() {
    let town = Town::new();
    let words = live_through(&town);
    let copy = town.house.path().join("copy.db");
    let url = format!("sqlite://{}", copy.display());
    let from = town.house.url();
    town.cli(&["copy", "--from", &from, "--to", &url]).done();
    let bytes = fs::read(&copy).unwrap();
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(has("user.deleted") && has("access.refused"), "what has happened is in the copy");
    for what in [
        "email",
        "domain",
        "username",
        "name",
        "avatar",
        "bio",
        "value",
        "member",
        "password",
        "department",
        "once",
        "search",
        "id",
        "unknown",
        "typed",
        "token",
    ] {
        let word = format!("{CANARY}-{what}-");
        assert!(!has(&word), "{word} is in the copy");
    }
    // Keys and workspaces stay, with the names that the operator gave them; clients of keys that stay as well.
    assert!(has(&format!("{CANARY}-workspace-")) && has(&format!("{CANARY}-key-")));
    assert!(words[1..].iter().all(|secret| !has(secret)), "a secret is in the copy");
}
