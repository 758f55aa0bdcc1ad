//! Signing in and out.

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{PASSWORD, by_email, by_username, login, login_at, logout, somebody, token};
use crate::harness::{House, Maisa, Mm, Request, Town, eventually, fresh, only_on_sqlite, town};

#[test]
fn whoever_signs_in_has_a_key_of_its_own_in_every_dialect() {
    let (town, place) = (town(), town().workspace());
    let name = fresh("Müller");
    let user = place.user_with("ada", json!({"email": format!("{name}@bücher.example"), "username": name}));
    let id = user["user_id"].as_str().unwrap();
    for (mount, body) in [
        ("", by_email(&format!("{name}@bücher.example"), PASSWORD)),
        ("/mechamental", by_email(&format!("{}@xn--bcher-kva.EXAMPLE", name.to_uppercase()), PASSWORD)),
        ("", by_email(&format!("Ada <{}@BÜCHER.example>", name.to_lowercase()), PASSWORD)),
        ("/mechamental", by_username(&name, PASSWORD)),
        ("", by_username(&name.to_uppercase(), PASSWORD)),
        ("", json!({"username": name, "email": null, "password": PASSWORD, "more": [1]})),
    ] {
        let session = login_at(&town.server.http, mount, &body).expect(200).json();
        let keys: Vec<&String> = session.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["access_token", "token_type", "expires_in", "user"]);
        assert_eq!((&session["token_type"], &session["expires_in"]), (&json!("bearer"), &json!(43_200)));
        assert_eq!(session["user"], town.mm().get(id).expect(200).json(), "the user as everybody sees it");
        let key = session["access_token"].as_str().unwrap();
        for mount in ["", "/mechamental"] {
            assert_eq!(town.mm_as(key).at(mount).me().expect(200).json(), session["user"]);
        }
        for mount in ["", "/maisa"] {
            let shown = town.maisa_as(key).at(mount).get(id).expect(200).json();
            let login = session["user"]["last_login"].as_str().unwrap();
            assert_eq!(shown["data"]["lastLoginAt"].as_str().unwrap()[..19], login[..19]);
        }
        town.mm_as(key).update(id, json!({"bio": fresh("bio")})).expect(200);
        town.mm_as(key).get(&town.root.id).mm_error(404, "RESOURCE_NOT_FOUND");
        town.mm_as(key).update(&town.root.id, json!({})).mm_error(403, "FORBIDDEN");
    }
}

/// The reference says what the document does: eighteen members, all of them, and nothing beside.
#[test]
fn a_sign_in_is_seen_but_is_no_change() {
    let (town, place) = (town(), town().workspace());
    let (id, email) = somebody(&place);
    let before = town.mm().get(&id).expect(200);
    assert_eq!(before.at("/last_login"), Value::Null);
    token(town, &email, PASSWORD);
    let after = town.mm().get(&id).expect(200);
    assert!(after.at("/last_login").is_string());
    assert_eq!(after.at("/updated_at"), before.at("/updated_at"));
    assert_ne!(after.header("etag"), before.header("etag"), "another body has another tag");
    let tag = before.header("etag").unwrap();
    town.mm().with("If-None-Match", tag).get(&id).expect(200);
    town.mm().with("If-Match", tag).update(&id, json!({"bio": "x"})).mm_error(412, "PRECONDITION_FAILED");
}

#[test]
fn a_session_ends_by_itself() {
    let town = Town::with(&[("sign_in.session", "2s")]);
    let (_, email) = somebody(&town.workspace());
    let session = login(&town.server.http, &by_email(&email, PASSWORD)).expect(200).json();
    assert_eq!(session["expires_in"], 2);
    let key = session["access_token"].as_str().unwrap();
    town.mm_as(key).me().expect(200);
    eventually(Duration::from_secs(10), "the session ends", || (town.mm_as(key).me().status == 401).then_some(()));
    town.maisa_as(key).ask("GET", "/v1/users").maisa_error(401, "UNAUTHORIZED");
}

