//! Requests as this API's clients send them.

use dialect::ListQuery;
use dialect::client::{Ask, Draft, text};
use dialect::fields::Concept;
use users::profile::FullName;
use users::{FullNameChange, NewUser, PresentedKey, RoleChange, RolePolicy, Roles, Status, StatusChange, UserChange};

use crate::fields::FIELDS;
use crate::operations::list_users::LIMITS;

/// The value of the header with this key.
pub(crate) fn present(key: &PresentedKey) -> String {
    key.reveal()
}

/// The request that asks this.
///
/// # Errors
/// No operation asks this: what comes closest.
pub(crate) fn draft(ask: &Ask, policy: &RolePolicy) -> Result<Draft, &'static str> {
    match ask {
        Ask::List(query) => Ok(list(query)),
        Ask::Create(new) => Ok(create(new, policy)),
        Ask::Get { workspace } => {
            let mut draft = Draft::new("getUser", FIELDS);
            draft.ask(Concept::Workspace, workspace.clone());
            Ok(draft)
        }
        Ask::GetOwn => Err("a key is no user here: getUser with the id of the key's owner comes closest"),
        Ask::Update(change) => Ok(update(change)),
        Ask::MergeOwnPreferences(_) => Err("there are no preferences here, and nothing is merged: updateUser with \
                                            metadata, which is replaced as one value, comes closest"),
        Ask::Delete => Ok(Draft::new("deleteUser", FIELDS)),
        Ask::SignIn(_) => Err("nobody signs in here: each request presents a key, which an operator makes"),
        Ask::SignOut => Err("there are no sessions here: a key ends when its time is over, or an operator revokes it"),
        Ask::AskForMail(_) => {
            Err("no mail is asked for here; createUser with sendActivationEmail, which has one sent to a new \
                                   user, comes closest")
        }
    }
}

fn list(query: &ListQuery) -> Draft {
    let mut draft = Draft::new("listUsers", FIELDS);
    draft.say_query(query, *LIMITS.end());
    draft
}

fn create(new: &NewUser, policy: &RolePolicy) -> Draft {
    let mut draft = Draft::new("createUser", FIELDS);
    draft.say_record(new);
    draft.say(Concept::FullName, new.full_name.as_ref().and_then(name));
    draft.require(Concept::FullName);
    say_highest(&mut draft, &new.roles.clone().unwrap_or_else(|| policy.default_roles()));
    // Where nothing is said of it, the user is invited.
    draft.say(Concept::Invite, Some(new.invite.to_string()));
    draft
}

/// A name, which is never empty.
fn name(name: &FullName) -> Option<String> {
    (!name.as_str().is_empty()).then(|| text(name.as_str()))
}

fn say_highest(draft: &mut Draft, roles: &Roles) {
    draft.say(Concept::Roles, Some(text(roles.highest().as_str())));
    if roles.iter().count() > 1 {
        draft.leave(Concept::Roles, "only the highest of several roles can be said");
    }
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
        Some(FullNameChange::Shown(name)) => draft.say(Concept::FullName, Some(text(name.as_str()))),
        Some(FullNameChange::Set(full_name)) => match full_name.as_ref().and_then(name) {
            Some(name) => {
                draft.say(Concept::FullName, Some(name));
                draft.differ(Concept::FullName, "who has no full name, and this as username, gets none");
            }
            None => draft.leave(Concept::FullName, "a name cannot be taken away"),
        },
    }
}

fn say_status(draft: &mut Draft, change: Option<StatusChange>) {
    match change {
        None => {}
        Some(StatusChange::To(status)) => draft.say(Concept::Status, Some(text(status.as_str()))),
        Some(StatusChange::MayAct(true)) => draft.say(Concept::Status, Some(text(Status::Active.as_str()))),
        Some(StatusChange::MayAct(false)) => {
            draft.say(Concept::Status, Some(text(Status::Inactive.as_str())));
            draft.differ(Concept::Status, "who is pending or suspended becomes inactive");
        }
    }
}

fn say_roles(draft: &mut Draft, change: Option<&RoleChange>) {
    match change {
        None => {}
        Some(RoleChange::Shown(role)) => draft.say(Concept::Roles, Some(text(role.as_str()))),
        Some(RoleChange::To(roles)) => {
            say_highest(draft, roles);
            draft.differ(Concept::Roles, "who has this as the highest of several roles keeps the others");
        }
    }
}
