use actix_web::body::to_bytes;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use dialect::Gone;
use std::time::Duration;
use users::error::Resource;
use users::{Conflict, Permission, UserError};

use super::*;

/// The time of the reference's samples.
const NOW: i64 = 1_735_689_600_000_000;

struct Rendered {
    status: u16,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Rendered {
    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

async fn rendered(error: impl Into<ApiError>) -> Rendered {
    let response = error.into().to_response(Timestamp::from_micros(NOW).expect("a time"));
    let headers =
        response.headers().iter().map(|(name, value)| (name.clone(), value.to_str().expect("text").to_owned()));
    let (status, headers) = (response.status().as_u16(), headers.collect());
    let body = to_bytes(response.into_body()).await.expect("a body");
    Rendered { status, headers, body: String::from_utf8(body.to_vec()).expect("UTF-8") }
}

#[actix_web::test]
async fn the_envelopes_of_the_reference_and_those_that_follow_it() {
    let samples = [
        (
            UserError::Unauthenticated,
            r#"{"error":"AUTHENTICATION_FAILED","message":"Authentication required","details":{},"timestamp":"2025-01-01T00:00:00.000000","status_code":401}"#,
        ),
        (
            UserError::Forbidden { required: Permission::users_read() },
            r#"{"error":"FORBIDDEN","message":"You don't have permission to perform this action","details":{"required_permission":"users:read"},"timestamp":"2025-01-01T00:00:00.000000","status_code":403}"#,
        ),
        (
            UserError::NotFound { resource: Resource::Workspace, id: "a \"b".to_owned() },
            r#"{"error":"RESOURCE_NOT_FOUND","message":"The requested resource was not found","details":{"resource_type":"workspace","resource_id":"a \"b"},"timestamp":"2025-01-01T00:00:00.000000","status_code":404}"#,
        ),
        (
            UserError::PreconditionFailed,
            r#"{"error":"PRECONDITION_FAILED","message":"The resource is not in the state that the request expects","details":{},"timestamp":"2025-01-01T00:00:00.000000","status_code":412}"#,
        ),
        (
            UserError::Internal("secret".to_owned()),
            r#"{"error":"INTERNAL_SERVER_ERROR","message":"An unexpected error occurred","details":{},"timestamp":"2025-01-01T00:00:00.000000","status_code":500}"#,
        ),
    ];
    for (error, body) in samples {
        assert_eq!(rendered(DirectoryError::User(error)).await.body, body);
    }
}

#[actix_web::test]
async fn conflicts_name_the_field() {
    for (conflict, message, details) in [
        (Conflict::Email, "Resource already exists", r#"{"field":"email"}"#),
        (Conflict::Username, "Resource already exists", r#"{"field":"username"}"#),
        (Conflict::LastAdministrator, "The last administrator must stay", "{}"),
        (Conflict::UnderWay, "The same request is still being processed", "{}"),
        (Conflict::CreatedUserDeleted, "The user that this request created has been deleted", "{}"),
    ] {
        let answer = rendered(Failure::Conflict(conflict)).await;
        let start = format!(r#"{{"error":"CONFLICT","message":"{message}","details":{details},"#);
        assert!(answer.status == 409 && answer.body.starts_with(&start), "{}", answer.body);
    }
}

#[actix_web::test]
async fn a_precondition_that_cannot_be_read_names_its_header() {
    for (header, name) in [(Unreadable::IfMatch, "If-Match"), (Unreadable::IfNoneMatch, "If-None-Match")] {
        let answer = rendered(header).await;
        let message = format!("The header {name} must be * or a list of entity tags in double quotes");
        assert_eq!(answer.status, 400);
        assert!(
            answer.body.starts_with(&format!(r#"{{"error":"BAD_REQUEST","message":"{message}","#)),
            "{}",
            answer.body
        );
    }
}

#[actix_web::test]
async fn headers_say_what_to_do_next() {
    let answer = rendered(Failure::Unauthenticated).await;
    assert_eq!((answer.status, answer.header(WWW_AUTHENTICATE)), (401, Some("Bearer")));
    for (error, seconds) in [
        (DirectoryError::Unavailable { retry_after: Duration::from_millis(6_001) }, "7"),
        (DirectoryError::Unavailable { retry_after: Duration::ZERO }, "1"),
        (DirectoryError::User(UserError::Busy("hashing")), "1"),
    ] {
        let answer = rendered(error).await;
        assert_eq!((answer.status, answer.header(RETRY_AFTER)), (503, Some(seconds)));
        assert!(answer.body.starts_with(r#"{"error":"SERVICE_UNAVAILABLE","#), "{}", answer.body);
    }
}

#[actix_web::test]
async fn who_asks_too_often_learns_when_to_come_again() {
    let limited = DirectoryError::RateLimited { retry_after: Duration::from_millis(59_001) };
    let answer = rendered(limited).await;
    assert_eq!((answer.status, answer.header(RETRY_AFTER)), (429, Some("60")));
    assert_eq!(
        answer.body,
        r#"{"error":"RATE_LIMIT_EXCEEDED","message":"Too many requests. Please try again later.","details":{"retry_after":60},"timestamp":"2025-01-01T00:00:00.000000","status_code":429}"#
    );
    let brownout = Refusal::Gone { why: Gone::Brownout { retry_after: Duration::from_millis(1_001) } };
    let answer = rendered(ApiError::of_refusal(brownout, str::to_owned)).await;
    assert_eq!((answer.status, answer.header(RETRY_AFTER)), (410, Some("2")));
}

#[actix_web::test]
async fn a_key_for_another_api_learns_for_which() {
    let answer = rendered(DirectoryError::OtherDialect { pinned: "other".to_owned() }).await;
    let start = r#"{"error":"FORBIDDEN","message":"This key is for another API","details":{"pinned_to":"other"},"#;
    assert!(answer.status == 403 && answer.body.starts_with(start), "{}", answer.body);
}

#[actix_web::test]
async fn what_reaches_no_operation_reads_as_the_framework_says_it() {
    let refused = |refusal| ApiError::of_refusal(refusal, |path| format!("http://h{path}"));
    let answer = rendered(refused(Refusal::NotFound { slash_twin: None })).await;
    assert_eq!((answer.status, answer.body.as_str()), (404, r#"{"detail":"Not Found"}"#));
    assert_eq!(answer.header(CONTENT_TYPE), Some("application/json"));

    let answer = rendered(refused(Refusal::MethodNotAllowed { allow: vec![Method::GET, Method::POST] })).await;
    assert_eq!((answer.status, answer.body.as_str()), (405, r#"{"detail":"Method Not Allowed"}"#));
    assert_eq!(answer.header(ALLOW), Some("GET, POST"));

    let answer = rendered(refused(Refusal::NotFound { slash_twin: Some("/v1/users".to_owned()) })).await;
    assert_eq!((answer.status, answer.body.as_str()), (307, ""));
    assert_eq!(answer.header(LOCATION), Some("http://h/v1/users"));

    let answer = rendered(ApiError::UnreadableBody).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, r#"{"detail":"There was an error parsing the body"}"#));
}

#[actix_web::test]
async fn refusals_outside_of_operations_have_the_envelope() {
    for (refusal, status, code) in [
        (Refusal::TwoCredentials, 400, "BAD_REQUEST"),
        (Refusal::BrokenBody, 400, "BAD_REQUEST"),
        (Refusal::BodyTimeout, 408, "REQUEST_TIMEOUT"),
        (Refusal::Gone { why: Gone::Removed }, 410, "GONE"),
        (Refusal::Gone { why: Gone::Brownout { retry_after: Duration::ZERO } }, 410, "ROUTE_BROWNOUT"),
        (Refusal::Gone { why: Gone::Sunset }, 410, "ROUTE_SUNSET"),
        (Refusal::TooManyRequests { retry_after: Duration::ZERO }, 429, "RATE_LIMIT_EXCEEDED"),
        (Refusal::BodyTooLarge, 413, "PAYLOAD_TOO_LARGE"),
        (Refusal::Internal, 500, "INTERNAL_SERVER_ERROR"),
    ] {
        let answer = rendered(ApiError::of_refusal(refusal, str::to_owned)).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.starts_with(&format!(r#"{{"error":"{code}","#)), "{}", answer.body);
    }
}
