//! What is put in comes out.

use super::fixtures::*;
use crate::error::{Resource, UserError};
use crate::page::{Filter, Scope};
use crate::password::PasswordHash;
use crate::ports::{Principal, Store};
use crate::profile::{Bio, FullName};
use crate::time::Timestamp;
use crate::user::{Status, User};

/// Every field, through every way to read it.
pub fn every_field_of_a_user_comes_back(store: &impl Store) {
    add_workspace(store, 1, &[]);
    add(store, [known_user(1), user(2)]);
    assert_eq!(find(store, 1), Some(known_user(1)));
    assert_eq!(find(store, 2), Some(user(2)));
    let by_email = store.read(|reads| reads.user_by_email_key(known_user(1).email.key())).expect("a look");
    assert_eq!(by_email, Some(known_user(1)));
    let principal = |n| store.read(move |reads| reads.principal(&user_id(n))).expect("a look");
    let User { status, roles, default_workspace, .. } = known_user(1);
    assert_eq!(principal(1), Some(Principal { status, roles, default_workspace }));
    assert_eq!(principal(3), None);
    let start = crate::page::Start::Beginning;
    let listed = store.read(|reads| reads.users(&Scope::Installation, &Filter::default(), &start, 9)).expect("a list");
    assert_eq!(listed, [known_user(1), user(2)]);
    for (n, status) in (10..).zip(Status::ALL) {
        add(store, [User { status, ..user(n) }]);
        assert_eq!(find(store, n).map(|user| user.status), Some(status));
    }
}

/// An empty text is not an absent one.
pub fn absent_and_empty_stay_apart(store: &impl Store) {
    let empty = User {
        full_name: Some(FullName::from_stored(String::new())),
        bio: Some(Bio::from_stored(String::new())),
        auth_provider: Some(String::new()),
        ..user(1)
    };
    add(store, [empty.clone(), user(2)]);
    assert_eq!(find(store, 1), Some(empty));
    assert_eq!(find(store, 2), Some(user(2)));
}

/// Quotes, line ends, marks, characters beyond the first plane, as they are.
pub fn any_character_comes_back(store: &impl Store) {
    let text =
        "'\"`;--\\ %_\u{1}\t\r\n\u{7f}\u{85}é e\u{301} ﬁ \u{200b}\u{202e}\u{feff}\u{fffd}\u{fffe}\u{1f600}\u{10ffff}";
    let odd = User {
        username: crate::profile::Username::from_stored("O'Brien\"\\%_𝕏".to_owned()),
        full_name: Some(FullName::from_stored("𝔄da \u{1f469}\u{200d}\u{1f4bb}".to_owned())),
        bio: Some(Bio::from_stored(text.to_owned())),
        ..user(1)
    };
    add(store, [odd.clone()]);
    assert_eq!(find(store, 1), Some(odd));
}

