//! The entity tags of this API's users, and the preconditions that are made of them.

use dialect::Request;
use dialect::conditional::Form;
use users::{Precondition, RolePolicy};

use crate::errors::ApiError;

/// How this API shows a user. Whoever changes what stands in [`crate::wire::UserBody`], or how, gives this another name.
const FORM: &str = "ma1";

/// The form that tags are made for. What a user's roles permit is shown as well, and that is for the policy to say.
pub(crate) fn form(policy: &RolePolicy) -> Form<'_> {
    Form::under(FORM, policy.fingerprint())
}

/// What the request asks of the user that it is about.
///
/// # Errors
/// A header that cannot be read.
pub(crate) fn precondition(request: &Request) -> Result<Precondition, ApiError> {
    Ok(form(&request.services.policy).precondition(&request.head.headers)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::policy;
    use users::role::RoleDefinition;
    use users::{Permission, RoleName};

    #[test]
    fn other_permissions_are_another_form() {
        let permissions = [Permission::users_read()].into_iter().collect();
        let viewer = RoleDefinition { name: RoleName::from_stored("viewer".to_owned()), permissions };
        let other = RolePolicy::new(vec![viewer]).expect("a policy");
        assert_eq!(form(&policy()), form(&policy()));
        assert_ne!(form(&policy()), form(&other));
    }
}
