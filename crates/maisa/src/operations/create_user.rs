//! `POST /v1/users`: a new user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use dialect::once::IDEMPOTENT_REPLAYED;
use dialect::openapi::{Members, Operation};
use dialect::{Request, answer, once};
use serde_json::{Value, json};
use users::json::FreeObject;
use users::{NewUser, RolePolicy, User, UserError};

use crate::caller::call_of;
use crate::document::sample_role;
use crate::errors::{ApiError, Published};
use crate::extract::{Body, idempotency_key, parse, schema};
use crate::routes::{self, USERS};
use crate::wire;

/// The reference's default: who does not say otherwise invites the user by mail.
const SENDS_ACTIVATION_EMAIL: bool = true;

/// The name of the body's schema.
pub(crate) const BODY: &str = "UserCreate";

/// Creates a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let body = Body::read(&request)?;
    let call = call_of(&request).await?;
    let new = read(&body, &request.services.policy);
    let (key, new) = ApiError::of_both(idempotency_key(&request.head), new)?;
    let once = key.map(|key| once::once(&request, key, body.fingerprint(), respond));
    let created = request.directory.create(&call, new, once).await?;
    Ok(once::answer(&request, created, respond)?)
}

/// The user, and where it is.
fn respond(request: &Request, user: &User) -> Result<HttpResponse, UserError> {
    let created = wire::user(StatusCode::CREATED, user, &request.services.policy)?;
    let address = routes::local_address(&request.head, &format!("{USERS}/{}", user.id));
    Ok(answer::with_header(created, LOCATION, &address))
}

fn read(body: &Body, policy: &RolePolicy) -> Result<NewUser, ApiError> {
    let mut body = body.fields()?;
    let email = body.required("email", parse::email);
    let name = body.required("name", parse::name);
    let role = body.required("role", parse::role(policy));
    let department = body.clearable("department", parse::department);
    let invite = body.clearable("sendActivationEmail", parse::flag);
    let metadata = body.clearable("metadata", parse::object);
    body.finish(|| {
        Ok(NewUser {
            email: email?,
            username: None,
            password: None,
            full_name: Some(name?),
            avatar_url: None,
            bio: None,
            timezone: None,
            locale: None,
            department: department?.flatten().flatten(),
            preferences: FreeObject::empty(),
            settings: FreeObject::empty(),
            metadata: metadata?.flatten().unwrap_or_else(FreeObject::empty),
            roles: policy.roles([role?]),
            invite: invite?.flatten().unwrap_or(SENDS_ACTIVATION_EMAIL),
            workspace: None,
        })
    })
}

/// The schema of the body, line by line as it is read.
pub(crate) fn schema(policy: &RolePolicy) -> Value {
    Members::new()
        .required("email", schema::email())
        .required("name", schema::name())
        .required("role", schema::role(policy))
        .nullable("department", schema::department())
        .optional(
            "sendActivationEmail",
            schema::with(schema::nullable(schema::flag()), "default", SENDS_ACTIVATION_EMAIL),
        )
        .nullable("metadata", schema::object())
        .schema()
}

