//! `DELETE /v1/users/{userId}`: a user goes.

use actix_web::HttpResponse;
use dialect::Request;
use dialect::openapi::Operation;
use users::RolePolicy;

use crate::caller::call_of;
use crate::document::user_id;
use crate::errors::{ApiError, Published};
use crate::{tag, wire};

/// Deletes a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let precondition = tag::precondition(&request)?;
    request.directory.delete(&call, request.parameter(0), precondition).await?;
    Ok(wire::no_content())
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Deletes a user from the system.", wire::described_nothing())
        .about("This operation cannot be undone. All data associated with this user will be permanently deleted.")
        .parameter(user_id("ID of the user to delete"))
        .changes_one()
        .or(Published::ALWAYS)
        .or([Published::PreconditionFailed, Published::NotFound, Published::Conflict])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Command, ID, request, user};
    use users::{Conflict, Precondition, UserError, Versions};

    #[test]
    fn nothing_is_left_to_be_said() {
        let answer = request().with_key().of_user(ID).with_body("ignored {").send("deleteUser");
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        assert!(matches!(answer.commands.as_slice(), [Command::Delete(id, _)] if id == ID));
    }

    #[test]
    fn what_the_client_has_seen_goes_with_the_wish() {
        let tag = request().with_key().of_user(ID).send("getUser").tag.expect("a tag");
        let answer = request().with_key().of_user(ID).with_header("if-match", &tag).send("deleteUser");
        let [Command::Delete(_, Precondition { one_of: Some(Versions::These(seen)), none_of: None })] =
            answer.commands.as_slice()
        else {
            panic!("{:?}", answer.commands)
        };
        assert_eq!(seen, &[user().version()]);
        let stale = request().with_key().of_user(ID).refused_with(UserError::PreconditionFailed).send("deleteUser");
        assert_eq!(stale.verdict(), (412, "PRECONDITION_FAILED"));
    }

    #[test]
    fn the_last_administrator_stays() {
        let refusal = UserError::from(Conflict::LastAdministrator);
        let answer = request().with_key().of_user(ID).refused_with(refusal).send("deleteUser");
        assert_eq!(answer.verdict(), (409, "CONFLICT"));
    }

    #[test]
    fn nobody_deletes_without_a_key() {
        let answer = request().of_user(ID).send("deleteUser");
        assert_eq!((answer.verdict(), answer.commands.len()), ((401, "UNAUTHORIZED"), 0));
    }
}
