//! What a list has and a search finds, compared with a store in memory that looks at everyone, over changes of every kind.

use std::collections::BTreeSet;

use users::page::{Filter, Scope, Search, Start};
use users::ports::{Store, Tx};
use users::profile::{FullName, Username};
use users::testing::MemoryStore;
use users::testing::contract::user;
use users::workspace::Workspace;
use users::{RoleName, Roles, Timestamp, User, UserId, WorkspaceId};

/// What names are made of: scripts with and without cases, letters that fold to several, signs of patterns and of queries.
const PIECES: [&str; 26] = [
    "ada", "An", "na", "nan", "Ä", "e\u{301}", "é", "ß", "ΟΔΟΣ", "ς", "İ", "𐐀", "🦀", "研究", "研", "%", "_", "\\",
    "\"", "'", " ", "-", "*", "OR", "NEAR(", "lace",
];

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())].clone()
    }

    fn word(&mut self) -> String {
        (0..=self.roll(4)).map(|_| self.of(&PIECES)).collect()
    }
}

#[derive(Debug, Clone)]
enum Change {
    Add(User),
    Save(User),
    Delete(UserId),
    Join(WorkspaceId, UserId),
    Leave(WorkspaceId, UserId),
}

impl Change {
    fn apply(&self, tx: &mut dyn Tx) -> users::error::Result<()> {
        match self {
            Self::Add(user) => tx.insert_user(user, None),
            Self::Save(user) => tx.update_user(user),
            Self::Delete(id) => tx.delete_user(id),
            Self::Join(workspace, id) => tx.add_member(workspace, id),
            Self::Leave(workspace, id) => tx.remove_member(workspace, id).map(|_| ()),
        }
    }
}

fn workspace_id(n: usize) -> WorkspaceId {
    WorkspaceId::from_stored(format!("{n:08x}-0000-7000-9000-000000000000"))
}

fn person(n: usize, dice: &mut Dice) -> User {
    let roles = [RoleName::from_stored(dice.of(&["admin", "user"]).to_owned())].to_vec();
    User {
        username: Username::from_stored(format!("{}{n}", dice.word())),
        full_name: (dice.roll(4) > 0).then(|| FullName::from_stored(dice.word())),
        roles: Roles::from_stored(roles).expect("a role"),
        ..user(u32::try_from(n).expect("a number"))
    }
}

/// The next change, and whom it leaves.
fn change(people: &mut BTreeSet<usize>, next: &mut usize, dice: &mut Dice) -> Vec<Change> {
    let some = people.iter().nth(dice.roll(people.len().max(1))).copied();
    let workspace = workspace_id(1 + dice.roll(3));
    match (dice.roll(10), some) {
        (0..=4, _) | (_, None) => {
            // Now and then somebody comes whose id is one of long ago.
            let n = if dice.roll(5) == 0 { (1..*next).find(|n| !people.contains(n)).unwrap_or(*next) } else { *next };
            *next = (*next).max(n) + 1 + dice.roll(3);
            people.insert(n);
            let user = person(n, dice);
            let join = Change::Join(workspace, user.id.clone());
            if dice.roll(8) == 0 { vec![Change::Add(user)] } else { vec![Change::Add(user), join] }
        }
        (5, Some(n)) => {
            people.remove(&n);
            vec![Change::Delete(person(n, dice).id)]
        }
        (6 | 7, Some(n)) => vec![Change::Save(person(n, dice))],
        (8, Some(n)) => vec![Change::Join(workspace, person(n, dice).id)],
        (_, Some(n)) => vec![Change::Leave(workspace, person(n, dice).id)],
    }
}

fn term(everyone: &[User], dice: &mut Dice) -> String {
    if everyone.is_empty() || dice.roll(4) == 0 {
        return dice.word();
    }
    let text: Vec<char> = Search::text_of(&dice.of(everyone)).chars().collect();
    let begin = dice.roll(text.len());
    text[begin..].iter().take(1 + dice.roll(9)).collect()
}

fn compare(store: &impl Store, memory: &MemoryStore, dice: &mut Dice) {
    let all = |reads: &mut dyn users::ports::Reads| {
        reads.users(&Scope::Installation, &Filter::default(), &Start::Beginning, u32::MAX)
    };
    let everyone = memory.read(all).expect("everyone");
    for _ in 0..90 {
        let term = term(&everyone, dice);
        let scopes = [vec![1], vec![2], vec![3], vec![4], vec![2, 1], vec![3, 1, 2]];
        let scopes = scopes.map(|numbers| Scope::Members(numbers.into_iter().map(workspace_id).collect()));
        let scope = if dice.roll(5) == 0 { Scope::Installation } else { dice.of(&scopes) };
        let role = dice.of(&[None, None, Some("admin"), Some("user"), Some("nobody")]);
        let filter =
            Filter { search: Search::new(&term), role: role.map(|name| RoleName::from_stored(name.to_owned())) };
        let start = match dice.roll(5) {
            0 if !everyone.is_empty() => Start::After(dice.of(&everyone).id),
            1 | 2 => Start::Skip(dice.roll(120) as u64),
            _ => Start::Beginning,
        };
        let limit = dice.of(&[0, 1, 3, 10, 1_000]);
        let found = |reads: &mut dyn users::ports::Reads| {
            let ids: Vec<UserId> =
                reads.users(&scope, &filter, &start, limit)?.into_iter().map(|user| user.id).collect();
            Ok((reads.count_users(&scope, &filter)?, ids))
        };
        let here = store.read(found).expect("a list");
        assert_eq!(here, memory.read(found).expect("a list"), "{filter:?} in {scope:?} from {start:?} by {limit}");
    }
}

/// Changes a store and one in memory alike, and compares what lists have and searches find, once at once, and once when the store has `settled`:
/// when it has done what it does in between.
pub fn searches_find_what_is_there(store: &impl Store, seed: u64, mut settled: impl FnMut()) {
    let (memory, mut dice) = (MemoryStore::new(), Dice(seed));
    let workspaces = |tx: &mut dyn Tx| {
        let workspace = |n| Workspace {
            id: workspace_id(n),
            name: "W".to_owned(),
            created_at: Timestamp::from_micros(0).expect("a time"),
        };
        (1..=3).try_for_each(|n| tx.insert_workspace(&workspace(n)))
    };
    store.write(workspaces).expect("workspaces");
    memory.write(workspaces).expect("workspaces");
    let (mut people, mut next) = (BTreeSet::new(), 1);
    for _ in 0..6 {
        let changes: Vec<Change> = (0..70).flat_map(|_| change(&mut people, &mut next, &mut dice)).collect();
        for some in changes.chunks(1 + dice.roll(20)) {
            let some = some.to_vec();
            let apply = move |tx: &mut dyn Tx| some.iter().try_for_each(|change| change.apply(tx));
            memory.write(apply.clone()).expect("changed");
            store.write(apply).expect("changed");
        }
        compare(store, &memory, &mut dice);
        settled();
        compare(store, &memory, &mut dice);
    }
}