/// Numbers and escapes as they were sent, members in their order.
pub fn free_objects_come_back_to_the_letter(store: &impl Store) {
    let long = format!(r#"{{"long":"{}"}}"#, "é".repeat(100_000));
    let texts = [
        r#"{"z":1.0,"a":1e300,"n":-0,"m":12345678901234567890123456789.10}"#,
        r#"{"nul":"a\u0000b","\u0000":null,"q":"\"\\"}"#,
        r#"{"emoji":"😀","nested":[[],{},[{"x":[null,true,false]}]],"":""}"#,
        long.as_str(),
    ];
    for (n, text) in (1..).zip(texts) {
        let user = User { preferences: object(text), settings: object(text), metadata: object(text), ..user(n) };
        assert_eq!(user.metadata.as_str(), text, "the compact text");
        add(store, [user.clone()]);
        assert_eq!(find(store, n), Some(user), "{n}");
    }
}

/// Before and after the epoch, far away too.
pub fn times_keep_their_microseconds(store: &impl Store) {
    let times = [0, 1, -1, 999_999, 1_000_001, -62_135_596_800_000_000, 253_402_300_799_999_999];
    for (n, micros) in (1..).zip(times) {
        let time = Timestamp::from_micros(micros).expect("a time");
        let user = User { created_at: time, updated_at: time, last_login: Some(time), ..user(n) };
        add(store, [user.clone()]);
        assert_eq!(find(store, n), Some(user), "{micros}");
    }
}

/// Also by an absent value.
pub fn an_update_replaces_all_but_id_and_password(store: &impl Store) {
    add_workspace(store, 1, &[]);
    let hash = PasswordHash::from_stored("$2b$04$first".to_owned());
    store.write(move |tx| tx.insert_user(&known_user(1), Some(&hash))).expect("added");
    add(store, [user(2)]);
    save(store, user(1)).expect("saved");
    assert_eq!(find(store, 1), Some(user(1)));
    assert_eq!(find(store, 2), Some(user(2)));
    let full = known_user(1);
    save(store, full.clone()).expect("saved");
    assert_eq!(find(store, 1), Some(full.clone()));
    let hash = PasswordHash::from_stored("$2b$04$second".to_owned());
    store.write(move |tx| tx.set_password(&user_id(1), &hash)).expect("set");
    assert_eq!(find(store, 1), Some(full));
}

/// Looking gives nothing, changing an error, and neither a record.
pub fn what_is_not_there_is_not_found(store: &impl Store) {
    assert_eq!(find(store, 1), None);
    let nothing = store.read(|reads| {
        Ok((
            reads.user_by_email_key("user1@example.com")?,
            reads.workspace(&workspace_id(1))?,
            reads.fact("no such fact")?,
            reads.key(&crate::key::KeyId::from_stored("none".to_owned()))?,
            reads.username_key_taken("user1")?,
            reads.workspaces_of(&user_id(1))?,
        ))
    });
    assert_eq!(nothing, Ok((None, None, None, None, false, Vec::new())));
    let missing = Err(UserError::NotFound { resource: Resource::User, id: user_id(1).to_string() });
    assert_eq!(save(store, user(1)), missing);
    assert_eq!(store.write(|tx| tx.delete_user(&user_id(1))), missing);
    let hash = PasswordHash::from_stored("$2b$04$x".to_owned());
    assert_eq!(store.write(move |tx| tx.set_password(&user_id(1), &hash)), missing);
    assert_eq!(find(store, 1), None);
}

/// With their names, which need not be unique.
pub fn workspaces_come_back_by_time_of_creation(store: &impl Store) {
    let mut first = workspace(2);
    first.created_at = at(-1);
    first.name = "'Å\" \\ 😀".to_owned();
    let mut second = workspace(1);
    second.name = first.name.clone();
    let written = [second.clone(), first.clone()];
    store.write(move |tx| written.iter().try_for_each(|workspace| tx.insert_workspace(workspace))).expect("added");
    assert_eq!(store.read(|reads| reads.workspaces()), Ok(vec![first.clone(), second]));
    assert_eq!(store.read(|reads| reads.workspace(&workspace_id(2))), Ok(Some(first)));
}

/// A fact has one value.
pub fn facts_are_remembered_replaced_and_forgotten(store: &impl Store) {
    let set = |name: &'static str, value: &'static str| store.write(move |tx| tx.set_fact(name, value)).expect("set");
    set("colour", "red");
    set("Colour", "green");
    set("colour", "blue\n'\"");
    let fact = |name: &str| store.read(|reads| reads.fact(name)).expect("a look");
    assert_eq!(fact("colour").as_deref(), Some("blue\n'\""));
    assert_eq!(fact("Colour").as_deref(), Some("green"));
    assert_eq!(fact("COLOUR"), None);
    let forget = |name: &'static str| store.write(move |tx| tx.remove_fact(name)).expect("forgotten");
    forget("colour");
    forget("colour");
    assert_eq!((fact("colour"), fact("Colour").as_deref()), (None, Some("green")));
}
