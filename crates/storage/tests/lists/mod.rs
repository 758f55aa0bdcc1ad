//! What is kept for lists, seen and changed from behind the store's back: the same on every backend.

pub mod search;

use std::sync::Arc;

use storage::AnyStore;
use users::page::{Filter, Scope, Start};
use users::ports::{Store, Tx};
use users::role::RoleDefinition;
use users::testing::contract::user;
use users::testing::{MemoryStore, TestEnvironment};
use users::workspace::Workspace;
use users::{Permissions, RoleName, RolePolicy, Roles, Timestamp, User, UserId, Users, WorkspaceId};

/// A database that can be looked into.
pub trait Behind {
    fn run(&mut self, statements: &str);
    fn number(&mut self, query: &str) -> i64;
}

/// Whose role stands wrong beside a membership.
const WRONG_ROLES: &str = "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.role <> u.role";

/// Totals that are not what counting says.
const WRONG_TOTALS: &str = "SELECT count(*) FROM (SELECT workspace_id, role FROM (
        SELECT workspace_id, role, -members AS n FROM list_totals
        UNION ALL SELECT workspace_id, role, 1 FROM memberships
        UNION ALL SELECT '', role, 1 FROM users) AS counted
    GROUP BY workspace_id, role HAVING sum(n) <> 0) AS wrong";

pub fn assert_kept(behind: &mut impl Behind, after: &str) {
    assert_eq!(behind.number(WRONG_ROLES), 0, "roles after {after}");
    assert_eq!(behind.number(WRONG_TOTALS), 0, "totals after {after}");
}

/// Statements that write users of which the store would make no record.
fn users_by_hand(numbers: std::ops::Range<u32>) -> String {
    let row = |n: u32| {
        let role = ["admin", "editor", "user"][n as usize % 3];
        format!(
            "('{}', 1, 'e{n}', 'e{n}', false, 'u{n}', 'u{n}', 'active', '{role}', '[\"{role}\"]', 0, 0, 'u{n}', '{{}}', '{{}}', '{{}}')",
            id(n)
        )
    };
    format!(
        "INSERT INTO users (id, revision, email, email_key, verified, username, username_key, status, role, roles, created_at,
            updated_at, search_text, preferences, settings, metadata) VALUES {};",
        numbers.map(row).collect::<Vec<_>>().join(", ")
    )
}

fn id(n: u32) -> UserId {
    user(n).id
}

fn workspace_id(n: u32) -> WorkspaceId {
    WorkspaceId::from_stored(format!("{n:08x}-0000-7000-9000-000000000000"))
}

fn shown(n: u32, names: &[&str]) -> User {
    let names = names.iter().map(|name| RoleName::from_stored((*name).to_owned())).collect();
    User { roles: Roles::from_stored(names).expect("a role"), ..user(n) }
}

/// Every kind of statement, none of which knows of roles and totals.
pub fn nothing_writes_past_them(behind: &mut impl Behind) {
    for statements in [
        "INSERT INTO workspaces VALUES ('w', 'W', 0), ('v', 'V', 0), ('x', 'X', 0)",
        &users_by_hand(0..40),
        "INSERT INTO memberships (workspace_id, user_id) SELECT 'w', id FROM users",
        "INSERT INTO memberships (workspace_id, user_id, role) SELECT 'v', id, 'owner' FROM users WHERE email < 'e3'",
        "UPDATE users SET role = 'editor' WHERE email < 'e2'",
        "UPDATE users SET role = role, revision = 2",
        "UPDATE memberships SET role = 'owner' WHERE workspace_id = 'w'",
        "UPDATE memberships SET workspace_id = 'x' WHERE workspace_id = 'v' AND role = 'editor'",
        "UPDATE memberships SET workspace_id = 'x', role = 'owner' WHERE workspace_id = 'v' AND role = 'admin'",
        "DELETE FROM memberships WHERE workspace_id = 'w' AND user_id IN (SELECT id FROM users WHERE role = 'editor')",
        // Whoever moves a membership to another user moves it to another role.
        "UPDATE memberships SET user_id = (SELECT max(id) FROM users WHERE role = 'editor')
            WHERE workspace_id = 'w' AND user_id = (SELECT min(user_id) FROM memberships WHERE workspace_id = 'w' AND role = 'admin')",
        "DELETE FROM users WHERE role = 'user'",
        "DELETE FROM workspaces WHERE id = 'w'",
    ] {
        behind.run(statements);
        assert_kept(behind, statements);
    }
    assert!(behind.number("SELECT count(*) FROM memberships") > 10);
    behind.run("DELETE FROM workspaces");
    behind.run("DELETE FROM users");
    assert_kept(behind, "the end");
    assert_eq!(behind.number("SELECT coalesce(sum(members), 0) FROM list_totals"), 0);
}

