//! Many at once, through both doors: the outcome is always one that some order would give.

use serde_json::{Value, json};

use crate::harness::{Answer, Person, Town, at_once, fresh, town};

#[test]
fn of_sixteen_creates_of_one_address_one_succeeds() {
    let place = town().workspace();
    let key = place.steward().secret;
    for _ in 0..5 {
        let name = fresh("jos\u{e9}");
        let forms = [
            format!("{name}@b\u{fc}cher.example"),
            format!("{}@B\u{dc}CHER.EXAMPLE", name.to_uppercase()),
            format!("{}@xn--bcher-kva.example", name.replace('\u{e9}', "e\u{301}")),
            format!("Jos\u{e9} <{name}@bu\u{308}cher.Example>"),
        ];
        let racers: Vec<Box<dyn FnOnce() -> Answer + Send>> = (0..16)
            .map(|n: usize| -> Box<dyn FnOnce() -> Answer + Send> {
                let email = forms[n / 2 % 4].clone();
                let (place, key) = (&place, &key);
                if n.is_multiple_of(2) {
                    let body = json!({"email": email, "username": fresh("racer"), "password": "correct horse", "default_workspace_id": place.id});
                    Box::new(move || town().mm_as(key).create(body))
                } else {
                    let body = json!({"email": email, "name": "Racer", "role": "user"});
                    Box::new(move || town().maisa_as(key).create(body))
                }
            })
            .collect();
        let answers = at_once(racers);
        let mut won = 0;
        for (n, answer) in answers.into_iter().enumerate() {
            match (answer.status, n % 2) {
                (201, _) => won += 1,
                (_, 0) => assert_eq!(answer.mm_error(409, "CONFLICT").at("/details"), json!({"field": "email"})),
                _ => assert_eq!(answer.maisa_error(409, "CONFLICT").header("x-should-retry"), Some("false")),
            }
        }
        assert_eq!(won, 1);
        let found = town().mm().list(&[("workspace_id", &place.id), ("search", &name)]).expect(200);
        assert_eq!(found.at("/total"), 1, "one row");
    }
}

#[test]
fn of_creates_of_one_username_one_succeeds_and_maisa_finds_others() {
    let place = town().workspace();
    let key = place.steward().secret;
    let name = fresh("Popular");
    let racers: Vec<Box<dyn FnOnce() -> Answer + Send>> = (0..8)
        .map(|n| -> Box<dyn FnOnce() -> Answer + Send> {
            let body = json!({"email": format!("{name}@h{n}.example"), "name": "Racer", "role": "user"});
            let key = &key;
            Box::new(move || town().maisa_as(key).create(body))
        })
        .collect();
    let mut names: Vec<Value> = at_once(racers)
        .into_iter()
        .map(|answer| town().mm().get(&answer.expect(201).str("/data/id")).at("/username"))
        .collect();
    names.sort_by_key(Value::to_string);
    let mut expected: Vec<Value> = (2..=8).map(|n| json!(format!("{name}-{n}"))).chain([json!(name)]).collect();
    expected.sort_by_key(Value::to_string);
    assert_eq!(names, expected);
}

#[test]
fn of_two_administrators_who_strike_each_other_at_once_one_stays() {
    let town = Town::new();
    let steward = town.steward();
    let place = town.workspace();
    let mut one = town.root.clone();
    for round in 0..36 {
        let mut body = place.application("rival");
        body["roles"] = json!(["admin"]);
        let id = town.mm_as(&steward.secret).create(&body).expect(201).str("/user_id");
        let key = town.key(&["--workspace", "*", "--user", &id]).secret;
        let two = Person { id, key, ..one.clone() };
        one = duel(&town, one, two, round);
    }
}

/// Both try to get rid of the other, each in its way. Gives the one who stays.
fn duel(town: &Town, one: Person, two: Person, round: usize) -> Person {
    let strike = |by: &Person, at: &Person, way: usize| -> u16 {
        let (mm, maisa) = (town.mm_as(&by.key), town.maisa_as(&by.key));
        match way % 6 {
            0 => mm.update(&at.id, json!({"roles": ["user"]})),
            1 => maisa.update(&at.id, json!({"status": "suspended"})),
            2 => mm.delete(&at.id),
            3 => maisa.update(&at.id, json!({"role": "viewer"})),
            4 => mm.update(&at.id, json!({"is_active": false})),
            _ => maisa.delete(&at.id),
        }
        .status
    };
    let statuses =
        at_once::<u16>(vec![Box::new(|| strike(&one, &two, round)), Box::new(|| strike(&two, &one, round / 6))]);
    assert_eq!(statuses.iter().filter(|status| **status < 300).count(), 1, "round {round}: {statuses:?}");
    assert!(statuses.iter().all(|status| [200, 204, 401, 403, 404, 409].contains(status)), "{statuses:?}");
    let stays = |person: &Person| {
        let me = town.mm_as(&person.key).me();
        me.status == 200 && me.at("/roles") == json!(["admin"]) && me.at("/is_active") == true
    };
    match (stays(&one), stays(&two)) {
        (true, false) => one,
        (false, true) => two,
        both => panic!("round {round}: {both:?} after {statuses:?}"),
    }
}

#[test]
fn changes_of_different_fields_at_once_are_all_kept() {
    let place = town().workspace();
    let user = place.user("busy");
    for round in 0..10 {
        let text = format!("round {round}");
        let (mm, maisa) = (town().mm(), town().maisa());
        let (mm, maisa, user, text) = (&mm, &maisa, &user, &text);
        let jobs: Vec<Box<dyn FnOnce() -> Answer + Send>> = vec![
            Box::new(move || mm.update(user, json!({ "bio": text }))),
            Box::new(move || mm.update(user, json!({"settings": {"x": text}}))),
            Box::new(move || mm.update(user, json!({"preferences": {"y": text}}))),
            Box::new(move || maisa.update(user, json!({ "department": text }))),
            Box::new(move || maisa.update(user, json!({"metadata": {"z": text}}))),
            Box::new(move || maisa.update(user, json!({ "name": text }))),
        ];
        for answer in at_once(jobs) {
            answer.expect(200);
        }
        let (mm, maisa) = (mm.get(user).json(), maisa.get(user).at("/data"));
        assert_eq!(
            (&mm["bio"], &mm["settings"]["x"], &mm["preferences"]["y"], &mm["full_name"]),
            (&json!(text), &json!(text), &json!(text), &json!(text))
        );
        assert_eq!((&maisa["department"], &maisa["metadata"]["z"]), (&json!(text), &json!(text)));
    }
}

#[test]
fn merges_of_preferences_at_once_are_all_kept() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    let jobs: Vec<Box<dyn FnOnce() -> Answer + Send>> = (0..16)
        .map(|n| -> Box<dyn FnOnce() -> Answer + Send> {
            let mm = &mm;
            Box::new(move || mm.patch_preferences(json!({"preferences": {format!("k{n}"): n}})))
        })
        .collect();
    for answer in at_once(jobs) {
        answer.expect(200);
    }
    let preferences = mm.me().at("/preferences");
    assert_eq!(preferences.as_object().unwrap().len(), 16, "{preferences}");
}
