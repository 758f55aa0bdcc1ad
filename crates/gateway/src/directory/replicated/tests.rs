use std::sync::Mutex;

use dialect::DirectoryError;
use tokio::sync::Semaphore;
use users::key::KeyId;
use users::password::TypedPassword;
use users::testing::contract::user;
use users::testing::{new_user, no_change};
use users::{AccountName, Permissions, Reach, Seen, UserError};

use super::*;

const VIEW: View<'static> = View { name: "ids", render: &|user| dialect::answer::text(&user.id.as_str()) };

/// A directory that answers by name, or as it is told, and notes what it was asked.
struct Stub {
    /// Deletes wait here.
    gate: Semaphore,
    refusal: Mutex<Option<DirectoryError>>,
    asked: Mutex<Vec<&'static str>>,
    load: AtomicUsize,
    fresh_as_of: Mutex<Option<Instant>>,
}

impl Stub {
    fn new() -> Arc<Self> {
        let (gate, load) = (Semaphore::new(1), AtomicUsize::new(0));
        Arc::new(Self { gate, load, refusal: Mutex::default(), asked: Mutex::default(), fresh_as_of: Mutex::default() })
    }

    fn answer<T>(&self, operation: &'static str, found: T) -> Result<T> {
        self.asked.lock().expect("a lock").push(operation);
        self.refusal.lock().expect("a lock").clone().map_or(Ok(found), Err)
    }

    fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.asked.lock().expect("a lock"))
    }

    fn refuse(&self, refusal: DirectoryError) {
        *self.refusal.lock().expect("a lock") = Some(refusal);
    }

    fn freshen(&self, instant: Option<Instant>) {
        *self.fresh_as_of.lock().expect("a lock") = instant;
    }
}

#[async_trait]
impl Directory for Stub {
    async fn authenticate(&self, _: &PresentedKey) -> Result<Arc<Caller>> {
        self.answer("authenticate", call("a").caller)
    }

    async fn list(&self, _: &Call, _: ListQuery, _: View<'static>) -> Result<Page> {
        self.answer("list", Page { users: Vec::new(), total: 0, has_more: false, next: None })
    }

    async fn create(&self, _: &Call, _: NewUser, _: Option<Once>) -> Result<Created> {
        self.answer("create", Created::Now(user(1)))
    }

    async fn get(&self, _: &Call, _: &str, _: Option<&str>) -> Result<User> {
        self.answer("get", user(1))
    }

    async fn get_own(&self, _: &Call) -> Result<User> {
        self.answer("get_own", user(1))
    }

    async fn update(&self, _: &Call, _: &str, _: UserChange, _: Precondition) -> Result<User> {
        self.answer("update", user(1))
    }

    async fn merge_own_preferences(&self, _: &Call, _: FreeObject, _: Precondition) -> Result<User> {
        self.answer("merge_own_preferences", user(1))
    }

    async fn delete(&self, _: &Call, _: &str, _: Precondition) -> Result<()> {
        let _inside = self.gate.acquire().await.expect("the gate");
        self.answer("delete", ())
    }

    async fn sign_in(&self, _: SignIn) -> Result<SignedIn> {
        let key = PresentedKey::from_random(&[1; 10], &[2; 20]);
        self.answer("sign_in", SignedIn { key, lasts: Duration::from_secs(1), user: user(1) })
    }

    async fn sign_out(&self, _: &Call) -> Result<()> {
        self.answer("sign_out", ())
    }

    async fn ask_for_mail(&self, _: Email, _: Option<IpAddr>) -> Result<()> {
        self.answer("ask_for_mail", ())
    }
}

struct Scene {
    primary: Arc<Stub>,
    replicas: [Arc<Stub>; 2],
    directory: ReplicatedDirectory,
}

/// Two replicas that are fresh as of now.
fn scene() -> Scene {
    let (primary, replicas) = (Stub::new(), [(); 2].map(|()| Stub::new()));
    let member = |stub: &Arc<Stub>| {
        let (fresh, busy) = (stub.clone(), stub.clone());
        stub.freshen(Some(Instant::now()));
        Member {
            directory: stub.clone(),
            fresh_as_of: Box::new(move || *fresh.fresh_as_of.lock().expect("a lock")),
            load: Box::new(move || busy.load.load(Ordering::Relaxed)),
        }
    };
    let members = replicas.iter().map(member).collect();
    let directory = ReplicatedDirectory::new(primary.clone(), members, Duration::from_secs(1));
    Scene { primary, replicas, directory }
}

fn call(key: &str) -> Call {
    let key = KeyId::from_stored(key.to_owned());
    let (permissions, reach) = (Permissions::default(), Reach::Installation);
    Call {
        caller: Arc::new(Caller {
            key,
            owner: None,
            permissions,
            reach,
            home: None,
            pinned: None,
            plan: None,
            session: false,
        }),
        presented: PresentedKey::from_random(&[1; 10], &[2; 20]),
        operation: "plain.operation".into(),
        request_id: "request".into(),
        deadline: Instant::now() + Duration::from_secs(60),
        seen: Seen::default(),
    }
}

fn query() -> ListQuery {
    ListQuery { workspace: None, filter: Default::default(), begin: dialect::Begin::Beginning, limit: 2 }
}

impl Scene {
    /// How many of these gets each replica and the primary answer.
    async fn gets(&self, call: &Call, count: usize) -> [usize; 3] {
        for _ in 0..count {
            self.directory.get(call, "x", None).await.expect("a user");
        }
        [&self.replicas[0], &self.replicas[1], &self.primary].map(|stub| stub.asked().len())
    }
}

