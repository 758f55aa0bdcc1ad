//! What stories happen in: a running server, its workspaces, keys and people.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::cli::CliAnswer;
use super::doors::{Maisa, Mm};
use super::house::{House, Server};

/// A house with a running server and its first administrator.
pub struct Town {
    pub server: Server,
    pub house: House,
    /// The administrator whom `diglot init` made, and the key with reach over the installation.
    pub root: Person,
    pub first_workspace: String,
}

/// Somebody with a record and a key.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub key: String,
}

/// A key as it was issued.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pub secret: String,
}

/// A workspace and the installation key that looks after it.
pub struct Workspace<'a> {
    pub town: &'a Town,
    pub id: String,
}

/// The town that stories share. Each story works in a workspace of its own.
pub fn town() -> &'static Town {
    static TOWN: OnceLock<Town> = OnceLock::new();
    TOWN.get_or_init(Town::new)
}

/// A name that no other story uses.
pub fn fresh(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{name}{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Town {
    /// A town of one's own, with the default settings.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A town with settings of its own.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let mut house = House::empty();
        for (name, value) in settings {
            house.set(name, value);
        }
        Self::in_house(house)
    }

    /// Founds a town in a prepared house.
    pub fn in_house(house: House) -> Self {
        let first = house.init();
        let server = house.serve();
        Self::settle(house, server, &first)
    }

    /// Moves into a house that was initialised and is served already; `first` is what `diglot init` printed.
    pub fn settle(house: House, server: Server, first: &Value) -> Self {
        let text =
            |key: &str| first[key].as_str().unwrap_or_else(|| panic!("init prints no {key}: {first}")).to_owned();
        let (id, key, first_workspace) = (text("user_id"), text("key"), text("workspace_id"));
        let mm = Mm::new(&server.http, &key);
        let me = ["", "/mechamental"]
            .map(|mount| mm.clone().at(mount).me())
            .into_iter()
            .find(|me| me.status == 200)
            .unwrap();
        let root = Person { id, email: me.str("/email"), key };
        Self { server, house, root, first_workspace }
    }

    /// A client with the key of the first administrator.
    pub fn mm(&self) -> Mm<'_> {
        self.mm_as(&self.root.key)
    }

    pub fn maisa(&self) -> Maisa<'_> {
        self.maisa_as(&self.root.key)
    }

    pub fn mm_as(&self, key: &str) -> Mm<'_> {
        Mm::new(&self.server.http, key)
    }

    pub fn maisa_as(&self, key: &str) -> Maisa<'_> {
        Maisa::new(&self.server.http, key)
    }

    pub fn cli(&self, arguments: &[&str]) -> CliAnswer {
        self.house.cli(arguments)
    }

    pub fn workspace(&self) -> Workspace<'_> {
        self.workspace_named(&fresh("workspace"))
    }

    pub fn workspace_named(&self, name: &str) -> Workspace<'_> {
        let id = self.cli(&["workspace", "create", name, "--json"]).done().str("workspace_id");
        Workspace { town: self, id }
    }

    /// `diglot key create --json` with these arguments.
    pub fn key(&self, arguments: &[&str]) -> Key {
        let all: Vec<&str> = ["key", "create", "--json"].iter().chain(arguments).copied().collect();
        let issued = self.cli(&all).done();
        Key { id: issued.str("key_id"), secret: issued.str("key") }
    }

    /// A key of no owner that may do everything with users, in the whole installation.
    pub fn steward(&self) -> Key {
        let all = ["users:read", "users:write", "users:delete", "projects:read", "projects:write"];
        let arguments: Vec<&str> = all.iter().flat_map(|permission| ["--permission", permission]).collect();
        self.key(&[&["--workspace", "*"], &arguments[..]].concat())
    }

    /// The record as both dialects show it together: the union of what they say.
    pub fn record(&self, id: &str) -> Value {
        json!({ "mechamental": self.mm().get(id).expect(200).json(), "maisa": self.maisa().get(id).expect(200).json() })
    }
}

impl<'a> Workspace<'a> {
    /// A new user of this workspace, made through MechaMental, with more fields if the story needs them.
    pub fn user_with(&self, name: &str, more: Value) -> Value {
        let mut body = self.application(name);
        for (field, value) in more.as_object().unwrap() {
            body[field] = value.clone();
        }
        self.town.mm().create(&body).expect(201).json()
    }

    /// The id of a new user of this workspace.
    pub fn user(&self, name: &str) -> String {
        id(&self.user_with(name, json!({})))
    }

    /// A body that MechaMental's create takes, for a user of this workspace whom nobody knows yet.
    pub fn application(&self, name: &str) -> Value {
        let name = fresh(name);
        json!({
            "email": format!("{name}@example.com"), "username": name, "password": "correct horse",
            "default_workspace_id": self.id,
        })
    }

    /// A new user with a role, and an own key with all that the role permits, in this workspace.
    pub fn person(&self, role: &str) -> Person {
        let user = self.user_with(role, json!({ "roles": [role] }));
        let key = self.key(&["--user", user["user_id"].as_str().unwrap()]);
        let text = |field: &str| user[field].as_str().unwrap().to_owned();
        Person { id: text("user_id"), email: text("email"), key: key.secret }
    }

    /// A key whose reach is this workspace.
    pub fn key(&self, more: &[&str]) -> Key {
        let arguments: Vec<&str> = ["--workspace", &self.id].into_iter().chain(more.iter().copied()).collect();
        self.town.key(&arguments)
    }

    /// A key of no owner with these permissions, whose reach is this workspace.
    pub fn key_with(&self, permissions: &[&str]) -> Key {
        let arguments: Vec<&str> = permissions.iter().flat_map(|permission| ["--permission", permission]).collect();
        self.key(&arguments)
    }

    /// A key that may do everything with users here, and nothing elsewhere.
    pub fn steward(&self) -> Key {
        self.key_with(&["users:read", "users:write", "users:delete", "projects:read", "projects:write"])
    }

    /// Makes somebody a member.
    pub fn add(&self, user: &str) {
        self.town.cli(&["member", "add", &self.id, user]).done();
    }
}

/// The id of a MechaMental user.
pub fn id(user: &Value) -> String {
    user["user_id"].as_str().unwrap_or_else(|| panic!("no user: {user}")).to_owned()
}

/// An id of the right form that nobody has.
pub const NOBODY: &str = "0190a000-0000-7000-8000-00000000dead";
