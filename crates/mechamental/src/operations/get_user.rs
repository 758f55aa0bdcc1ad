//! `GET /v1/users/{user_id}`: one user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::openapi::{Operation, Parameter};
use dialect::{Request, Whom, conditional};
use users::RolePolicy;

use crate::caller::call_to_see;
use crate::document::{authorization, user_id};
use crate::errors::{ApiError, Published};
use crate::extract::{Fields, parse, schema};
use crate::{tag, wire};

/// Reads a user; with a workspace named, as a member of it.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let id = request.parameter(0);
    // A query may name a workspace, as a member of which the user is looked at: that is another question.
    let call = call_to_see(&request, Some(id).filter(|_| request.head.query.is_empty())).await?;
    let workspace = workspace(&request.head.query)?;
    let precondition = tag::precondition(&request)?;
    let whom = Whom::User { id, workspace: workspace.as_deref() };
    let shown = request.directory.show(&call, whom, wire::VIEW).await?;
    Ok(conditional::unless_known(wire::shown(StatusCode::OK, &shown), &shown.version, &precondition)?)
}

/// The workspace in whose context the user is looked at. An empty one is none.
fn workspace(query: &str) -> Result<Option<String>, ApiError> {
    let mut query = Fields::of_query(query);
    let workspace = query.optional("workspace_id", parse::string);
    query.finish(|| Ok(workspace?.filter(|id| !id.is_empty())))
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    let workspace = Parameter::query("workspace_id", schema::nullable(schema::string())).titled();
    Operation::new("Get User", wire::described_user(StatusCode::OK))
        .parameter(user_id())
        .parameter(workspace.about("Workspace context for permission check"))
        .parameter(authorization())
        .reads_one()
        .or(Published::BODILESS)
        .or([Published::PreconditionFailed, Published::NotFound])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_reads_what_is_registered;

    #[test]
    fn every_parameter_is_in_the_registry() {
        assert_reads_what_is_registered("getUser", || workspace(""));
    }
}
