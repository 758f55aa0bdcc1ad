//! Who asks, and whom it is about: everybody in two copies, one for each door.

use std::time::Duration;

use serde_json::json;

use crate::harness::{NOBODY, Town, Workspace, eventually, id};

pub const ALL: [&str; 5] = ["users:read", "users:write", "users:delete", "projects:read", "projects:write"];

/// What a role permits by the default settings.
pub fn permissions(role: &str) -> Vec<&'static str> {
    match role {
        "admin" => ALL.to_vec(),
        "developer" | "user" => vec!["users:read", "projects:read", "projects:write"],
        _ => vec!["users:read", "projects:read"],
    }
}

/// The two workspaces of the play.
pub struct Stage<'a> {
    pub town: &'a Town,
    pub here: Workspace<'a>,
    pub there: Workspace<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    Nothing,
    Here,
    There,
    Everything,
}

/// One who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    pub name: &'static str,
    pub alive: bool,
    pub reach: Reach,
    pub holds: Vec<&'static str>,
    /// The role of the key's owner, if the key has one.
    pub role: Option<&'static str>,
    /// For each door a key and, if there is one, its owner.
    pub copies: [(String, Option<String>); 2],
}

impl Caller {
    pub fn holds(&self, permission: &str) -> bool {
        self.holds.contains(&permission)
    }

    pub fn covers(&self, role: &str) -> bool {
        permissions(role).into_iter().all(|permission| self.holds(permission))
    }
}

/// One whom it is about.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: &'static str,
    pub here: bool,
    pub there: bool,
    pub exists: bool,
    pub role: &'static str,
    pub active: bool,
    pub is_self: bool,
    /// For each door an id.
    pub copies: [String; 2],
}

pub const TARGETS: [&str; 8] = ["member", "viewer", "boss", "inactive", "foreigner", "both", "homeless", "absent"];

impl<'a> Stage<'a> {
    pub fn new(town: &'a Town) -> Self {
        Self { town, here: town.workspace(), there: town.workspace() }
    }

    fn person(&self, role: &str) -> String {
        id(&self.here.user_with("person", json!({ "roles": [role] })))
    }

    /// Both copies of a target of this kind.
    pub fn target(&self, name: &'static str) -> Target {
        let role = match name {
            "viewer" => "viewer",
            "boss" => "admin",
            _ => "user",
        };
        let copies = [0, 1].map(|_| self.target_copy(name, role));
        let (here, there) =
            (!["foreigner", "homeless", "absent"].contains(&name), ["foreigner", "both"].contains(&name));
        Target { name, here, there, exists: name != "absent", role, active: name != "inactive", is_self: false, copies }
    }

    fn target_copy(&self, name: &str, role: &str) -> String {
        if name == "absent" {
            return NOBODY.to_owned();
        }
        if name == "foreigner" {
            return self.there.user("foreigner");
        }
        let user = self.person(role);
        match name {
            "inactive" => _ = self.town.mm().update(&user, json!({"is_active": false})).expect(200),
            "both" => self.there.add(&user),
            "homeless" => _ = self.town.cli(&["member", "remove", &self.here.id, &user]).done(),
            _ => {}
        }
        user
    }

    /// The owner of the caller's key as a target.
    pub fn oneself(&self, caller: &Caller) -> Option<Target> {
        let role = caller.role?;
        let copies = caller.copies.clone().map(|(_, owner)| owner.unwrap_or_default());
        Some(Target { name: "self", here: true, there: false, exists: true, role, active: true, is_self: true, copies })
    }