#[test]
fn whoever_signs_out_is_out_everywhere_and_at_once() {
    let (town, place) = (town(), town().workspace());
    let (id, email) = somebody(&place);
    let (one, other) = (token(town, &email, PASSWORD), token(town, &email, PASSWORD));
    town.mm_as(&one).me().expect(200);
    assert!(logout(&town.server.http, &one).expect(204).body.is_empty());
    town.mm_as(&one).me().mm_error(401, "AUTHENTICATION_FAILED");
    town.maisa_as(&one).get(&id).maisa_error(401, "UNAUTHORIZED");
    logout(&town.server.http, &one).mm_error(401, "AUTHENTICATION_FAILED");
    town.mm_as(&other).me().expect(200);
    let nobody = Request::new("POST", "/v1/auth/logout");
    town.server.http.send(&nobody).unwrap().mm_error(401, "AUTHENTICATION_FAILED");
}

/// Also where the session was used a moment ago, so that it is known who it is.
#[test]
fn whoever_signs_out_at_one_process_is_out_at_the_others() {
    let town = Town::new();
    let second = town.house.serve();
    let (_, email) = somebody(&town.workspace());
    for (there, here) in [(&town.server.http, &second.http), (&second.http, &town.server.http)].repeat(10) {
        let key = token(&town, &email, PASSWORD);
        for http in [here, there, here] {
            Mm::new(http, &key).me().expect(200);
        }
        logout(there, &key).expect(204);
        Mm::new(here, &key).me().mm_error(401, "AUTHENTICATION_FAILED");
        Maisa::new(here, &key).list(&[]).maisa_error(401, "UNAUTHORIZED");
    }
}

#[test]
fn a_key_of_an_operator_is_not_signed_out() {
    let (town, place) = (town(), town().workspace());
    let person = place.person("user");
    for key in [&person.key, &place.steward().secret] {
        let refused = logout(&town.server.http, key).mm_error(403, "FORBIDDEN");
        assert_eq!(refused.at("/details"), json!({}));
        town.mm_as(key).get(&person.id).expect(200);
    }
}

