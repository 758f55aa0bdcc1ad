//! `PUT /v1/users/{userId}`: changes to a user. What is not named stays.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::{Members, Operation};
use serde_json::{Value, json};
use users::json::FreeObject;
use users::{FullNameChange, RoleChange, RolePolicy, StatusChange, UserChange};

use crate::caller::call_of;
use crate::document::{sample_role, user_id};
use crate::errors::{ApiError, Published};
use crate::extract::{Body, parse, schema};
use crate::{tag, wire};

/// The name of the body's schema.
pub(crate) const BODY: &str = "UserUpdate";

/// Changes a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let body = Body::read(&request)?;
    let call = call_of(&request).await?;
    let change = read(&body, &request.services.policy)?;
    let precondition = tag::precondition(&request)?;
    let user = request.directory.update(&call, request.parameter(0), change, precondition).await?;
    Ok(wire::user(StatusCode::OK, &user, &request.services.policy)?)
}

fn read(body: &Body, policy: &RolePolicy) -> Result<UserChange, ApiError> {
    let mut body = body.fields()?;
    let name = body.optional("name", parse::name);
    let role = body.optional("role", parse::role(policy));
    let department = body.clearable("department", parse::department);
    let status = body.optional("status", parse::status);
    let metadata = body.clearable("metadata", parse::object);
    body.finish(|| {
        Ok(UserChange {
            email: None,
            username: None,
            password: None,
            full_name: name?.map(FullNameChange::Shown),
            avatar_url: None,
            bio: None,
            timezone: None,
            locale: None,
            department: department?.map(Option::flatten),
            preferences: None,
            settings: None,
            metadata: metadata?.map(or_empty),
            status: status?.map(StatusChange::To),
            roles: role?.map(RoleChange::Shown),
            default_workspace: None,
        })
    })
}

/// A free object cannot be null; clearing it leaves it without members. (The decisions say "everything else" of null in this
/// API after department and the activation e-mail, but of metadata by its name that null reads as `{}`; the rule that names
/// the field goes before the one that sums up, and agrees with null clearing whatever may be empty.)
fn or_empty(object: Option<FreeObject>) -> FreeObject {
    object.unwrap_or_else(FreeObject::empty)
}

/// The schema of the body, line by line as it is read.
pub(crate) fn schema(policy: &RolePolicy) -> Value {
    Members::new()
        .optional("name", schema::name())
        .optional("role", schema::role(policy))
        .nullable("department", schema::department())
        .optional("status", schema::status())
        .nullable("metadata", schema::object())
        .schema()
}