    /// A caller whose key has no owner.
    fn free(&self, name: &'static str, reach: Reach, holds: &[&'static str]) -> Caller {
        let workspace = match reach {
            Reach::There => self.there.id.as_str(),
            Reach::Here | Reach::Nothing => self.here.id.as_str(),
            Reach::Everything => "*",
        };
        let arguments: Vec<&str> = holds.iter().flat_map(|permission| ["--permission", permission]).collect();
        let key = self.town.key(&[&["--workspace", workspace], &arguments[..]].concat()).secret;
        Caller {
            name,
            alive: true,
            reach,
            holds: holds.to_vec(),
            role: None,
            copies: [(key.clone(), None), (key, None)],
        }
    }

    /// A caller whose key has an owner of this role, with these further arguments to the key.
    fn owned(&self, name: &'static str, role: &'static str, reach: Reach, more: &[&str]) -> Caller {
        let copies = [0, 1].map(|_| {
            let owner = self.person(role);
            let key = self.town.key(&[&["--user", owner.as_str()], more].concat()).secret;
            (key, Some(owner))
        });
        Caller { name, alive: true, reach, holds: permissions(role), role: Some(role), copies }
    }

    /// A caller with an owner to whom something happened since.
    fn struck(&self, name: &'static str, role: &'static str, alive: bool, blow: impl Fn(&str)) -> Caller {
        let caller = self.owned(name, role, Reach::Here, &["--workspace", &self.here.id]);
        caller.copies.iter().for_each(|(_, owner)| blow(owner.as_deref().unwrap_or_default()));
        Caller { alive, role: if alive { caller.role } else { None }, ..caller }
    }

    pub fn callers(&self) -> Vec<Caller> {
        let (mm, here) = (self.town.mm(), ["--workspace", self.here.id.as_str()]);
        let mut demoted = self.struck("demoted owner", "admin", true, |owner| {
            _ = mm.update(owner, json!({"roles": ["viewer"]})).expect(200)
        });
        (demoted.holds, demoted.role) = (permissions("viewer"), Some("viewer"));
        let mut reader = self.owned(
            "administrator with a key to read",
            "admin",
            Reach::Here,
            &[&here[..], &["--permission", "users:read"]].concat(),
        );
        reader.holds = vec!["users:read"];
        vec![
            self.free("installation", Reach::Everything, &ALL),
            self.free("workspace", Reach::Here, &ALL),
            self.free("other workspace", Reach::There, &ALL),
            self.free("reads", Reach::Here, &["users:read"]),
            self.free("writes", Reach::Here, &["users:write"]),
            self.free(
                "reads and writes what viewers may",
                Reach::Here,
                &["users:read", "users:write", "projects:read"],
            ),
            self.free("deletes", Reach::Here, &["users:delete"]),
            self.free(
                "all but deletes",
                Reach::Everything,
                &["users:read", "users:write", "projects:read", "projects:write"],
            ),
            self.free("nothing with users", Reach::Everything, &["projects:read", "projects:write"]),
            self.owned("administrator", "admin", Reach::Here, &here),
            self.owned("administrator of all their workspaces", "admin", Reach::Here, &[]),
            self.owned("administrator of the installation", "admin", Reach::Everything, &["--workspace", "*"]),
            self.owned("developer", "developer", Reach::Here, &here),
            self.owned("viewer", "viewer", Reach::Here, &here),
            self.owned("user", "user", Reach::Here, &[]),
            self.owned("user with a key for everything", "user", Reach::Everything, &["--workspace", "*"]),
            reader,
            demoted,
            self.struck("disabled owner", "admin", false, |owner| {
                _ = mm.update(owner, json!({"is_active": false})).expect(200)
            }),
            self.struck("suspended owner", "admin", false, |owner| {
                _ = self.town.maisa().update(owner, json!({"status": "suspended"})).expect(200);
            }),
            self.struck("deleted owner", "admin", false, |owner| _ = mm.delete(owner).expect(204)),
            self.pending(),
            self.revoked(),
            self.expired(),
            Caller {
                alive: false,
                copies: [("dgl_no_key".into(), None), ("dgl_no_key".into(), None)],
                ..self.free("nobody", Reach::Nothing, &ALL)
            },
        ]
    }

    fn pending(&self) -> Caller {
        let dead = self.free("pending owner", Reach::Here, &ALL);
        let copies = [0, 1].map(|_| {
            let body = json!({"email": self.here.application("p")["email"], "name": "P", "role": "user"});
            let owner = self.town.maisa_as(&dead.copies[0].0).create(body).expect(201).str("/data/id");
            (self.town.key(&["--user", &owner]).secret, None)
        });
        Caller { alive: false, copies, ..dead }
    }

    fn revoked(&self) -> Caller {
        let key = self.here.steward();
        self.town.cli(&["key", "revoke", &key.id]).done();
        Caller {
            alive: false,
            copies: [0, 1].map(|_| (key.secret.clone(), None)),
            ..self.free("revoked", Reach::Here, &ALL)
        }
    }

    fn expired(&self) -> Caller {
        let key = self.here.key(&["--permission", "users:read", "--expires-in", "1s"]).secret;
        eventually(Duration::from_secs(5), "the key expires", || {
            (self.town.maisa_as(&key).list(&[]).status == 401).then_some(())
        });
        Caller { alive: false, copies: [0, 1].map(|_| (key.clone(), None)), ..self.free("expired", Reach::Here, &ALL) }
    }
}
