//! E-mail addresses and usernames: normalised alike, unique in the installation (§1).

use serde_json::json;

use crate::harness::{fresh, id, town};

#[test]
fn an_address_is_normalised_alike_through_both_doors() {
    let place = town().workspace();
    let steward = place.steward();
    let name = fresh("Ada");
    for (n, (sent, stored)) in [
        (format!("  {name}@EXAMPLE.Com "), format!("{name}@example.com")),
        (format!("Ada Lovelace <{name}@Example.org>"), format!("{name}@example.org")),
        (format!("{name}e\u{301}@example.net"), format!("{name}\u{e9}@example.net")),
        (format!("{name}@XN--BCHER-KVA.example"), format!("{name}@b\u{fc}cher.example")),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = place.application("ada");
        body["email"] = json!(sent);
        let user = id(&town().mm().create(&body).expect(201).json());
        assert_eq!(town().maisa().get(&user).expect(200).str("/data/email"), stored, "case {n}");
        town().maisa().delete(&user).expect(204);

        let created =
            town().maisa_as(&steward.secret).create(json!({"email": sent, "name": "Ada", "role": "user"})).expect(201);
        assert_eq!(town().mm().get(&created.str("/data/id")).expect(200).str("/email"), stored, "case {n}");
        town().mm().delete(&created.str("/data/id")).expect(204);
    }
}

#[test]
fn an_address_is_taken_whatever_its_case_form_or_dialect() {
    let (here, there) = (town().workspace(), town().workspace());
    let name = fresh("jos\u{e9}");
    here.user_with("jose", json!({"email": format!("{name}@b\u{fc}cher.example")}));
    let upper = name.to_uppercase();
    for same in [
        format!("{upper}@b\u{fc}cher.example"),
        format!("{}@B\u{dc}CHER.EXAMPLE", name.replace('\u{e9}', "e\u{301}")),
        format!("{name}@xn--bcher-kva.example"),
        format!("Jos\u{e9} <{name}@bu\u{308}cher.example>"),
    ] {
        let mut body = there.application("other");
        body["email"] = json!(same);
        let conflict = town().mm().create(&body).mm_error(409, "CONFLICT");
        assert_eq!(conflict.at("/message"), "Resource already exists");
        assert_eq!(conflict.at("/details"), json!({"field": "email"}));
        let body = json!({"email": same, "name": "Other", "role": "user"});
        let conflict = town().maisa_as(&there.steward().secret).create(body).maisa_error(409, "CONFLICT");
        assert_eq!(conflict.header("x-should-retry"), Some("false"));
    }
    let other = there.user("other");
    let conflict = town()
        .mm()
        .update(&other, json!({"email": format!("{upper}@xn--bcher-kva.example")}))
        .mm_error(409, "CONFLICT");
    assert_eq!(conflict.at("/details"), json!({"field": "email"}));
}

#[test]
fn a_username_is_unique_without_regard_to_case() {
    let place = town().workspace();
    let name = fresh("Stra\u{df}e\u{c9}");
    place.user_with("x", json!({"username": name}));
    for same in [name.to_lowercase(), name.replace('\u{c9}', "E\u{301}"), name.replace('S', "s")] {
        let mut body = place.application("y");
        body["username"] = json!(same);
        let conflict = town().mm().create(&body).mm_error(409, "CONFLICT");
        assert_eq!(conflict.at("/details"), json!({"field": "username"}), "{same}");
    }
    let mut body = place.application("y");
    body["username"] = json!("");
    let item = town().mm().create(&body).item("string_too_short", json!(["body", "username"]));
    assert_eq!(
        (&item["msg"], &item["ctx"]),
        (&json!("String should have at least 1 character"), &json!({"min_length": 1}))
    );
}

#[test]
fn one_may_change_the_case_of_ones_own_address_and_name() {
    let place = town().workspace();
    let user = place.user_with("Ada", json!({}));
    let (email, name) =
        (user["email"].as_str().unwrap().to_uppercase(), user["username"].as_str().unwrap().to_uppercase());
    let after = town().mm().update(&id(&user), json!({"email": email, "username": name})).expect(200);
    assert_eq!(after.str("/username"), name);
    assert_eq!(after.str("/email"), email.replace("EXAMPLE.COM", "example.com"));
}

#[test]
fn a_user_made_through_maisa_gets_a_username_from_the_address() {
    let place = town().workspace();
    let maisa = town().maisa_as(&place.steward().secret).clone();
    let name = fresh("Grace.Hopper");
    let mut taken = Vec::new();
    for host in ["a.example", "b.example", "c.example", "d.example"] {
        let created = maisa
            .create(json!({"email": format!("{name}@{host}"), "name": "Grace Hopper", "role": "user"}))
            .expect(201);
        taken.push(town().mm().get(&created.str("/data/id")).expect(200).str("/username"));
    }
    assert_eq!(taken, [name.clone(), format!("{name}-2"), format!("{name}-3"), format!("{name}-4")]);

    let other = maisa
        .create(json!({"email": format!("{}@e.example", name.to_lowercase()), "name": "G", "role": "user"}))
        .expect(201);
    assert_eq!(
        town().mm().get(&other.str("/data/id")).expect(200).str("/username"),
        format!("{}-5", name.to_lowercase())
    );
}

#[test]
fn an_address_is_free_again_once_its_user_is_deleted() {
    let place = town().workspace();
    let body = place.application("ada");
    for _ in 0..2 {
        let user = id(&town().mm().create(&body).expect(201).json());
        town().maisa().delete(&user).expect(204);
        town().mm().get(&user).mm_error(404, "RESOURCE_NOT_FOUND");
    }
}
