//! `GET /v1/users/{userId}`: one user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::openapi::Operation;
use dialect::{Request, Whom, conditional};
use users::{RolePolicy, User, View};

use crate::caller::call_to_see;
use crate::document::user_id;
use crate::errors::{ApiError, Published};
use crate::{tag, wire};

/// Reads a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let id = request.parameter(0);
    let call = call_to_see(&request, id).await?;
    let precondition = tag::precondition(&request)?;
    let policy = &*request.services.policy;
    let view = View { name: wire::VIEW, render: &|user: &User| wire::text(user, policy) };
    let whom = Whom::User { id, workspace: None };
    let shown = request.directory.show(&call, whom, view).await?;
    let whole = wire::shown(StatusCode::OK, &shown, policy);
    Ok(conditional::unless_known(whole, &shown.version, &precondition)?)
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Retrieves a user by their ID", wire::described_user(StatusCode::OK, "User details"))
        .parameter(user_id("ID of the user to retrieve"))
        .reads_one()
        .or(Published::ALWAYS)
        .or([Published::PreconditionFailed, Published::NotFound])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Command, ID, assert_reads_what_is_registered, request};
    use users::{Permission, UserError};

    #[test]
    fn no_parameter_is_read_that_is_not_in_the_registry() {
        assert_reads_what_is_registered("getUser", || request().with_key().of_user(ID).send("getUser"));
        assert_reads_what_is_registered("deleteUser", || request().with_key().of_user(ID).send("deleteUser"));
    }

    #[test]
    fn a_user_comes_in_its_envelope() {
        let answer = request().with_key().of_user(ID).with_body("ignored {").send("getUser");
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(&format!(r#"{{"data":{{"id":"{ID}","email":"#)), "{}", answer.body);
        assert!(matches!(answer.commands.as_slice(), [Command::Get(id, None)] if id == ID));
    }

    #[test]
    fn the_id_is_passed_on_as_it_is() {
        let answer = request().with_key().of_user("a b/é").refused_with(UserError::no_user("a b/é")).send("getUser");
        assert_eq!(answer.verdict(), (404, "NOT_FOUND"));
        assert!(
            answer.body.ends_with(r#""details":{"resourceType":"user","resourceId":"a b/é"}}}"#),
            "{}",
            answer.body
        );
    }

    #[test]
    fn who_may_not_read_is_told_what_is_missing() {
        let refusal = UserError::Forbidden { required: Permission::users_read() };
        let answer = request().with_key().of_user(ID).refused_with(refusal).send("getUser");
        assert_eq!(answer.verdict(), (403, "FORBIDDEN"));
        assert!(answer.body.contains(r#"{"requiredPermission":"users:read"}"#), "{}", answer.body);
    }

    #[test]
    fn who_has_the_user_already_is_told_so() {
        let get = |header, value: &str| request().with_key().of_user(ID).with_header(header, value).send("getUser");
        let tag = request().with_key().of_user(ID).send("getUser").tag.expect("a tag");
        for list in [tag.as_str(), "*", &format!("\"x\", W/{tag}")] {
            let answer = get("if-none-match", list);
            assert_eq!((answer.status, answer.body.as_str(), answer.tag), (304, "", Some(tag.clone())), "{list}");
        }
        assert_eq!(get("if-none-match", "\"x\"").status, 200);
        assert_eq!(get("if-match", &tag).status, 200);
        assert_eq!(get("if-match", "\"x\"").verdict(), (412, "PRECONDITION_FAILED"));
        assert_eq!(get("if-match", "x").faults(), ["if-match must be * or a list of entity tags in double quotes"]);
    }

    #[test]
    fn nobody_reads_without_a_key() {
        let answer = request().of_user(ID).send("getUser");
        assert_eq!((answer.verdict(), answer.commands.len()), ((401, "UNAUTHORIZED"), 0));
    }
}