/// Describes the operation.
pub(crate) fn describe(policy: &RolePolicy) -> Operation {
    let example = json!({
        "email": "john@example.com",
        "name": "John Doe",
        "role": sample_role(policy, "user"),
        "department": "Engineering",
        "sendActivationEmail": true,
        "metadata": {"ANY_ADDITIONAL_PROPERTY": "anything"},
    });
    let created = wire::described_user(StatusCode::CREATED, "User created successfully");
    let created = created.header(LOCATION).header(IDEMPOTENT_REPLAYED.clone());
    let created = created.links(&["getUser", "updateUser", "deleteUser"], "userId", "$response.body#/data/id");
    Operation::new("Creates a new user in the system.", created)
        .about("This operation requires admin privileges.")
        .once()
        .body(schema::named(BODY), example)
        .or(Published::ALWAYS)
        .or(Published::OF_BODY)
        .or([Published::Taken])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answered, Command, ID, assert_reads_what_is_registered, request};
    use users::{Conflict, NewUser, UserError};

    fn create(body: &str) -> Answered {
        request().with_key().with_body(body).send("createUser")
    }

    fn created(members: &str) -> NewUser {
        let answer = create(&format!(r#"{{"email":"ada@example.com","name":"Ada","role":"user"{members}}}"#));
        match answer.commands.into_iter().next() {
            Some(Command::Create(new)) => new,
            other => panic!("{other:?} {}", answer.body),
        }
    }

    #[test]
    fn every_field_is_in_the_registry() {
        assert_reads_what_is_registered("createUser", || create("{}"));
    }

    #[test]
    fn a_new_user_comes_with_its_address() {
        let answer = create(r#"{"email":"ada@example.com","name":"Ada","role":"user"}"#);
        assert_eq!(answer.status, 201);
        assert_eq!(answer.location, Some(format!("/mount/v1/users/{ID}")));
        assert!(answer.body.starts_with(&format!(r#"{{"data":{{"id":"{ID}","email":"#)), "{}", answer.body);
    }

    #[test]
    fn the_least_that_can_be_said() {
        let new = created("");
        assert_eq!(new.email.as_str(), "ada@example.com");
        assert_eq!(new.full_name.as_ref().map(|name| name.as_str()), Some("Ada"));
        assert_eq!(new.roles.expect("roles").highest().as_str(), "user");
        assert!(new.invite && new.username.is_none() && new.password.is_none() && new.workspace.is_none());
        assert_eq!((new.department, new.metadata.as_str()), (None, "{}"));
    }

    #[test]
    fn everything_that_can_be_said() {
        let new =
            created(r#","department":"R&D","sendActivationEmail":false,"metadata":{"n":1.0},"id":7,"permissions":0"#);
        assert_eq!(new.department.as_ref().map(|department| department.as_str()), Some("R&D"));
        assert_eq!((new.invite, new.metadata.as_str()), (false, r#"{"n":1.0}"#));
    }

    #[test]
    fn null_reads_as_absent_where_it_is_allowed() {
        let new = created(r#","department":null,"sendActivationEmail":null,"metadata":null"#);
        assert_eq!((new.department, new.invite, new.metadata.as_str()), (None, true, "{}"));
        assert_eq!(created(r#","department":"""#).department, None);
    }

    #[test]
    fn every_failing_field_is_named_in_order() {
        assert_eq!(create("{}").faults(), ["email is required", "name is required", "role is required"]);
        let wrong = r#"{"metadata":[],"sendActivationEmail":"true","department":1,"role":null,"name":"","email":null}"#;
        assert_eq!(
            create(wrong).faults(),
            [
                "email must be a string",
                "name must have at least 1 character",
                "role must be a string",
                "department must be a string",
                "sendActivationEmail must be true or false",
                "metadata must be an object",
            ]
        );
        assert!(create(wrong).commands.is_empty());
    }

    #[test]
    fn a_malformed_body_goes_before_the_key_and_the_key_before_all_else() {
        assert_eq!(request().with_body("{").send("createUser").verdict(), (400, "VALIDATION_ERROR"));
        let text = request().with_header("content-type", "text/plain").with_body("{");
        assert_eq!(text.send("createUser").verdict(), (415, "UNSUPPORTED_MEDIA_TYPE"));
        for body in ["", "[]", "{}", r#"{"email":1}"#] {
            assert_eq!(request().with_body(body).send("createUser").verdict(), (401, "UNAUTHORIZED"), "{body}");
        }
        assert_eq!(create("").faults(), ["body is required"]);
        assert_eq!(create("[]").faults(), ["body must be a JSON object"]);
    }

    #[test]
    fn a_repeat_is_answered_as_the_first_time() {
        let body = r#"{"email":"ada@example.com","name":"Ada","role":"user"}"#;
        let ask = || request().with_key().with_header("idempotency-key", "k").with_body(body);
        let (first, again) = (ask().send("createUser"), ask().again().send("createUser"));
        assert_eq!((first.is_replayed, again.is_replayed), (false, true));
        assert_eq!(
            (again.status, again.location, again.body),
            (first.status, first.location, first.body),
            "but for that header"
        );
        let unnamed = request().with_key().with_body(body).again().send("createUser");
        assert_eq!((unnamed.status, unnamed.is_replayed), (201, false));
    }

    #[test]
    fn a_key_that_is_none_is_a_fault_like_those_of_the_body() {
        let ask = |key: &str| request().with_key().with_header("idempotency-key", key);
        let fault =
            "idempotency-key must be 1 to 255 printable ASCII characters, once, with spaces only in double quotes";
        let good = r#"{"email":"ada@example.com","name":"Ada","role":"user"}"#;
        for key in ["", "a b", "ä", &"x".repeat(256)] {
            let answer = ask(key).with_body(good).send("createUser");
            assert_eq!((answer.faults(), answer.commands.len()), (vec![fault.to_owned()], 0), "{key}");
        }
        let twice = ask("a").with_header("idempotency-key", "a").with_body(good).send("createUser");
        assert_eq!(twice.faults(), [fault]);
        assert_eq!(
            ask("").with_body(r#"{"email":1}"#).send("createUser").faults()[..2],
            [fault, "email must be a string"]
        );
        assert_eq!(ask("").with_body("[]").send("createUser").faults(), [fault, "body must be a JSON object"]);
        assert_eq!(ask("").with_body("{").send("createUser").faults().len(), 1, "a malformed body goes before it");
        let stranger = request().with_header("idempotency-key", "").with_body(good).send("createUser");
        assert_eq!(stranger.verdict(), (401, "UNAUTHORIZED"));
    }

    #[test]
    fn what_the_directory_refuses() {
        for (refusal, verdict) in [
            (UserError::from(Conflict::Email), (409, "CONFLICT")),
            (UserError::IdempotencyKeyReused, (400, "VALIDATION_ERROR")),
            (UserError::WorkspaceRequired, (400, "VALIDATION_ERROR")),
            (UserError::Busy("hashing"), (503, "UNAVAILABLE")),
        ] {
            let body = r#"{"email":"ada@example.com","name":"Ada","role":"user"}"#;
            let answer = request().with_key().with_body(body).refused_with(refusal).send("createUser");
            assert_eq!(answer.verdict(), verdict);
        }
    }
}
