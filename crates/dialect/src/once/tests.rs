use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, ContentType, ETAG, HeaderMap};

use super::*;

fn head(values: &[&str]) -> Head {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(IDEMPOTENCY_KEY.clone(), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    let [host, path, query] = [const { String::new() }; 3];
    Head { method: Method::POST, host, mount: "/mount".to_owned(), path, query, headers, request_id: "".into() }
}

#[test]
fn a_key_is_the_same_with_quotes_and_without() {
    let longest = "x".repeat(255);
    let quoted = format!("\"{longest}\"");
    for (sent, read) in [
        ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("\" a b \"", " a b "),
        (r#""\"\\""#, r#""\"#),
        (r#"a"b\c,;=~!"#, r#"a"b\c,;=~!"#),
        (&longest, &longest),
        (&quoted, &longest),
    ] {
        let key = key(&head(&[sent])).expect(sent).expect(sent);
        assert_eq!(key.as_str(), read, "{sent}");
    }
    assert_eq!(key(&head(&[])), Ok(None));
}

#[test]
fn anything_else_is_no_key() {
    let long = "x".repeat(256);
    let quoted = format!("\"{long}\"");
    for sent in [
        "",
        "\"\"",
        "\"",
        "\"a",
        "\"a\"b",
        "\"a\";b=1",
        r#""\a""#,
        r#""\"#,
        "a b",
        "a, b",
        "a\tb",
        "\"a\tb\"",
        "é",
        "\"é\"",
        &long,
        &quoted,
    ] {
        assert_eq!(key(&head(&[sent])), Err(NoKey), "{sent}");
    }
    assert_eq!(key(&head(&["a", "a"])), Err(NoKey), "twice");
}

#[test]
fn a_client_is_shown_what_it_sent() {
    assert_eq!(sent(&head(&["a b"])), "a b");
    assert_eq!(sent(&head(&["a", "\"b\""])), "a, \"b\"");
    assert_eq!(sent(&head(&["é"])), "Ã©");
}

fn answered(location: &str) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header(ContentType::json()).insert_header((LOCATION, location)).insert_header((ETAG, "\"1-a\""));
    response.body("{\"é\":\"\\n\",\"n\":1.10}")
}

#[test]
fn an_answer_is_given_again_as_it_was_on_the_mount_that_is_used_now() {
    let kept = keep(answered("/one/v1/users/7"), "/one").expect("kept");
    assert!(!kept.0.contains("/one"), "{}", kept.0);
    for mount in ["", "/one", "/another"] {
        let again = replay(&kept, mount).expect("an answer");
        assert_eq!(again.status(), 201);
        let header =
            |name: &HeaderName| again.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(header(&LOCATION), Some(format!("{mount}/v1/users/7")));
        assert_eq!(header(&CONTENT_TYPE).as_deref(), Some("application/json"));
        assert_eq!(header(&ETAG).as_deref(), Some("\"1-a\""));
        assert_eq!(header(&IDEMPOTENT_REPLAYED).as_deref(), Some("true"));
        assert_eq!(again.headers().len(), 4);
        assert_eq!(again.into_body().try_into_bytes().expect("bytes"), "{\"é\":\"\\n\",\"n\":1.10}");
    }
}

#[test]
fn what_is_damaged_or_has_no_end_is_an_error() {
    for text in ["", "{}", r#"{"status":1,"headers":[],"body":""}"#, r#"{"status":201,"headers":[["ä",""]],"body":""}"#]
    {
        assert!(matches!(replay(&KeptAnswer(text.to_owned()), ""), Err(UserError::Internal(_))), "{text}");
    }
    let binary = HttpResponse::Ok().body(vec![0xff]);
    assert!(matches!(keep(binary, ""), Err(UserError::Internal(_))));
}
