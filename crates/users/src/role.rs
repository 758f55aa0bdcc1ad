//! Roles, what they permit, and which ranks above which.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use thiserror::Error;

use crate::each_once::each_once;

/// The right to do one kind of thing, written `resource:action`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Permission(String);

impl Permission {
    /// Reads a permission: two or more non-empty parts of lower-case letters, digits, `-`, `_` or `*`, joined by `:`.
    /// `None` if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_*".contains(c))
        };
        (text.contains(':') && text.split(':').all(is_word)).then(|| Self(text.to_owned()))
    }

    /// To see other users.
    #[must_use]
    pub fn users_read() -> Self {
        Self("users:read".to_owned())
    }

    /// To create and change other users.
    #[must_use]
    pub fn users_write() -> Self {
        Self("users:write".to_owned())
    }

    /// To delete users.
    #[must_use]
    pub fn users_delete() -> Self {
        Self("users:delete".to_owned())
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of permissions that keeps the order in which they were configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions(Vec<Permission>);

impl Permissions {
    /// Whether the permission is among them.
    #[must_use]
    pub fn has(&self, permission: &Permission) -> bool {
        self.0.contains(permission)
    }

    /// The first permission of `others` that is not among these.
    #[must_use]
    pub fn first_missing<'a>(&self, others: &'a Permissions) -> Option<&'a Permission> {
        others.iter().find(|permission| !self.has(permission))
    }

    /// Those that are also among `others`.
    #[must_use]
    pub fn within(self, others: &Permissions) -> Self {
        self.0.into_iter().filter(|permission| others.has(permission)).collect()
    }

    /// In configured order.
    pub fn iter(&self) -> std::slice::Iter<'_, Permission> {
        self.0.iter()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(each_once(permissions))
    }
}

/// The name of a role; case counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// The name that a store gives back, or that the settings define.
    #[must_use]
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The roles of one user: at least one, each once, the highest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<RoleName>);

impl Roles {
    /// The roles that a store gives back, in the order in which it was given them. `None` for no role.
    #[must_use]
    pub fn from_stored(names: Vec<RoleName>) -> Option<Self> {
        (!names.is_empty()).then_some(Self(names))
    }

    /// The highest-ranked role.
    #[must_use]
    pub fn highest(&self) -> &RoleName {
        &self.0[0]
    }

    /// The highest first.
    pub fn iter(&self) -> std::slice::Iter<'_, RoleName> {
        self.0.iter()
    }

    /// Whether the role is among them.
    #[must_use]
    pub fn has(&self, role: &RoleName) -> bool {
        self.0.contains(role)
    }
}

/// One role as the settings define it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// Its name.
    pub name: RoleName,
    /// What it permits.
    pub permissions: Permissions,
}

/// What is wrong with the roles in the settings.
#[derive(Debug, Error)]
pub enum RolePolicyError {
    /// There must be one at least.
    #[error("at least one role must be defined")]
    Empty,
    /// A name stands twice, or is empty.
    #[error("the role name {0:?} is empty or defined twice")]
    BadName(String),
}

/// Every role of the installation, the highest first. The first is the administrator's, the last what a
/// user gets when no role is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePolicy {
    definitions: Vec<RoleDefinition>,
    fingerprint: String,
}

impl RolePolicy {
    /// Takes the roles in the order of their rank.
    ///
    /// # Errors
    /// See [`RolePolicyError`].
    pub fn new(definitions: Vec<RoleDefinition>) -> Result<Self, RolePolicyError> {
        for (at, RoleDefinition { name, .. }) in definitions.iter().enumerate() {
            if name.0.is_empty() || definitions[..at].iter().any(|earlier| earlier.name == *name) {
                return Err(RolePolicyError::BadName(name.0.clone()));
            }
        }
        if definitions.is_empty() {
            return Err(RolePolicyError::Empty);
        }
        Ok(Self { fingerprint: fingerprint(&definitions), definitions })
    }

