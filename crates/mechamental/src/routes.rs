//! The routes, and the addresses of what they lead to.

use std::future::Future;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use dialect::route::Answer;
use dialect::{Head, Request, Route};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::errors::ApiError;
use crate::operations::{
    create_user, delete_user, forgot_password, get_auth_config, get_current_user, get_user, list_users, login, logout,
    update_my_preferences, update_user,
};

/// Where the users are.
pub(crate) const USERS: &str = "/v1/users";

const OWN: &str = "/v1/users/me";
const OWN_PREFERENCES: &str = "/v1/users/me/preferences";
const USER: &str = "/v1/users/{user_id}";

/// The operations, in the order in which paths are tried: `me` is no id where an operation has it as a word.
pub static ROUTES: [Route; 11] = [
    Route {
        operation: "listUsers",
        method: Method::GET,
        path: USERS,
        handler: |request| answer(request, list_users::handle),
        describe: list_users::describe,
    },
    Route {
        operation: "createUser",
        method: Method::POST,
        path: USERS,
        handler: |request| answer(request, create_user::handle),
        describe: create_user::describe,
    },
    Route {
        operation: "getCurrentUser",
        method: Method::GET,
        path: OWN,
        handler: |request| answer(request, get_current_user::handle),
        describe: get_current_user::describe,
    },
    Route {
        operation: "getUser",
        method: Method::GET,
        path: USER,
        handler: |request| answer(request, get_user::handle),
        describe: get_user::describe,
    },
    Route {
        operation: "updateUser",
        method: Method::PUT,
        path: USER,
        handler: |request| answer(request, update_user::handle),
        describe: update_user::describe,
    },
    Route {
        operation: "deleteUser",
        method: Method::DELETE,
        path: USER,
        handler: |request| answer(request, delete_user::handle),
        describe: delete_user::describe,
    },
    Route {
        operation: "updateMyPreferences",
        method: Method::PATCH,
        path: OWN_PREFERENCES,
        handler: |request| answer(request, update_my_preferences::handle),
        describe: update_my_preferences::describe,
    },
    Route {
        operation: "login",
        method: Method::POST,
        path: "/v1/auth/login",
        handler: |request| answer(request, login::handle),
        describe: login::describe,
    },
    Route {
        operation: "logout",
        method: Method::POST,
        path: "/v1/auth/logout",
        handler: |request| answer(request, logout::handle),
        describe: logout::describe,
    },
    Route {
        operation: "getAuthConfig",
        method: Method::GET,
        path: "/v1/auth/config",
        handler: |request| answer(request, get_auth_config::handle),
        describe: get_auth_config::describe,
    },
    Route {
        operation: "forgotPassword",
        method: Method::POST,
        path: "/v1/auth/password/forgot",
        handler: |request| answer(request, forgot_password::handle),
        describe: forgot_password::describe,
    },
];

/// Runs an operation, and puts its error into form.
fn answer<F>(request: Request, operation: fn(Request) -> F) -> Answer
where
    F: Future<Output = Result<HttpResponse, ApiError>> + 'static,
{
    let services = request.services.clone();
    Box::pin(async move {
        let answer = operation(request).await;
        answer.unwrap_or_else(|error| error.to_response(services.clock.now()))
    })
}

/// What stays as it is in the path of an address; the framework leaves the same characters.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'=')
    .remove(b'@')
    .remove(b'[')
    .remove(b']')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';');

/// What stays as it is in the query of an address: it is encoded already.
const QUERY: &AsciiSet = &PATH.remove(b'%').remove(b'#').remove(b'?');

/// The address of a (decoded) path of this API, on the mount that the request used.
pub(crate) fn local_address(head: &Head, path: &str) -> String {
    format!("{}{}", head.mount, utf8_percent_encode(path, PATH))
}

/// Where a proxy says how the client came to it; no standard, but what all of them send. Whoever lies in it leads only
/// itself astray.
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The absolute address of a (decoded) path of this API, with the request's query.
pub(crate) fn absolute_address(head: &Head, path: &str) -> String {
    let is_https = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"https");
    let scheme =
        if matches!(head.single(&FORWARDED_PROTO), Ok(Some(value)) if is_https(value)) { "https" } else { "http" };
    let query = utf8_percent_encode(&head.query, QUERY);
    let separator = if head.query.is_empty() { "" } else { "?" };
    format!("{scheme}://{}{}{separator}{query}", head.host, local_address(head, path))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderMap;

    use super::*;

    fn head(query: &str) -> Head {
        Head {
            method: Method::GET,
            host: "api.example:8080".to_owned(),
            mount: "/mechamental".to_owned(),
            path: String::new(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            request_id: "".into(),
        }
    }

    #[test]
    fn addresses_are_on_the_mount_and_encoded_once() {
        for (path, query, address) in [
            ("/v1/users", "", "/v1/users"),
            ("/v1/users", "a=%20b+c&d", "/v1/users?a=%20b+c&d"),
            ("/v1/users/a b", "x=\"y\"", "/v1/users/a%20b?x=%22y%22"),
            ("/v1/users/a?b#c\\d%é", "", "/v1/users/a%3Fb%23c%5Cd%25%C3%A9"),
        ] {
            assert_eq!(
                absolute_address(&head(query), path),
                format!("http://api.example:8080/mechamental{address}"),
                "{path}"
            );
        }
        assert_eq!(local_address(&head("a=1"), "/v1/users/x"), "/mechamental/v1/users/x");
        let mut proxied = head("");
        proxied.headers.insert(FORWARDED_PROTO.clone(), HeaderValue::from_static("https"));
        assert_eq!(absolute_address(&proxied, "/"), "https://api.example:8080/mechamental/");
    }

    #[test]
    fn me_is_a_word_where_an_operation_has_it() {
        let operation = |method: Method, path: &str| {
            ROUTES
                .iter()
                .find(|route| route.method == method && route.matches(path).is_some())
                .map(|route| route.operation)
        };
        assert_eq!(operation(Method::GET, "/v1/users/me"), Some("getCurrentUser"));
        assert_eq!(operation(Method::PUT, "/v1/users/me"), Some("updateUser"));
        assert_eq!(operation(Method::DELETE, "/v1/users/me"), Some("deleteUser"));
        assert_eq!(operation(Method::PATCH, "/v1/users/me/preferences"), Some("updateMyPreferences"));
        assert_eq!(operation(Method::GET, "/v1/users/me/preferences"), None);
    }
}