#[tokio::test]
async fn lists_and_single_reads_go_to_replicas_and_nothing_else_does() {
    let Scene { primary, replicas: [replica, other], directory } = &scene();
    let call = call("a");
    other.freshen(None);
    directory.list(&call, query(), VIEW).await.expect("a page");
    directory.get(&call, "x", None).await.expect("a user");
    directory.get_own(&call).await.expect("a user");
    assert_eq!((replica.asked(), primary.asked()), (vec!["list", "get", "get_own"], vec![]));
    directory.authenticate(&call.presented).await.expect("a caller");
    directory.update(&call, "x", no_change(), Precondition::default()).await.expect("a user");
    directory.merge_own_preferences(&call, FreeObject::empty(), Precondition::default()).await.expect("a user");
    directory.delete(&call, "x", Precondition::default()).await.expect("deleted");
    directory.create(&call, new_user("ada"), None).await.expect("a user");
    directory.sign_in(sign_in()).await.expect("a session");
    directory.sign_out(&call).await.expect("the end of it");
    directory.ask_for_mail(user(1).email, None).await.expect("asked for");
    let written =
        ["authenticate", "update", "merge_own_preferences", "delete", "create", "sign_in", "sign_out", "ask_for_mail"];
    assert_eq!((replica.asked(), primary.asked()), (vec![], written.to_vec()));
}

fn sign_in() -> SignIn {
    let password = TypedPassword::new(String::new());
    SignIn { account: AccountName::Email(user(1).email), password, origin: None }
}

#[tokio::test]
async fn whoever_has_just_signed_in_is_answered_by_those_that_are_fresher() {
    let scene = scene();
    let key = scene.directory.sign_in(sign_in()).await.expect("a session").key;
    scene.primary.asked();
    assert_eq!(scene.gets(&call(key.id().as_str()), 10).await, [0, 0, 10]);
    assert_eq!(scene.gets(&call("others"), 10).await, [5, 5, 0]);
}

#[tokio::test]
async fn each_replica_has_its_turn_and_the_busy_ones_have_rest() {
    let scene = scene();
    assert_eq!(scene.gets(&call("a"), 10).await, [5, 5, 0]);
    scene.replicas[0].load.store(3, Ordering::Relaxed);
    assert_eq!(scene.gets(&call("a"), 10).await, [0, 10, 0]);
    scene.replicas[1].freshen(None);
    assert_eq!(scene.gets(&call("a"), 10).await, [10, 0, 0]);
    assert_eq!(scene.directory.fit(), 1);
    scene.replicas[0].freshen(None);
    assert_eq!(scene.gets(&call("a"), 10).await, [0, 0, 10]);
    assert_eq!((scene.directory.fit(), scene.directory.answered(), scene.directory.passed_on()), (0, 30, 0));
}

#[tokio::test]
async fn a_key_that_wrote_is_answered_by_those_that_are_fresher() {
    let scene = scene();
    let (mine, others) = (call("mine"), call("others"));
    type Write = for<'a> fn(&'a ReplicatedDirectory, &'a Call) -> BoxFuture<'a, Result<()>>;
    let writes: [Write; 4] = [
        |directory, call| Box::pin(async { directory.create(call, new_user("ada"), None).await.map(|_| ()) }),
        |directory, call| {
            Box::pin(async { directory.update(call, "x", no_change(), Precondition::default()).await.map(|_| ()) })
        },
        |directory, call| {
            Box::pin(async {
                directory.merge_own_preferences(call, FreeObject::empty(), Precondition::default()).await.map(|_| ())
            })
        },
        |directory, call| directory.delete(call, "x", Precondition::default()),
    ];
    for (write, refused) in writes.into_iter().flat_map(|write| [(write, false), (write, true)]) {
        let now = Instant::now();
        scene.replicas.iter().for_each(|replica| replica.freshen(Some(now)));
        *scene.primary.refusal.lock().expect("a lock") = refused.then_some(UserError::Busy("").into());
        assert_eq!(write(&scene.directory, &mine).await.is_err(), refused);
        *scene.primary.refusal.lock().expect("a lock") = None;
        scene.primary.asked();
        assert_eq!(scene.gets(&mine, 10).await, [0, 0, 10]);
        assert_eq!(scene.gets(&others, 10).await, [5, 5, 0]);
        scene.replicas[0].freshen(Some(Instant::now()));
        assert_eq!(scene.gets(&mine, 10).await, [10, 0, 0]);
    }
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_counts_too() {
    let scene = scene();
    let (mine, stuck) = (call("mine"), scene.primary.gate.acquire().await.expect("the gate"));
    let given_up =
        tokio::time::timeout(Duration::from_millis(1), scene.directory.delete(&mine, "x", Precondition::default()))
            .await;
    assert!(given_up.is_err());
    drop(stuck);
    assert_eq!(scene.gets(&mine, 4).await, [0, 0, 4]);
}

#[tokio::test]
async fn where_a_replica_refuses_the_primary_has_the_last_word() {
    let unavailable = DirectoryError::Unavailable { retry_after: Duration::from_secs(1) };
    let refusals = [
        unavailable.clone(),
        UserError::Unavailable("gone".to_owned()).into(),
        UserError::Internal("broken".to_owned()).into(),
        UserError::no_user("x").into(),
        UserError::Unauthenticated.into(),
        DirectoryError::UnknownPosition,
    ];
    for refusal in refusals {
        let scene = scene();
        scene.replicas.iter().for_each(|replica| replica.refuse(refusal.clone()));
        assert_eq!(scene.gets(&call("a"), 4).await, [2, 2, 4], "{refusal}");
        assert_eq!((scene.directory.answered(), scene.directory.passed_on()), (0, 4));
        scene.primary.refuse(unavailable.clone());
        assert_eq!(scene.directory.get_own(&call("a")).await, Err(unavailable.clone()), "{refusal}");
    }
}