    /// A short text that differs from that of every other policy.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The role of that name, if there is one.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&RoleName> {
        self.definitions.iter().map(|definition| &definition.name).find(|role| role.as_str() == name)
    }

    /// The names, the highest first.
    pub fn names(&self) -> impl Iterator<Item = &RoleName> {
        self.definitions.iter().map(|definition| &definition.name)
    }

    /// The administrator's role.
    #[must_use]
    pub fn administrator(&self) -> &RoleName {
        &self.definitions[0].name
    }

    /// The roles of a user for whom none was named.
    #[must_use]
    pub fn default_roles(&self) -> Roles {
        Roles(self.definitions.last().map(|definition| definition.name.clone()).into_iter().collect())
    }

    /// Orders roles by rank, each once; names that the settings no longer define come last. `None` for no role.
    #[must_use]
    pub fn roles(&self, names: impl IntoIterator<Item = RoleName>) -> Option<Roles> {
        let mut roles = each_once(names);
        roles.sort_by_key(|role| self.rank(role));
        (!roles.is_empty()).then_some(Roles(roles))
    }

    /// What any role permits, in configured order.
    #[must_use]
    pub fn known_permissions(&self) -> Permissions {
        self.definitions.iter().flat_map(|definition| definition.permissions.iter().cloned()).collect()
    }

    /// What the roles permit together, in configured order.
    #[must_use]
    pub fn permissions(&self, roles: &Roles) -> Permissions {
        self.permitted(roles).into_iter().cloned().collect()
    }

    /// The same, each once, to be looked at.
    #[must_use]
    pub fn permitted(&self, roles: &Roles) -> Vec<&Permission> {
        let held = self.definitions.iter().filter(|definition| roles.has(&definition.name));
        each_once(held.flat_map(|definition| definition.permissions.iter()))
    }

    fn rank(&self, role: &RoleName) -> usize {
        self.names().position(|name| name == role).unwrap_or(usize::MAX)
    }
}

/// How much of the hash is enough to tell policies apart.
const FINGERPRINT_BYTES: usize = 8;

fn fingerprint(definitions: &[RoleDefinition]) -> String {
    let mut hash = Context::new(&SHA256);
    // Each text with its length, and one that is none behind each role, so that no two policies read the same.
    let mut add = |text: &str| {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    for definition in definitions {
        add(&definition.name.0);
        definition.permissions.iter().for_each(|permission| add(&permission.0));
        add("");
    }
    HEXLOWER.encode(&hash.finish().as_ref()[..FINGERPRINT_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint_of(roles: &[(&str, &[&str])]) -> String {
        let define = |(name, permissions): &(&str, &[&str])| RoleDefinition {
            name: RoleName((*name).to_owned()),
            permissions: permissions.iter().map(|text| Permission::parse(text).expect("a permission")).collect(),
        };
        let policy = RolePolicy::new(roles.iter().map(define).collect()).expect("a policy");
        policy.fingerprint().to_owned()
    }

    #[test]
    fn every_difference_between_policies_is_seen() {
        let policies: [&[(&str, &[&str])]; 8] = [
            &[("a", &["x:r", "x:w"]), ("b", &[])],
            &[("a", &["x:w", "x:r"]), ("b", &[])],
            &[("a", &["x:r"]), ("b", &["x:w"])],
            &[("a", &["x:r"]), ("x:w", &[]), ("b", &[])],
            &[("b", &[]), ("a", &["x:r", "x:w"])],
            &[("a", &["x:r", "x:w"]), ("c", &[])],
            &[("a", &["x:r", "x:w"])],
            &[("a", &["x:rx:w"]), ("b", &[])],
        ];
        for (at, one) in policies.iter().enumerate() {
            assert_eq!(fingerprint_of(one), fingerprint_of(one));
            for other in &policies[..at] {
                assert_ne!(fingerprint_of(one), fingerprint_of(other), "{one:?} {other:?}");
            }
        }
    }
}
