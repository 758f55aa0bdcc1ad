//! An installation with an administrator, two workspaces, and whoever a story needs.

use std::sync::Arc;

use crate::error::Result;
use crate::json::{FreeObject, decode};
use crate::key::KeyReach;
use crate::ports::{Clock, Environment, PasswordHasher};
use crate::profile::Username;
use crate::role::{Permission, Permissions, RoleDefinition, RoleName, RolePolicy};
use crate::testing::{CheapHasher, MemoryStore, TestEnvironment};
pub use crate::testing::{new_user, no_change};
use crate::time::Timestamp;
use crate::user::User;
use crate::{
    Administrator, Caller, Created, Email, KeyRequest, NewUser, Operator, PlainPassword, Precondition, PresentedKey,
    UserChange, UserError, Users, WorkspaceId,
};

pub struct House {
    pub store: Arc<MemoryStore>,
    pub users: Users<MemoryStore>,
    pub operator: Operator<MemoryStore>,
    pub environment: TestEnvironment,
    pub admin: Arc<Caller>,
    pub admin_user: User,
    pub first: WorkspaceId,
    pub second: WorkspaceId,
}

impl House {
    pub fn new() -> Self {
        Self::hashing(Arc::new(CheapHasher))
    }

    /// In which passwords are hashed like this.
    pub fn hashing(hasher: Arc<dyn PasswordHasher>) -> Self {
        let store = Arc::new(MemoryStore::new());
        let environment = TestEnvironment::new();
        environment.clock.step_by(1);
        let ports = Environment { hasher, ..environment.ports() };
        let users = Users::new(store.clone(), Arc::new(policy()), ports.clone());
        let operator = Operator::new(store.clone(), Arc::new(policy()), ports);
        let made = operator
            .init(Administrator {
                email: email("root@example.com"),
                username: Username::parse("root").unwrap(),
                workspace_name: "First".to_owned(),
            })
            .unwrap();
        let admin = users.authenticate(&made.key).unwrap();
        let admin_user = users.get_own(&admin).unwrap();
        let second = operator.create_workspace("Second").unwrap().id;
        Self { store, users, operator, environment, admin, admin_user, first: made.workspace, second }
    }

    /// A user with these roles, created by the administrator in this workspace.
    pub fn user(&self, name: &str, roles: &[&str], workspace: &WorkspaceId) -> User {
        let roles = self.roles(roles);
        let new = NewUser { roles: Some(roles), workspace: Some(workspace.to_string()), ..new_user(name) };
        self.create(&self.admin, new).unwrap()
    }

    /// Creates a user, as often as it is asked to.
    pub fn create(&self, caller: &Caller, new: NewUser) -> Result<User, UserError> {
        match self.users.create(caller, new, None)? {
            Created::Now(user) => Ok(user),
            Created::Before(answer) => panic!("{answer:?}"),
        }
    }

    pub fn roles(&self, names: &[&str]) -> crate::Roles {
        policy().roles(names.iter().map(|name| role(name))).unwrap()
    }

    /// A key of this user with its own reach and all that it may.
    pub fn key_of(&self, user: &User) -> PresentedKey {
        self.key(Some(user), KeyReach::Owner, None)
    }

    /// The same directory, in which passwords are hashed like this.
    pub fn users_hashing(&self, hasher: Arc<dyn PasswordHasher>) -> Users<MemoryStore> {
        let ports = Environment { hasher, ..self.environment.ports() };
        Users::new(self.store.clone(), Arc::new(policy()), ports)
    }

    pub fn key(&self, owner: Option<&User>, reach: KeyReach, permissions: Option<&[&str]>) -> PresentedKey {
        self.operator.create_key(key_request(owner, reach, permissions)).unwrap().key
    }

    /// A key that lives for so many seconds, and a way to let them pass.
    pub fn key_for(&self, seconds: i64, owner: &User) -> PresentedKey {
        let end = Timestamp::from_micros(self.environment.clock.now().micros() + seconds * 1_000_000);
        let request = KeyRequest { expires_at: end, ..key_request(Some(owner), KeyReach::Owner, None) };
        self.operator.create_key(request).unwrap().key
    }

    pub fn wait(&self, seconds: i64) {
        self.environment.clock.advance(seconds * 1_000_000);
    }

    pub fn caller(&self, key: &PresentedKey) -> Arc<Caller> {
        self.users.authenticate(key).unwrap()
    }

    pub fn caller_of(&self, user: &User) -> Arc<Caller> {
        self.caller(&self.key_of(user))
    }

    /// An ownerless key of this workspace.
    pub fn service(&self, workspace: &WorkspaceId, permissions: &[&str]) -> Arc<Caller> {
        self.caller(&self.key(None, KeyReach::Workspace(workspace.clone()), Some(permissions)))
    }

    /// Changes a user, whatever state it is in.
    pub fn update(&self, caller: &Caller, id: &str, change: UserChange) -> Result<User> {
        self.users.update(caller, id, change, Precondition::default())
    }

    /// Deletes a user, whatever state it is in.
    pub fn delete(&self, caller: &Caller, id: &str) -> Result<()> {
        self.users.delete(caller, id, Precondition::default())
    }

    /// Merges preferences, whatever they are.
    pub fn merge(&self, caller: &Caller, patch: FreeObject) -> Result<User> {
        self.users.merge_own_preferences(caller, patch, Precondition::default())
    }

    pub fn read(&self, user: &User) -> User {
        self.users.get(&self.admin, user.id.as_str(), None).unwrap()
    }
}

fn key_request(owner: Option<&User>, reach: KeyReach, permissions: Option<&[&str]>) -> KeyRequest {
    KeyRequest {
        name: "a key".to_owned(),
        reach,
        owner: owner.map(|user| user.id.to_string()),
        permissions: permissions.map(permission_set),
        expires_at: None,
        plan: None,
    }
}

pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub fn password(text: &str) -> PlainPassword {
    PlainPassword::parse(text).unwrap()
}

pub fn role(name: &str) -> RoleName {
    RoleName::from_stored(name.to_owned())
}

pub fn permission(text: &str) -> Permission {
    Permission::parse(text).unwrap()
}

pub fn object(text: &str) -> FreeObject {
    FreeObject::from_json(&decode(text.as_bytes()).unwrap()).unwrap()
}

fn permission_set(texts: &[&str]) -> Permissions {
    texts.iter().map(|text| permission(text)).collect()
}

pub fn policy() -> RolePolicy {
    let define =
        |name, permissions: &[&str]| RoleDefinition { name: role(name), permissions: permission_set(permissions) };
    RolePolicy::new(vec![
        define("admin", &["users:read", "users:write", "users:delete", "projects:read", "projects:write"]),
        define("developer", &["users:read", "projects:read", "projects:write"]),
        define("manager", &["users:read", "users:write"]),
        define("user", &["users:read", "projects:read", "projects:write"]),
        define("guest", &["projects:read"]),
    ])
    .unwrap()
}
