use std::time::Instant;

use dialect::answer;
use users::profile::{FullName, Username};
use users::role::{RoleDefinition, RoleName};
use users::testing::{MemoryStore, TestEnvironment, new_user, no_change};
use users::{Administrator, Email, FullNameChange, Operator, Permission, RolePolicy, UserError};

use super::*;

const USERNAMES: View<'static> = View { name: "usernames", render: &|user| answer::text(&user.username.as_str()) };

struct Scene {
    directory: Arc<LocalDirectory<MemoryStore>>,
    key: PresentedKey,
}

/// A directory with an administrator, and its key.
fn scene() -> Scene {
    let permissions = [Permission::users_read(), Permission::users_write(), Permission::users_delete()];
    let admin = RoleDefinition {
        name: RoleName::from_stored("admin".to_owned()),
        permissions: permissions.into_iter().collect(),
    };
    let policy = Arc::new(RolePolicy::new(vec![admin]).expect("a role"));
    let (store, environment) = (Arc::new(MemoryStore::default()), TestEnvironment::default().ports());
    let operator = Operator::new(store.clone(), policy.clone(), environment.clone());
    let administrator = Administrator {
        email: Email::parse("root@example.com").expect("an address"),
        username: Username::parse("root").expect("a name"),
        workspace_name: "First".to_owned(),
    };
    let key = operator.init(administrator).expect("an administrator").key;
    let width = Width { reads: 2, writes: 8, queue: 16, patience: Duration::from_secs(5), reads_at_once: false };
    Scene { directory: LocalDirectory::new(Users::new(store, policy, environment), width, Arc::new(|| true)), key }
}

impl Scene {
    async fn call(&self) -> Call {
        Call {
            caller: self.directory.authenticate(&self.key).await.expect("a caller"),
            presented: self.key.clone(),
            operation: "plain.operation".into(),
            request_id: "request".into(),
            deadline: Instant::now() + Duration::from_secs(60),
            seen: Seen::default(),
        }
    }

    async fn page(&self, begin: Begin) -> Result<Page> {
        let query = ListQuery { workspace: None, filter: Default::default(), begin, limit: 2 };
        self.directory.list(&self.call().await, query, USERNAMES).await
    }
}

fn names(page: &Page) -> Vec<&str> {
    page.users.iter().map(|user| user.text.get().trim_matches('"')).collect()
}

#[tokio::test]
async fn pages_follow_each_other() {
    let scene = scene();
    for name in ["ada", "grace", "mary"] {
        scene.directory.create(&scene.call().await, new_user(name), None).await.expect("a user");
    }
    let first = scene.page(Begin::Beginning).await.expect("a page");
    assert_eq!((names(&first), first.total, first.has_more), (vec!["root", "ada"], 4, true));
    let second = scene.page(Begin::At(first.next.expect("a position"))).await.expect("a page");
    assert_eq!((names(&second), second.total, second.has_more), (vec!["grace", "mary"], 4, false));
    assert_eq!(second.next, None);
    assert_eq!(names(&scene.page(Begin::Skip(3)).await.expect("a page")), ["mary"]);
}

#[tokio::test]
async fn a_position_of_someone_elses_is_not_known() {
    for text in ["", "7", "root", "00000000-0000-0000-0000-00000000000"] {
        let page = scene().page(Begin::At(Position(text.to_owned()))).await;
        assert_eq!(page.map(|_| ()), Err(DirectoryError::UnknownPosition), "{text}");
    }
}

#[tokio::test]
async fn the_log_learns_whose_a_good_key_is() {
    let scene = scene();
    let (call, sender) = answering::observe("r".into(), "x".into(), scene.call()).await;
    assert_eq!(sender.caller().as_ref(), Some(&call.caller));
    let unknown = PresentedKey::from_random(&[1; 10], &[2; 20]);
    let (refused, sender) = answering::observe("r".into(), "x".into(), scene.directory.authenticate(&unknown)).await;
    assert_eq!(refused, Err(UserError::Unauthenticated.into()));
    assert!(matches!(sender, Sender::Unknown), "{sender:?}");
}

#[tokio::test]
async fn who_is_asked_for_is_seen_with_the_key_and_anew_by_the_next_request() {
    let scene = scene();
    let own = scene.directory.get_own(&scene.call().await).await.expect("oneself");
    let view = View { name: "names", render: &|user| answer::text(&user.full_name.as_ref().map(FullName::as_str)) };
    let whom = Whom::User { id: own.id.as_str(), workspace: None };
    let asking = || async {
        let seen = scene.directory.authenticate_to_see(&scene.key, Some(own.id.as_str())).await;
        let (caller, seen) = seen.expect("a caller");
        assert!(seen.has_looked_at(own.id.as_str()) && !seen.has_looked_at("nobody"));
        Call { caller, seen, ..scene.call().await }
    };
    let before = asking().await;
    let name = Some(FullNameChange::Shown(FullName::parse("Ada Lovelace").expect("a name")));
    let change = UserChange { full_name: name, ..no_change() };
    scene.directory.update(&before, own.id.as_str(), change, Precondition::default()).await.expect("a change");
    let directory = &scene.directory;
    let shown = |call: Call| async move {
        let shown = directory.show(&call, whom, view).await;
        shown.map(|shown| shown.text.get().to_owned())
    };
    assert_eq!(shown(before.clone()).await.as_deref(), Ok("null"), "one request has one state");
    assert_eq!(shown(asking().await).await.as_deref(), Ok("\"Ada Lovelace\""));
}

#[tokio::test]
async fn every_operation_reaches_the_core() {
    let scene = scene();
    let call = scene.call().await;
    let own = scene.directory.get_own(&call).await.expect("oneself");
    let id = own.id.as_str();
    assert_eq!(scene.directory.get(&call, id, None).await.expect("oneself"), own);
    let patch = FreeObject::from_stored("{\"theme\":\"dark\"}".to_owned());
    let changed = scene.directory.merge_own_preferences(&call, patch, Precondition::default()).await.expect("oneself");
    assert_eq!(changed.preferences.as_str(), "{\"theme\":\"dark\"}");
    let missing = scene.directory.get(&call, "nobody", None).await;
    assert_eq!(missing, Err(UserError::no_user("nobody").into()));
    let last = scene.directory.delete(&call, id, Precondition::default()).await;
    assert_eq!(last, Err(UserError::Conflict(users::Conflict::LastAdministrator).into()));
    assert_eq!(scene.directory.has_administrator().await, Ok(true));
}
