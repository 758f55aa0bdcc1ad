//! Which operation is found where.

use std::future::Future;

use actix_web::HttpResponse;
use actix_web::http::Method;
use dialect::route::Answer;
use dialect::{Head, Route};

use crate::errors::ApiError;
use crate::operations::{create_user, delete_user, get_user, list_users, update_user};

/// All users.
pub(crate) const USERS: &str = "/v1/users";

/// One user; its only parameter is the id.
const USER: &str = "/v1/users/{userId}";

/// Every operation.
pub static ROUTES: [Route; 5] = [
    Route {
        operation: "listUsers",
        method: Method::GET,
        path: USERS,
        handler: |request| answer(list_users::handle(request)),
        describe: list_users::describe,
    },
    Route {
        operation: "createUser",
        method: Method::POST,
        path: USERS,
        handler: |request| answer(create_user::handle(request)),
        describe: create_user::describe,
    },
    Route {
        operation: "getUser",
        method: Method::GET,
        path: USER,
        handler: |request| answer(get_user::handle(request)),
        describe: get_user::describe,
    },
    Route {
        operation: "updateUser",
        method: Method::PUT,
        path: USER,
        handler: |request| answer(update_user::handle(request)),
        describe: update_user::describe,
    },
    Route {
        operation: "deleteUser",
        method: Method::DELETE,
        path: USER,
        handler: |request| answer(delete_user::handle(request)),
        describe: delete_user::describe,
    },
];

/// Runs an operation, and renders what goes wrong in it.
fn answer(operation: impl Future<Output = Result<HttpResponse, ApiError>> + 'static) -> Answer {
    Box::pin(async move { operation.await.unwrap_or_else(|error| error.to_response()) })
}

/// The address of a path of this API, on the mount that the request used. Paths with ids have nothing to be encoded.
pub(crate) fn local_address(head: &Head, path: &str) -> String {
    format!("{}{path}", head.mount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_place() {
        let table: Vec<_> = ROUTES.iter().map(|route| (route.operation, route.method.as_str(), route.path)).collect();
        assert_eq!(
            table,
            [
                ("listUsers", "GET", "/v1/users"),
                ("createUser", "POST", "/v1/users"),
                ("getUser", "GET", "/v1/users/{userId}"),
                ("updateUser", "PUT", "/v1/users/{userId}"),
                ("deleteUser", "DELETE", "/v1/users/{userId}"),
            ]
        );
    }
}