/// Describes the operation.
pub(crate) fn describe(policy: &RolePolicy) -> Operation {
    let example = json!({
        "name": "John Doe",
        "role": sample_role(policy, "admin"),
        "department": "Engineering",
        "status": "active",
        "metadata": {"ANY_ADDITIONAL_PROPERTY": "anything"},
    });
    let updated = wire::described_user(StatusCode::OK, "User updated successfully");
    Operation::new("Updates an existing user.", updated)
        .parameter(user_id("ID of the user to update"))
        .changes_one()
        .body(schema::named(BODY), example)
        .or(Published::ALWAYS)
        .or(Published::OF_BODY)
        .or([Published::PreconditionFailed, Published::NotFound, Published::Conflict])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answered, Command, ID, assert_reads_what_is_registered, request, user};
    use users::{FullNameChange, Precondition, RoleChange, Status, StatusChange, UserChange, UserError, Versions};

    fn update(body: &str) -> Answered {
        request().with_key().of_user(ID).with_body(body).send("updateUser")
    }

    fn change(body: &str) -> UserChange {
        let answer = update(body);
        match answer.commands.into_iter().next() {
            Some(Command::Update(id, change, _)) if id == ID => change,
            other => panic!("{other:?} {}", answer.body),
        }
    }

    #[test]
    fn every_field_is_in_the_registry() {
        assert_reads_what_is_registered("updateUser", || update("{}"));
    }

    #[test]
    fn what_is_not_named_stays() {
        assert_eq!(update("{}").status, 200);
        for body in ["{}", r#"{"email":7,"id":null,"permissions":[],"sendActivationEmail":1,"bio":"x"}"#] {
            let UserChange {
                email: None,
                username: None,
                password: None,
                full_name: None,
                avatar_url: None,
                bio: None,
                timezone: None,
                locale: None,
                department: None,
                preferences: None,
                settings: None,
                metadata: None,
                status: None,
                roles: None,
                default_workspace: None,
            } = change(body)
            else {
                panic!("{body}")
            };
        }
    }

    #[test]
    fn everything_that_can_be_said() {
        let change =
            change(r#"{"name":"Ada","role":"admin","department":"R&D","status":"inactive","metadata":{"a":[1e2]}}"#);
        assert!(matches!(change.full_name, Some(FullNameChange::Shown(name)) if name.as_str() == "Ada"));
        assert!(matches!(change.roles, Some(RoleChange::Shown(role)) if role.as_str() == "admin"));
        assert!(matches!(change.department, Some(Some(department)) if department.as_str() == "R&D"));
        assert!(matches!(change.status, Some(StatusChange::To(Status::Inactive))));
        assert_eq!(change.metadata.as_ref().map(|metadata| metadata.as_str()), Some(r#"{"a":[1e2]}"#));
    }

    #[test]
    fn null_clears_what_may_be_empty() {
        let cleared = change(r#"{"department":null,"metadata":null}"#);
        assert_eq!(cleared.department, Some(None));
        assert_eq!(cleared.metadata.as_ref().map(|metadata| metadata.as_str()), Some("{}"));
        assert_eq!(change(r#"{"department":""}"#).department, Some(None));
    }

    #[test]
    fn every_failing_field_is_named_in_order() {
        assert_eq!(
            update(r#"{"metadata":"{}","status":null,"department":[],"role":"root","name":null}"#).faults(),
            [
                "name must be a string",
                "role must be one of admin, viewer, user",
                "department must be a string",
                "status must be a string",
                "metadata must be an object",
            ]
        );
    }

    #[test]
    fn pending_is_for_the_core_to_refuse() {
        let pending = change(r#"{"status":"pending"}"#);
        assert!(matches!(pending.status, Some(StatusChange::To(Status::Pending))));
        let refusal = UserError::StatusNotSettable(Status::Pending);
        let answer = request().with_key().of_user(ID).with_body("{}").refused_with(refusal).send("updateUser");
        assert_eq!(answer.faults(), ["status cannot be changed to pending"]);
    }

    #[test]
    fn what_the_client_has_seen_goes_with_the_change() {
        let ask = || request().with_key().of_user(ID).with_body("{}");
        let tag = update("{}").tag.expect("a tag");
        let answer = ask().with_header("if-match", "*").with_header("if-none-match", &tag).send("updateUser");
        let [Command::Update(_, _, precondition)] = answer.commands.as_slice() else { panic!("{:?}", answer.commands) };
        let none_of = Some(Versions::These(vec![user().version()]));
        assert_eq!(*precondition, Precondition { one_of: Some(Versions::All), none_of });
        let stale = ask().refused_with(UserError::PreconditionFailed).send("updateUser");
        assert_eq!(stale.verdict(), (412, "PRECONDITION_FAILED"));
        let unreadable = ask().with_header("if-match", "1").send("updateUser");
        assert_eq!(unreadable.verdict(), (400, "VALIDATION_ERROR"));
        assert!(unreadable.commands.is_empty());
    }

    #[test]
    fn a_malformed_body_goes_before_the_key_and_the_key_before_all_else() {
        assert_eq!(request().with_body("{").send("updateUser").verdict(), (400, "VALIDATION_ERROR"));
        assert_eq!(request().with_body("[]").send("updateUser").verdict(), (401, "UNAUTHORIZED"));
        assert_eq!(update("").faults(), ["body is required"]);
    }
}
