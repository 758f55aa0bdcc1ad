//! A line: its members, and what becomes of those that are absent.

use std::sync::Arc;

use super::fields::{Fields, Said};
use super::values::*;
use super::{Candidate, Problem, Refusal};
use crate::email::Email;
use crate::id::WorkspaceId;
use crate::json::{DecodeError, FreeObject, Json, decode};
use crate::ports::{Enrolment, Environment};
use crate::profile::{AvatarUrl, Bio, FullName, Locale, Provider, Timezone, Username};
use crate::role::RolePolicy;
use crate::service::LOCAL_PROVIDER;
use crate::user::{Status, User};

/// Reads lines.
pub struct Reader {
    policy: Arc<RolePolicy>,
    environment: Environment,
    workspace: Option<WorkspaceId>,
}

impl Reader {
    pub(crate) fn new(policy: Arc<RolePolicy>, environment: Environment, workspace: Option<WorkspaceId>) -> Self {
        Self { policy, environment, workspace }
    }

    /// Reads the line of that number. Whether it collides with others, or names workspaces that are not there, is not looked at.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(&self, line: u64, bytes: &[u8]) -> Result<Candidate, Refusal> {
        self.members(bytes)
            .and_then(|members| self.candidate(line, &members))
            .map_err(|problems| Refusal { line, problems })
    }

    fn members(&self, bytes: &[u8]) -> Result<Vec<(String, Json)>, Vec<Problem>> {
        let message = match decode(bytes) {
            Ok(Json::Object(members)) => return Ok(members),
            Ok(_) => "is no JSON object".to_owned(),
            Err(DecodeError::Malformed { message, position }) => {
                format!("is no JSON: {message} at character {position}")
            }
            Err(DecodeError::Unreadable(reason)) => format!("is no JSON: {reason}"),
        };
        Err(vec![Problem::of_line(message)])
    }

    fn candidate(&self, line: u64, members: &[(String, Json)]) -> Result<Candidate, Vec<Problem>> {
        let mut fields = Fields::of(members);
        let id = fields.optional("user_id", user_id);
        let email = fields.required("email", email);
        let username = fields.optional("username", text(Username::parse));
        let full_name = fields.optional("full_name", text(FullName::parse));
        let auth_provider = fields.read("auth_provider", text(Provider::parse));
        let status = status_of(&mut fields);
        let verified = fields.optional("is_verified", boolean).unwrap_or(false);
        let roles = fields.optional("roles", roles(&self.policy));
        let department = fields.optional("department", department).flatten();
        let avatar_url = fields.optional("avatar_url", text(AvatarUrl::parse));
        let bio = fields.optional("bio", text(Bio::parse));
        let timezone = fields.optional("timezone", text(Timezone::parse));
        let locale = fields.optional("locale", text(Locale::parse));
        let mut free = |name| fields.optional(name, object).unwrap_or_else(FreeObject::empty);
        let (preferences, settings, metadata) = (free("preferences"), free("settings"), free("metadata"));
        let created_at = fields.optional("created_at", time);
        let updated_at = fields.optional("updated_at", time);
        let last_login = fields.optional("last_login", time);
        let (workspaces, default_workspace) = self.workspaces(&mut fields);
        let password = fields.optional("password_hash", password_hash);

        let problems = fields.finish();
        let email = match email {
            Some(email) if problems.is_empty() => email,
            // It is among the problems.
            _ => return Err(problems),
        };
        let now = || self.environment.clock.now();
        let created_at = created_at.or(updated_at).unwrap_or_else(now);
        let is_named = username.is_some();
        let user = User {
            id: id.unwrap_or_else(|| self.environment.randomness.uuid().into()),
            revision: 1,
            verified,
            username: username.unwrap_or_else(|| provisional_username(&email)),
            email,
            full_name,
            status,
            roles: roles.unwrap_or_else(|| self.policy.default_roles()),
            department,
            avatar_url,
            bio,
            timezone,
            locale,
            auth_provider: match auth_provider {
                Said::This(provider) => Some(provider.as_str().to_owned()),
                Said::Null => None,
                Said::Nothing => Some(LOCAL_PROVIDER.to_owned()),
            },
            preferences,
            settings,
            metadata,
            created_at,
            updated_at: updated_at.unwrap_or(created_at),
            last_login,
            default_workspace,
        };
        Ok(Candidate { line, enrolment: Enrolment { user, password, workspaces }, is_named })
    }

    /// The workspaces to join, and the one that a client starts in: it is one of them, and the first unless said otherwise.
    fn workspaces(&self, fields: &mut Fields<'_>) -> (Vec<WorkspaceId>, Option<WorkspaceId>) {
        let default = fields.read("default_workspace_id", workspace_id);
        let mut workspaces = fields.optional("workspaces", workspaces).unwrap_or_default();
        match default {
            Said::This(default) => {
                if !workspaces.contains(&default) {
                    workspaces.push(default.clone());
                }
                (workspaces, Some(default))
            }
            said => {
                if workspaces.is_empty() {
                    workspaces.extend(self.workspace.clone());
                }
                let first = workspaces.first().filter(|_| said == Said::Nothing).cloned();
                (workspaces, first)
            }
        }
    }
}

/// Either field will do; both must say the same.
fn status_of(fields: &mut Fields<'_>) -> Status {
    let is_active = fields.optional("is_active", boolean);
    let status = fields.optional("status", status);
    match (status, is_active) {
        (Some(status), Some(is_active)) if (status == Status::Active) != is_active => {
            fields.note("is_active", "contradicts the status");
            status
        }
        (Some(status), _) => status,
        (None, Some(false)) => Status::Inactive,
        (None, _) => Status::Active,
    }
}

/// The name that a user without one gets if it is free. A local part is shorter than a username may be.
fn provisional_username(email: &Email) -> Username {
    Username::from_stored(email.local_part().to_owned())
}