fn ranked(names: &[&str]) -> Arc<RolePolicy> {
    let definition = |name: &&str| RoleDefinition {
        name: RoleName::from_stored((*name).to_owned()),
        permissions: Permissions::default(),
    };
    Arc::new(RolePolicy::new(names.iter().map(definition).collect()).expect("a policy"))
}

/// A start with other settings changes the role that is shown of many.
pub fn they_follow_a_new_ranking(store: AnyStore, behind: &mut impl Behind) {
    let (store, environment) = (Arc::new(store), TestEnvironment::new());
    let align = |names| Users::new(store.clone(), ranked(names), environment.ports()).align_roles().expect("aligned");
    align(&["admin", "editor", "user"]);
    let people = |tx: &mut dyn Tx| {
        (1..=700).try_for_each(|n| {
            tx.insert_user(&shown(n, if n % 2 == 0 { &["admin", "user"] } else { &["user"] }), None)
        })?;
        tx.insert_workspace(&workspace(1))?;
        (1..=600).try_for_each(|n| tx.add_member(&workspace_id(1), &id(n)))
    };
    store.write(people).expect("people");
    let count = |scope: &Scope, name: &str| {
        let filter = Filter { role: Some(RoleName::from_stored(name.to_owned())), search: None };
        store.read(|reads| reads.count_users(scope, &filter)).expect("a count")
    };
    let members = Scope::Members(vec![workspace_id(1)]);
    assert_eq!(
        (count(&Scope::Installation, "admin"), count(&members, "admin"), count(&members, "user")),
        (350, 300, 300)
    );
    align(&["user", "editor", "admin"]);
    assert_eq!((count(&Scope::Installation, "admin"), count(&members, "admin"), count(&members, "user")), (0, 0, 600));
    assert_kept(behind, "a new ranking");
}

fn workspace(n: u32) -> Workspace {
    Workspace { id: workspace_id(n), name: "W".to_owned(), created_at: Timestamp::from_micros(0).expect("a time") }
}

/// Puts users into three workspaces.
fn populate(tx: &mut dyn Tx) -> users::error::Result<()> {
    (1..=3).try_for_each(|n| tx.insert_workspace(&workspace(n)))?;
    for n in 1..=30 {
        tx.insert_user(&shown(n, [&["admin", "user"], &["user", "admin"], &["editor", "user"]][n as usize % 3]), None)?;
        if n % 2 == 0 {
            tx.add_member(&workspace_id(1), &id(n))?;
        }
        if n > 10 {
            tx.add_member(&workspace_id(2), &id(n))?;
        }
    }
    Ok(())
}

/// Every list that a store gives, and its total.
fn lists(store: &impl Store) -> Vec<(Vec<User>, u64)> {
    let workspaces = [vec![1], vec![2], vec![3], vec![1, 2, 3]];
    let scopes = workspaces.map(|numbers| Scope::Members(numbers.into_iter().map(workspace_id).collect()));
    let roles = [None, Some("admin"), Some("editor"), Some("user"), Some("owner")];
    let all = scopes.iter().chain([&Scope::Installation]).flat_map(|scope| roles.iter().map(move |role| (scope, role)));
    let list = |(scope, role): (&Scope, &Option<&str>)| {
        let filter = Filter { role: role.map(|name| RoleName::from_stored(name.to_owned())), search: None };
        let found = store.read(|reads| {
            Ok((reads.users(scope, &filter, &Start::Beginning, 100)?, reads.count_users(scope, &filter)?))
        });
        found.expect("a list")
    };
    all.map(list).collect()
}

/// A store of the version before, in which rows stand that only it has written, has the same lists as one in memory.
pub fn an_older_store_gets_them(open: impl Fn() -> AnyStore, behind: &mut impl Behind, down: &str) {
    open().write(populate).expect("people");
    behind.run(down);
    behind.run("DELETE FROM __diesel_schema_migrations WHERE version >= '20261129000000'");
    for n in 1..=5 {
        behind.run(&format!("INSERT INTO memberships VALUES ('{}', '{}')", workspace_id(3), id(n)));
        behind.run(&format!("DELETE FROM users WHERE id = '{}'", id(n + 20)));
    }
    let memory = MemoryStore::new();
    let same = |tx: &mut dyn Tx| {
        populate(tx)?;
        (1..=5).try_for_each(|n| tx.add_member(&workspace_id(3), &id(n)))?;
        (1..=5).try_for_each(|n| tx.delete_user(&id(n + 20)))
    };
    memory.write(same).expect("the same");
    let store = open();
    assert_kept(behind, "the upgrade");
    assert!(lists(&store) == lists(&memory), "the lists are the same");
    let deleted = |tx: &mut dyn Tx| tx.delete_user(&id(3));
    store.write(deleted).expect("deleted");
    memory.write(deleted).expect("deleted");
    assert!(lists(&store) == lists(&memory), "and stay so");
}
