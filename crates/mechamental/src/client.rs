//! Requests as this API's clients send them.

use dialect::ListQuery;
use dialect::client::{Ask, Draft, or_null, text, texts};
use dialect::fields::Concept;
use users::{
    AccountName, FullNameChange, NewUser, PresentedKey, RoleChange, RoleName, SignIn, Status, StatusChange, UserChange,
};

use crate::caller::SCHEME;
use crate::fields::FIELDS;
use crate::operations::list_users::LIMITS;

/// The value of the header with this key.
pub(crate) fn present(key: &PresentedKey) -> String {
    format!("{SCHEME} {}", key.reveal())
}

/// The request that asks this. This API has a word for every question.
pub(crate) fn draft(ask: &Ask) -> Draft {
    match ask {
        Ask::List(query) => list(query),
        Ask::Create(new) => create(new),
        Ask::Get { workspace } => {
            let mut draft = Draft::new("getUser", FIELDS);
            draft.ask(Concept::Workspace, workspace.clone());
            draft
        }
        Ask::GetOwn => Draft::new("getCurrentUser", FIELDS),
        Ask::Update(change) => update(change),
        Ask::MergeOwnPreferences(patch) => {
            let mut draft = Draft::new("updateMyPreferences", FIELDS);
            draft.say(Concept::Preferences, Some(patch.as_str().to_owned()));
            draft
        }
        Ask::Delete => Draft::new("deleteUser", FIELDS),
        Ask::SignIn(sign_in) => login(sign_in),
        Ask::SignOut => Draft::new("logout", FIELDS),
        Ask::AskForMail(address) => {
            let mut draft = Draft::new("forgotPassword", FIELDS);
            draft.say(Concept::Email, Some(text(address.as_str())));
            draft
        }
    }
}

fn login(sign_in: &SignIn) -> Draft {
    let mut draft = Draft::new("login", FIELDS);
    match &sign_in.account {
        AccountName::Email(email) => draft.say(Concept::Email, Some(text(email.as_str()))),
        AccountName::Username(username) => draft.say(Concept::Username, Some(text(username))),
    }
    draft.say(Concept::Password, Some(text(sign_in.password.expose())));
    draft
}

fn list(query: &ListQuery) -> Draft {
    let mut draft = Draft::new("listUsers", FIELDS);
    draft.say_query(query, *LIMITS.end());
    draft.require(Concept::Workspace);
    draft
}

fn create(new: &NewUser) -> Draft {
    let mut draft = Draft::new("createUser", FIELDS);
    draft.say_record(new);
    draft.require(Concept::Username);
    draft.require(Concept::Password);
    draft.say(Concept::FullName, new.full_name.as_ref().map(|name| text(name.as_str())));
    draft.say(Concept::Roles, new.roles.as_ref().map(|roles| texts(roles.iter().map(RoleName::as_str))));
    // Who is not invited is active at once, as everyone is here.
    draft.say(Concept::Invite, new.invite.then(|| true.to_string()));
    draft
}

fn update(change: &UserChange) -> Draft {
    let mut draft = Draft::new("updateUser", FIELDS);
    draft.say_changes(change);
    say_full_name(&mut draft, change.full_name.as_ref());
    say_status(&mut draft, change.status);
    say_roles(&mut draft, change.roles.as_ref());
    draft
}

fn say_full_name(draft: &mut Draft, change: Option<&FullNameChange>) {
    match change {
        None => {}
        Some(FullNameChange::Set(name)) => {
            draft.say(Concept::FullName, Some(or_null(name.as_ref().map(|name| name.as_str()))));
        }
        Some(FullNameChange::Shown(name)) => {
            draft.say(Concept::FullName, Some(text(name.as_str())));
            draft.differ(Concept::FullName, "who has no full name, and this as username, gets it as full name too");
        }
    }
}

fn say_status(draft: &mut Draft, change: Option<StatusChange>) {
    let is = |may_act: bool| Some(may_act.to_string());
    match change {
        None => {}
        Some(StatusChange::MayAct(may_act)) => draft.say(Concept::Status, is(may_act)),
        Some(StatusChange::To(Status::Active)) => draft.say(Concept::Status, is(true)),
        Some(StatusChange::To(Status::Inactive)) => {
            draft.say(Concept::Status, is(false));
            draft.differ(Concept::Status, "who is pending or suspended stays so");
        }
        Some(StatusChange::To(Status::Pending | Status::Suspended)) => {
            draft.leave(Concept::Status, "a user is active or it is not, and nothing more can be said");
        }
    }
}

fn say_roles(draft: &mut Draft, change: Option<&RoleChange>) {
    match change {
        None => {}
        Some(RoleChange::To(roles)) => draft.say(Concept::Roles, Some(texts(roles.iter().map(RoleName::as_str)))),
        Some(RoleChange::Shown(role)) => {
            draft.say(Concept::Roles, Some(texts([role.as_str()])));
            draft.differ(Concept::Roles, "who has this as the highest of several roles loses the others");
        }
    }
}
