//! The entity tags of this API's users, and the preconditions that are made of them.

use dialect::Request;
use dialect::conditional::Form;
use users::Precondition;

use crate::errors::ApiError;

/// How this API shows a user. Whoever changes what stands in [`crate::wire::UserBody`], or how, gives this another name.
const FORM: &str = "mm1";

/// The form that tags are made for.
pub(crate) fn form() -> Form<'static> {
    Form::new(FORM)
}

/// What the request asks of the user that it is about.
///
/// # Errors
/// A header that cannot be read.
pub(crate) fn precondition(request: &Request) -> Result<Precondition, ApiError> {
    Ok(form().precondition(&request.head.headers)?)
}
