//! Random acts, through both dialects and at the command line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use storage::AnyStore;
use users::audit::{Event, Outcome, Place};
use users::page::{Filter, Scope, Start};
use users::ports::Store;
use users::{Status, Timestamp, User, UserId};

use crate::accounts::desk::{by_email, login, logout};
use crate::harness::{Request, Town, fresh};

/// Numbers that look random and are the same in each run (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

/// All that acts can change, as the store has it.
#[derive(PartialEq)]
pub struct State {
    users: BTreeMap<String, User>,
    members: BTreeSet<(String, String)>,
    keys: BTreeMap<String, (bool, Option<String>)>,
    workspaces: usize,
}

impl State {
    pub fn of(store: &AnyStore) -> Self {
        let read = store.read(|reads| {
            let users = reads.users(&Scope::Installation, &Filter::default(), &Start::Beginning, 1_000)?;
            let mut members = BTreeSet::new();
            for user in &users {
                let of = |workspace: users::WorkspaceId| (workspace.to_string(), user.id.to_string());
                members.extend(reads.workspaces_of(&user.id)?.into_iter().map(of));
            }
            let keys = [reads.keys()?, reads.sessions(None, 10_000)?].concat().into_iter();
            let keys = keys.map(|key| (key.id.to_string(), (key.revoked_at.is_some(), key.pinned))).collect();
            // What each change moves is no change by itself; and what a sign-in does is its session.
            let plain =
                |user| User { revision: 0, updated_at: Timestamp::from_micros(0).unwrap(), last_login: None, ..user };
            let users = users.into_iter().map(|user| (user.id.to_string(), plain(user))).collect();
            Ok(Self { users, members, keys, workspaces: reads.workspaces()?.len() })
        });
        read.unwrap()
    }

    /// How many things are otherwise than before: users who came, went or changed; of those who stayed, memberships; keys that came or
    /// changed, for they go with their owners only; workspaces.
    pub fn changes_since(&self, before: &Self) -> usize {
        let users: BTreeSet<&String> = self.users.keys().chain(before.users.keys()).collect();
        let changed = users.iter().filter(|id| self.users.get(**id) != before.users.get(**id)).count();
        let stayed = |user: &String| self.users.contains_key(user) && before.users.contains_key(user);
        let joined = self.members.symmetric_difference(&before.members).filter(|(_, user)| stayed(user)).count();
        let keys = self.keys.iter().filter(|(id, key)| before.keys.get(*id) != Some(*key)).count();
        changed + joined + keys + (self.workspaces - before.workspaces)
    }

    fn user(&self, dice: &mut Dice) -> String {
        dice.of(&self.users.keys().cloned().collect::<Vec<_>>())
    }

    fn key(&self, dice: &mut Dice) -> String {
        dice.of(&self.keys.keys().cloned().collect::<Vec<_>>())
    }
}

/// What was done behind that place, the refusals left out.
pub fn done(store: &AnyStore, after: Option<&Place>) -> Vec<Event> {
    let events = store.read(|reads| reads.events(None, after, 10_000)).unwrap();
    events.into_iter().filter(|event| event.outcome == Outcome::Done).collect()
}

/// One act. Says how much was done by it that no state shows: passwords that were set, mails that were asked for, sessions that were
/// over at once.
pub fn act(town: &Town, state: &State, workspaces: &[String], dice: &mut Dice) -> usize {
    let (mm, maisa, user) = (town.mm(), town.maisa(), state.user(dice));
    let other = &state.users[&state.user(dice)];
    let email = dice.of(&[format!("{}@example.com", fresh("dice")), other.email.as_str().to_owned()]);
    let workspace = dice.of(workspaces);
    let succeeded = |status: u16| (200..300).contains(&status);
    match dice.below(19) {
        0 | 1 => {
            let body = json!({"email": email, "username": fresh("dice"), "password": "correct horse", "default_workspace_id": workspace});
            mm.create(&body);
            0
        }
        2 => {
            maisa.create(json!({"email": email, "name": "Dice", "role": "user", "sendActivationEmail": false}));
            0
        }
        3..=5 => {
            let mut body = json!({});
            for _ in 0..dice.below(4) {
                let (field, value) = dice.of(&[
                    ("bio", json!("a")),
                    ("bio", json!("b")),
                    ("email", json!(email)),
                    ("full_name", json!("Dice")),
                    ("password", json!("another horse")),
                    ("is_active", json!(false)),
                    ("roles", json!(["viewer"])),
                    ("default_workspace_id", json!(workspace)),
                    ("preferences", json!({"n": 1})),
                ]);
                body[field] = value;
            }
            let answer = mm.update(&user, &body);
            usize::from(succeeded(answer.status) && body["password"].is_string())
        }
        6 | 7 => {
            let (field, value) = dice.of(&[
                ("name", json!("Dice")),
                ("role", json!("user")),
                ("status", json!("active")),
                ("department", json!("D")),
                ("metadata", json!({"n": 1})),
            ]);
            let mut body = json!({});
            body[field] = value;
            maisa.update(&user, &body);
            0
        }
        8 => {
            let theme: Value = dice.of(&[json!("dark"), json!("light")]);
            mm.patch_preferences(json!({"preferences": {"theme": theme}})).expect(200);
            0
        }
        9 => {
            if dice.below(2) == 0 {
                mm.delete(&user)
            } else {
                maisa.delete(&user)
            };
            0
        }
        10 => {
            town.cli(&["member", dice.of(&["add", "remove"]), &workspace, &user]);
            0
        }
        11 => {
            town.cli(&["key", "create", "--user", &user]).done();
            0
        }
        12 => {
            let key = state.key(dice);
            if key == super::key_id(&town.root.key) {
                return 0;
            }
            match dice.below(2) {
                0 => town.cli(&["key", "revoke", &key]).done(),
                _ => town.cli(&["key", "pin", &key, dice.of(&["maisa", "mechamental", "none"])]).done(),
            };
            0
        }
        13 => {
            let body = json!({"email": email, "name": "Dice", "role": "user", "sendActivationEmail": true});
            usize::from(succeeded(maisa.create(body).status))
        }
        14..=16 => {
            let password = dice.of(&["correct horse", "correct horse", "another horse", "a third horse"]);
            let answer = login(&town.server.http, &by_email(other.email.as_str(), password));
            if !succeeded(answer.status) || dice.below(2) == 0 {
                return 0;
            }
            logout(&town.server.http, &answer.str("/access_token")).expect(204);
            1
        }
        17 => {
            if dice.below(3) == 0 {
                return usize::from(town.cli(&["user", "invite", &user]).code == 0);
            }
            let body = json!({"email": other.email.as_str()}).to_string();
            let answer = town.server.http.send(&Request::new("POST", "/v1/auth/password/forgot").json(body)).unwrap();
            usize::from(succeeded(answer.status) && matches!(other.status, Status::Active | Status::Pending))
        }
        _ => match dice.below(2) {
            0 => usize::from(town.house.cli_with_input(&["user", "set-password", &user], "a third horse\n").code == 0),
            _ => {
                town.cli(&["user", "delete", &user]);
                0
            }
        },
    }
}

/// The user of that id.
pub fn user_id(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}
