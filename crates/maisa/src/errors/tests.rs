use super::*;
use crate::testing::sent;
use users::Status;

/// Status, the headers that belong to the error, and the body.
fn rendered(error: impl Into<ApiError>) -> (u16, Vec<String>, String) {
    let response = error.into().to_response();
    let names = ["www-authenticate", "x-should-retry", "allow", "retry-after"];
    let value = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
    let headers = names.iter().filter_map(|name| value(name).map(|value| format!("{name}: {value}"))).collect();
    assert_eq!(value("content-type").as_deref(), Some("application/json"));
    (response.status().as_u16(), headers, sent(response))
}

fn body(code: &str, message: &str, details: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"{message}","details":{details}}}}}"#)
}

#[test]
fn every_error_of_the_core_has_its_answer() {
    let unavailable = "The service is temporarily unavailable";
    let table = [
        (
            UserError::Unauthenticated,
            (401, vec!["www-authenticate: ApiKey"], body("UNAUTHORIZED", "A valid API key is required", "{}")),
        ),
        (
            UserError::Forbidden { required: Permission::users_write() },
            (
                403,
                vec![],
                body("FORBIDDEN", "The API key does not permit this", r#"{"requiredPermission":"users:write"}"#),
            ),
        ),
        (
            UserError::no_user("x"),
            (404, vec![], body("NOT_FOUND", "Resource not found", r#"{"resourceType":"user","resourceId":"x"}"#)),
        ),
        (
            UserError::no_workspace("w"),
            (404, vec![], body("NOT_FOUND", "Resource not found", r#"{"resourceType":"workspace","resourceId":"w"}"#)),
        ),
        (
            UserError::PreconditionFailed,
            (
                412,
                vec![],
                body("PRECONDITION_FAILED", "The resource is not in the state that the request expects", "{}"),
            ),
        ),
        (
            Conflict::Email.into(),
            (
                409,
                vec!["x-should-retry: false"],
                body("CONFLICT", "User with email already exists", r#"{"field":"email"}"#),
            ),
        ),
        (
            Conflict::Username.into(),
            (
                409,
                vec!["x-should-retry: false"],
                body("CONFLICT", "User with username already exists", r#"{"field":"username"}"#),
            ),
        ),
        (
            Conflict::LastAdministrator.into(),
            (409, vec!["x-should-retry: false"], body("CONFLICT", "The last administrator must stay", "{}")),
        ),
        (
            Conflict::UnderWay.into(),
            (409, vec!["x-should-retry: false"], body("CONFLICT", "The same request is still being processed", "{}")),
        ),
        (
            Conflict::CreatedUserDeleted.into(),
            (
                409,
                vec!["x-should-retry: false"],
                body("CONFLICT", "The user that this request created has been deleted", "{}"),
            ),
        ),
        (
            UserError::IdempotencyKeyReused,
            (
                400,
                vec![],
                body(
                    "VALIDATION_ERROR",
                    "The request is not valid",
                    r#"[{"field":"idempotency-key","message":"was used for another request"}]"#,
                ),
            ),
        ),
        (
            UserError::WorkspaceRequired,
            (
                400,
                vec![],
                body(
                    "VALIDATION_ERROR",
                    "The request is not valid",
                    r#"[{"field":"x-api-key","message":"belongs to no workspace that a new user could join"}]"#,
                ),
            ),
        ),
        (
            UserError::StatusNotSettable(Status::Pending),
            (
                400,
                vec![],
                body(
                    "VALIDATION_ERROR",
                    "The request is not valid",
                    r#"[{"field":"status","message":"cannot be changed to pending"}]"#,
                ),
            ),
        ),
        (UserError::TooLarge, (413, vec![], body("PAYLOAD_TOO_LARGE", "The request is too large", "{}"))),
        (UserError::Busy("x"), (503, vec!["retry-after: 1"], body("UNAVAILABLE", unavailable, "{}"))),
        (
            UserError::Unavailable("secret".into()),
            (503, vec!["retry-after: 1"], body("UNAVAILABLE", unavailable, "{}")),
        ),
        (
            UserError::Internal("secret".into()),
            (500, vec![], body("INTERNAL_ERROR", "An unexpected error occurred", "{}")),
        ),
    ];
    for (error, (status, headers, body)) in table {
        assert_eq!(rendered(error), (status, headers.into_iter().map(str::to_owned).collect(), body));
    }
}

#[test]
fn every_error_of_a_directory_has_its_answer() {
    let (status, _, unknown) = rendered(DirectoryError::UnknownPosition);
    assert_eq!((status, unknown.contains(r#"{"field":"offset","message":"is not known here"}"#)), (400, true));
    let (status, headers, _) = rendered(DirectoryError::Unavailable { retry_after: Duration::from_millis(2_001) });
    assert_eq!((status, headers), (503, vec!["retry-after: 3".to_owned()]));
    assert_eq!(rendered(DirectoryError::User(UserError::TooLarge)).0, 413);
    assert_eq!(
        rendered(DirectoryError::RateLimited { retry_after: Duration::from_millis(59_001) }),
        (429, vec!["retry-after: 60".to_owned()], body("RATE_LIMITED", "Too many requests", "{}"))
    );
    assert_eq!(
        rendered(DirectoryError::OtherDialect { pinned: "other".to_owned() }),
        (403, vec![], body("FORBIDDEN", "The API key is for another API", r#"{"pinnedTo":"other"}"#))
    );
}

#[test]
fn every_refusal_has_its_answer() {
    let twin = Some("/v1/users".to_owned());
    let methods = vec![Method::GET, Method::HEAD, Method::POST];
    let (_, _, unknown) = rendered(Refusal::NotFound { slash_twin: None });
    assert_eq!(unknown, body("NOT_FOUND", "Resource not found", "{}"));
    for (refusal, status, headers, code) in [
        (Refusal::NotFound { slash_twin: twin }, 404, vec![], "NOT_FOUND"),
        (Refusal::MethodNotAllowed { allow: methods }, 405, vec!["allow: GET, HEAD, POST"], "METHOD_NOT_ALLOWED"),
        (Refusal::TwoCredentials, 400, vec![], "VALIDATION_ERROR"),
        (Refusal::BrokenBody, 400, vec![], "VALIDATION_ERROR"),
        (Refusal::BodyTooLarge, 413, vec![], "PAYLOAD_TOO_LARGE"),
        (Refusal::BodyTimeout, 408, vec![], "REQUEST_TIMEOUT"),
        (Refusal::Gone { why: Gone::Removed }, 410, vec![], "GONE"),
        (
            Refusal::Gone { why: Gone::Brownout { retry_after: Duration::from_millis(900_000) } },
            410,
            vec!["retry-after: 900"],
            "ROUTE_BROWNOUT",
        ),
        (Refusal::Gone { why: Gone::Sunset }, 410, vec![], "ROUTE_SUNSET"),
        (Refusal::TooManyRequests { retry_after: Duration::ZERO }, 429, vec!["retry-after: 1"], "RATE_LIMITED"),
        (Refusal::Unavailable { retry_after: Duration::ZERO }, 503, vec!["retry-after: 1"], "UNAVAILABLE"),
        (Refusal::Internal, 500, vec![], "INTERNAL_ERROR"),
    ] {
        let name = format!("{refusal:?}");
        let (got, got_headers, body) = rendered(refusal);
        assert_eq!((got, got_headers), (status, headers.into_iter().map(str::to_owned).collect()), "{name}");
        assert!(body.starts_with(&format!(r#"{{"error":{{"code":"{code}","message":""#)), "{name}: {body}");
    }
}

#[test]
fn a_precondition_that_cannot_be_read_names_its_header() {
    for (header, name) in [(Unreadable::IfMatch, "if-match"), (Unreadable::IfNoneMatch, "if-none-match")] {
        let fault =
            format!(r#"[{{"field":"{name}","message":"must be * or a list of entity tags in double quotes"}}]"#);
        assert_eq!(rendered(header), (400, vec![], body("VALIDATION_ERROR", "The request is not valid", &fault)));
    }
}

#[test]
fn an_unsupported_media_type_has_its_answer() {
    let expected = body("UNSUPPORTED_MEDIA_TYPE", "The request body must be JSON", "{}");
    assert_eq!(rendered(ApiError::UnsupportedMediaType), (415, vec![], expected));
}
