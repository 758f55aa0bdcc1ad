use super::*;
use crate::testing::{answer, assert_reads_what_is_registered, json_body};

async fn refused(text: &str) -> (u16, String) {
    let Err(error) = json_body(text).and_then(|body| read(&body)) else { panic!("{text} is taken") };
    answer(error).await
}

#[test]
fn every_field_is_in_the_registry() {
    let body = json_body("{}").expect("a body");
    assert_reads_what_is_registered("login", || read(&body));
}

#[test]
fn an_account_is_named_by_either_name_and_null_is_none() {
    for (text, name) in [
        (r#"{"email":"Ada@EXAMPLE.com","password":""}"#, "Ada@example.com"),
        (r#"{"email":"Ada@EXAMPLE.com","username":null,"password":"x"}"#, "Ada@example.com"),
        (r#"{"email":null,"username":"","password":"x"}"#, ""),
        (r#"{"username":"\u0000é","password":"x","more":1}"#, "\0é"),
    ] {
        let (account, _) = json_body(text).and_then(|body| read(&body)).unwrap_or_else(|_| panic!("{text}"));
        let read = match account {
            AccountName::Email(email) => email.as_str().to_owned(),
            AccountName::Username(username) => username,
        };
        assert_eq!(read, name);
    }
}

#[actix_web::test]
async fn neither_name_and_both_are_refused_as_a_whole_without_the_password() {
    for (names, shown) in [
        ("", ""),
        (r#""email":null,"#, r#""email":null,"#),
        (r#""email":"a@example.com","username":"a","#, r#""email":"a@example.com","username":"a","#),
    ] {
        let (status, text) = refused(&format!(r#"{{{names}"password":"correct horse"}}"#)).await;
        let expected = format!(
            r#"{{"detail":[{{"type":"value_error","loc":["body"],"msg":"Value error, either email or username is required, and not both","input":{{{shown}"password":"**********"}},"ctx":{{"error":{{}}}}}}]}}"#
        );
        assert_eq!((status, text), (422, expected));
    }
}

#[actix_web::test]
async fn every_fault_is_told_and_no_password_shown() {
    let (status, text) = refused(r#"{"email":"ada","username":7,"password":["correct horse"]}"#).await;
    assert_eq!(status, 422);
    for place in [r#""loc":["body","email"]"#, r#""loc":["body","username"]"#, r#""loc":["body","password"]"#] {
        assert!(text.contains(place), "{place}: {text}");
    }
    assert!(!text.contains("horse"), "{text}");
    let (_, text) = refused(r#"{"email":"a@example.com"}"#).await;
    assert!(text.contains(r#"{"type":"missing","loc":["body","password"]"#), "{text}");
}
