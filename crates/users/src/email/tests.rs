//! The recorded answers of email-validator 2.4 (`cases.json`), and what is this crate's own.

use serde_json::Value;

use super::{Email, EmailError};

fn parsed(text: &str) -> Email {
    Email::parse(text).unwrap()
}

#[test]
fn answers_as_recorded() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    for case in cases {
        let text = case["text"].as_str().unwrap();
        let recorded = match &case["address"] {
            Value::String(address) => Ok(address.as_str()),
            _ => Err(case["reason"].as_str().unwrap()),
        };
        let answer = Email::parse(text);
        let answer = answer.as_ref().map(Email::as_str).map_err(EmailError::reason);
        assert_eq!(answer, recorded, "for {text:?}");
    }
}

#[test]
fn one_mailbox_has_one_key() {
    let spellings = [
        "José@Bücher.example",
        "JOSE\u{301}@bu\u{308}cher.example",
        "josé@xn--bcher-kva.EXAMPLE",
        "Ada <jos\u{e9}@BÜCHER。example>",
    ];
    for spelling in spellings {
        assert_eq!(parsed(spelling).key(), "josé@xn--bcher-kva.example");
    }
}

#[test]
fn a_mark_that_only_lower_case_composes_with_makes_no_other_mailbox() {
    assert_eq!(parsed("J\u{30c}@example.com").key(), parsed("\u{1f0}@example.com").key());
}

#[test]
fn two_mailboxes_have_two_keys() {
    assert_ne!(parsed("ada@example.com").key(), parsed("ada+news@example.com").key());
    assert_ne!(parsed("ada@fass.de").key(), parsed("ada@faß.de").key());
}

#[test]
fn the_normal_form_is_stable() {
    for text in ["Ada@Example.COM", "jose\u{301}@xn--bcher-kva.example", "INFO@ＥＸ.com"] {
        let email = parsed(text);
        assert_eq!(parsed(email.as_str()), email);
    }
}

#[test]
fn the_local_part_keeps_its_case() {
    assert_eq!(parsed("Ada.L@Example.com").local_part(), "Ada.L");
}

#[test]
fn a_stored_address_is_taken_as_it_is() {
    let email = Email::from_stored("root@localhost".to_owned(), "root@localhost".to_owned());
    assert_eq!((email.as_str(), email.local_part(), email.key()), ("root@localhost", "root", "root@localhost"));
}

#[test]
fn an_address_does_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", parsed("ada@example.com")), "Email(..)");
}

#[test]
fn no_character_is_a_panic_at_any_place() {
    for c in (0..=u32::from(char::MAX)).step_by(37).filter_map(char::from_u32) {
        for text in [format!("{c}@{c}.com"), format!("\"{c}\" <a@b{c}c.com>"), format!("{c}a@[IPv6:{c}]")] {
            drop(Email::parse(&text));
        }
    }
}