#[test]
fn nobody_makes_an_account_for_itself() {
    let town = town();
    for mount in ["", "/mechamental"] {
        let config = town.server.http.send(&Request::get(&format!("{mount}/v1/auth/config"))).unwrap().expect(200);
        assert_eq!(config.text(), r#"{"allow_registration":false}"#);
    }
}

#[test]
fn an_account_is_named_in_one_way_and_a_password_is_there() {
    let http = &town().server.http;
    for body in
        [json!({"password": "secret"}), json!({"email": "a@example.com", "username": "a", "password": "secret"})]
    {
        let refused = login(http, &body).expect(422);
        let item = refused.own_rule(json!(["body"]));
        assert_eq!(item["input"]["password"], "**********");
        assert!(!refused.text().contains("secret"));
    }
    let missing = login(http, &json!({"email": "a@example.com"})).expect(422);
    missing.item("missing", json!(["body", "password"]));
    let wrong = login(http, &json!({"email": "a", "username": 1, "password": {"a": ["secret"]}})).expect(422);
    let places: Vec<String> = wrong.items().into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, [r#"["body","email"]"#, r#"["body","username"]"#, r#"["body","password"]"#]);
    assert!(!wrong.text().contains("secret"), "{}", wrong.text());
}

/// The hash that is compared is of text, and so is what is compared with it; what bcrypt would cut is no password.
#[test]
fn hashes_of_other_programs_are_good() {
    let town = Town::new();
    let place = town.workspace();
    let people = [
        ("ada", "correct horse", "$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"),
        ("bob", "pâsswörd ☃ 🦀", "$2b$04$N9qo8uLOickgx2ZMRZoMyesQ2M5pIMUucQdxJ9BUKsNarScH5iWEi"),
        ("eve", "パスワード1234", "$2y$05$./OK.fbVrR/bpIqNJ5ian.KDnP4kecAXcrtyq7SpPjzkDBwWUek8a"),
    ];
    let lines = people.map(|(name, _, hash)| {
        json!({"email": format!("{name}@example.com"), "username": name, "password_hash": hash, "workspaces": [place.id]})
            .to_string()
    });
    town.house.write_file("people.jsonl", &lines.join("\n"));
    town.cli(&["import", "people.jsonl"]).done();
    for (name, password, _) in people {
        login(&town.server.http, &by_username(name, password)).expect(200);
        for wrong in
            [format!("{password}x"), password.chars().take(5).collect(), password.to_uppercase(), "x".repeat(80)]
        {
            if wrong == password {
                // It is written in one case only.
                continue;
            }
            login(&town.server.http, &by_username(name, &wrong)).mm_error(401, "AUTHENTICATION_FAILED");
        }
    }
}

/// The file is looked at, since nothing else tells.
#[test]
fn a_hash_of_a_lower_cost_is_made_anew() {
    if !only_on_sqlite("it looks into the file") {
        return;
    }
    let mut town = Town::new();
    let place = town.workspace();
    let (_, email) = somebody(&place);
    let has = |town: &Town, start: &str| {
        let holds = |bytes: Vec<u8>| bytes.windows(start.len()).any(|part| part == start.as_bytes());
        town.house.data_files().iter().any(|file| std::fs::read(file).is_ok_and(holds))
    };
    assert!(has(&town, "$2b$04$") && !has(&town, "$2b$06$"));
    town.house.set("passwords.bcrypt_cost", "6");
    town.server = town.house.serve();
    let key = token(&town, &email, PASSWORD);
    assert!(has(&town, "$2b$06$"));
    token(&town, &email, PASSWORD);
    town.mm_as(&key).me().expect(200);
}

#[test]
fn nothing_that_is_typed_is_logged() {
    let town = Town::new();
    let (_, email) = somebody(&town.workspace());
    let key = token(&town, &email, PASSWORD);
    for body in [
        by_email("typed@example.com", "typedsecret"),
        by_username("typedname", "typedsecret"),
        by_email(&email, "typedsecret"),
    ] {
        login(&town.server.http, &body).expect(401);
    }
    logout(&town.server.http, &key).expect(204);
    eventually(Duration::from_secs(5), "it is logged", || {
        town.server.log().contains("mechamental.logout").then_some(())
    });
    let log = town.server.log();
    for word in ["typed", &email, PASSWORD, &key[22..]] {
        assert!(!log.contains(word), "{word} is in the log");
    }
}

#[test]
fn signing_in_is_deployed_like_anything_else() {
    let mut house = House::vacant();
    house.set("routes.mechamental.login.serve", "gone").set("routes.mechamental.forgotPassword.serve", "off");
    let town = Town::in_house(house);
    login(&town.server.http, &by_email("a@example.com", "x")).mm_error(410, "GONE");
    let forgot = Request::new("POST", "/v1/auth/password/forgot").json(r#"{"email":"a@example.com"}"#);
    town.server.http.send(&forgot).unwrap().expect(404);
    let house = town.house.neighbour();
    let only = house.serve_only(&["mechamental.getAuthConfig"]);
    only.http.send(&Request::get("/v1/auth/config")).unwrap().expect(200);
    only.http.send(&Request::new("POST", "/v1/auth/logout")).unwrap().expect(404);
}

#[test]
fn an_operator_sees_sessions_if_it_asks_and_ends_them() {
    let (town, place) = (town(), town().workspace());
    let (id, email) = somebody(&place);
    let key = token(town, &email, PASSWORD);
    let listed = |arguments: &[&str]| -> Vec<Value> {
        let all = town.cli(&[&["key", "list", "--json"], arguments].concat()).done().json();
        all.as_array().unwrap().iter().filter(|listed| listed["user_id"] == id.as_str()).cloned().collect()
    };
    assert_eq!(listed(&[]), Vec::<Value>::new());
    let sessions = listed(&["--sessions"]);
    assert_eq!(sessions.len(), 1);
    assert_eq!((&sessions[0]["state"], &sessions[0]["name"]), (&json!("active"), &json!("session")));
    town.cli(&["key", "revoke", sessions[0]["key_id"].as_str().unwrap()]).done();
    eventually(Duration::from_secs(5), "it is over", || (town.mm_as(&key).me().status == 401).then_some(()));
    assert_eq!(listed(&["--sessions"])[0]["state"], "revoked");
}

/// Whoever asks is told the same, whether or not there is somebody.
#[test]
fn a_forgotten_password_is_asked_for_without_an_answer() {
    let town = Town::with(&[("sign_in.mails_per_account", "2/h")]);
    let (_, email) = somebody(&town.workspace());
    let ask = |email: &str| {
        let request = Request::new("POST", "/v1/auth/password/forgot").json(json!({"email": email}).to_string());
        town.server.http.send(&request).unwrap()
    };
    for email in [email.as_str(), "nobody@example.com"] {
        for _ in 0..2 {
            assert!(ask(email).expect(204).body.is_empty());
        }
        let refused = ask(&email.to_uppercase()).mm_error(429, "RATE_LIMIT_EXCEEDED");
        assert!(refused.at("/details/retry_after").as_u64().is_some_and(|wait| (1..=1_800).contains(&wait)));
    }
    ask("no address").expect(422);
}
