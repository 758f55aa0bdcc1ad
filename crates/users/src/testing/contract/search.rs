//! Search: a plain, folded text within a field.

use super::fixtures::*;
use crate::page::{Filter, Search, Start};
use crate::ports::Store;
use crate::profile::FullName;
use crate::user::User;

fn named(n: u32, name: &str) -> User {
    User { full_name: Some(FullName::from_stored(name.to_owned())), ..user(n) }
}

/// Username, full name, e-mail address, from their beginnings to their ends; nothing else.
pub fn each_searched_field_is_found(store: &impl Store) {
    let mut known = known_user(1);
    known.username = username("countess");
    known.default_workspace = None;
    add(store, [known, user(2)]);
    for term in
        ["countess", "count", "tess", "Ada Lovelace", "ada", "lace", "a l", "user1@example.com", "user1@", "1@ex"]
    {
        assert_eq!(search(store, term), user_ids([1]), "{term}");
    }
    assert_eq!(search(store, "example.com"), user_ids([1, 2]));
    for elsewhere in ["Engines", "Notes", "dark", "London", "admin", "oidc", "00000001-0000", "Ada  Lovelace"] {
        assert!(search(store, elsewhere).is_empty(), "{elsewhere}");
    }
    assert_eq!(Search::new(""), None, "no search at all");
}

/// `%`, `_`, `\`, `*`, `?`, brackets and quotes.
pub fn signs_of_patterns_are_plain_text(store: &impl Store) {
    let names = [r"100% _sure_", r"100 percent", r"a\b", r"O'Brien", r#"say "hi""#, r"[a-z]*?", r"a\%b\_c\\d"];
    add(store, (1..).zip(names).map(|(n, name)| named(n, name)));
    for (term, found) in [
        ("%", vec![1, 7]),
        ("_", vec![1, 7]),
        ("0% _", vec![1]),
        ("100%", vec![1]),
        ("1%0", vec![]),
        ("1_0", vec![]),
        (r"\", vec![3, 7]),
        (r"\\", vec![7]),
        (r"\%", vec![7]),
        (r"a\", vec![3, 7]),
        ("'", vec![4]),
        ("' OR 1=1 --", vec![]),
        ("\"", vec![5]),
        ("*", vec![6]),
        ("[a-z]*?", vec![6]),
        ("[a", vec![6]),
        ("[0-9]", vec![]),
    ] {
        assert_eq!(search(store, term), user_ids(found), "{term}");
    }
}

/// In every script.
pub fn case_and_composition_do_not_matter(store: &impl Store) {
    add(
        store,
        [
            named(1, "ÉLODIE Ærø"),
            named(2, "e\u{301}lodie"),
            named(3, "ΟΔΥΣΣΕΥΣ"),
            named(4, "İstanbul Straße"),
            named(5, "Elodie 𐐀"),
        ],
    );
    for (term, found) in [
        ("élodie", vec![1, 2]),
        ("E\u{301}LODIE", vec![1, 2]),
        ("elodie", vec![5]),
        ("ÆRØ", vec![1]),
        ("οδυσσευς", vec![3]),
        ("ΔΥΣΣΕΥΣ", vec![3]),
        ("i\u{307}stan", vec![4]),
        ("STRASSE", vec![]),
        ("strasse", vec![]),
        ("straße", vec![4]),
        ("𐐨", vec![5]),
    ] {
        assert_eq!(search(store, term), user_ids(found), "{term}");
    }
}

/// The end of one and the beginning of the next are not neighbours.
pub fn no_match_spans_two_fields(store: &impl Store) {
    add(store, [named(1, "Ada")]);
    for term in ["user1ada", "user1 ada", "user1\nada", "adauser1", "ada\nuser1@example.com", "\n"] {
        assert!(search(store, term).is_empty(), "{term:?}");
    }
}

/// Control characters, U+0000, and more than any field holds.
pub fn what_nobody_can_hold_matches_nothing(store: &impl Store) {
    add(store, [named(1, &"a".repeat(255)), named(2, "ada")]);
    let (longest, longer) = ("a".repeat(255), "a".repeat(256));
    assert_eq!(search(store, &longest), user_ids([1]));
    let very_long = "%_".repeat(600_000);
    for term in ["\0", "ad\0a", "\u{1}", "ada\t", "\u{7f}", "\u{85}", longer.as_str(), very_long.as_str()] {
        assert!(search(store, term).is_empty(), "{:?}", term.get(..9));
    }
}

/// Of any of the fields, and a deletion.
pub fn search_follows_a_change(store: &impl Store) {
    add(store, [named(1, "Ada")]);
    let changed = User { username: username("countess"), email: email("byron@example.com"), ..named(1, "Augusta") };
    save(store, changed).expect("saved");
    for gone in ["Ada", "user1"] {
        assert!(search(store, gone).is_empty(), "{gone}");
    }
    for new in ["countess", "byron@", "augusta"] {
        assert_eq!(search(store, new), user_ids([1]), "{new}");
    }
    save(store, User { full_name: None, ..user(1) }).expect("saved");
    assert!(search(store, "augusta").is_empty());
    delete(store, 1);
    assert!(search(store, "user1").is_empty());
}

/// All at once, on every page.
pub fn search_role_and_scope_narrow_together(store: &impl Store) {
    let person = |n: u32| User {
        roles: roles(if n.is_multiple_of(2) { &["admin"] } else { &["user"] }),
        ..named(n, if n < 9 { "Ada" } else { "Bob" })
    };
    add(store, (1..=12).map(person));
    add_workspace(store, 1, &[1, 2, 3, 4, 10]);
    add_workspace(store, 2, &[4, 6, 8, 12]);
    let filter = Filter { search: Search::new("ADA"), ..showing("admin") };
    assert_eq!(all(store, &members(&[1]), &filter), user_ids([2, 4]));
    let both = members(&[1, 2]);
    assert_eq!(all(store, &both, &filter), user_ids([2, 4, 6, 8]));
    assert_eq!(page(store, &both, &filter, &Start::Skip(1), 2), user_ids([4, 6]));
    assert_eq!(page(store, &both, &filter, &Start::After(user_id(4)), 2), user_ids([6, 8]));
    assert_eq!(page(store, &crate::page::Scope::Installation, &filter, &Start::Skip(3), 9), user_ids([8]));
}
