//! What the tests of this crate share: requests put together step by step, and a directory that remembers what it was asked.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use async_trait::async_trait;
use dialect::{Call, Directory, DirectoryError, Head, ListQuery, Page, Request, Services};
use users::json::FreeObject;
use users::key::KeyId;
use users::ports::Clock;
use users::profile::Username;
use users::role::RoleDefinition;
use users::{
    Caller, Created, Email, NewUser, Once, Permission, Permissions, Precondition, PresentedKey, Reach, RoleName,
    RolePolicy, Status, Timestamp, User, UserChange, UserError, UserId,
};

use crate::routes::ROUTES;

/// The id of [`user`].
pub(crate) const ID: &str = "018f0000-0000-7000-8000-000000000001";

/// A user with no more than every user has.
pub(crate) fn user() -> User {
    User {
        id: UserId::from_stored(ID.to_owned()),
        revision: 1,
        email: Email::from_stored("john@example.com".to_owned(), "john@example.com".to_owned()),
        verified: false,
        username: Username::from_stored("john".to_owned()),
        full_name: None,
        status: Status::Active,
        roles: policy().roles([RoleName::from_stored("user".to_owned())]).expect("a role"),
        department: None,
        avatar_url: None,
        bio: None,
        timezone: None,
        locale: None,
        auth_provider: Some("local".to_owned()),
        preferences: FreeObject::empty(),
        settings: FreeObject::empty(),
        metadata: FreeObject::empty(),
        created_at: Timestamp::from_micros(1_672_574_400_000_000).expect("a time"),
        updated_at: Timestamp::from_micros(1_672_912_800_999_999).expect("a time"),
        last_login: None,
        default_workspace: None,
    }
}

/// Three roles.
pub(crate) fn policy() -> RolePolicy {
    let role = |name: &str, permissions: &[&str]| RoleDefinition {
        name: RoleName::from_stored(name.to_owned()),
        permissions: permissions.iter().map(|text| Permission::parse(text).expect("a permission")).collect(),
    };
    let admin = role("admin", &["users:read", "users:write"]);
    let viewer = role("viewer", &["users:read"]);
    RolePolicy::new(vec![admin, viewer, role("user", &["users:read", "projects:read"])]).expect("a policy")
}

/// The only key that the directory knows.
pub(crate) fn key() -> PresentedKey {
    PresentedKey::from_random(&[7; 10], &[9; 20])
}

/// A response's body as text.
pub(crate) fn sent(response: HttpResponse) -> String {
    let Ok(bytes) = response.into_body().try_into_bytes() else { panic!("a stream") };
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A request without key, parameters and body.
pub(crate) fn request() -> Asked {
    let head = Head {
        method: Method::GET,
        host: "localhost".to_owned(),
        mount: "/mount".to_owned(),
        path: String::new(),
        query: String::new(),
        headers: HeaderMap::new(),
        request_id: "request-1".to_owned(),
    };
    Asked { head, body: Bytes::new(), parameters: Vec::new(), verdict: None, is_repeat: false }
}

/// A request in the making.
pub(crate) struct Asked {
    head: Head,
    body: Bytes,
    parameters: Vec<String>,
    verdict: Option<DirectoryError>,
    is_repeat: bool,
}

/// What came of it.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) is_replayed: bool,
    pub(crate) body: String,
    /// What the directory was asked besides who presents the key.
    pub(crate) commands: Vec<Command>,
}

impl Asked {
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's value");
        self.head.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn with_key(self) -> Self {
        self.with_header("x-api-key", &key().reveal())
    }

    pub(crate) fn with_query(mut self, query: &str) -> Self {
        self.head.query = query.to_owned();
        self
    }

    pub(crate) fn with_body(mut self, body: &str) -> Self {
        self.body = Bytes::copy_from_slice(body.as_bytes());
        self
    }

    pub(crate) fn of_user(mut self, id: &str) -> Self {
        self.parameters = vec![id.to_owned()];
        self
    }

    /// The directory will refuse, whatever it is asked.
    pub(crate) fn refused_with(mut self, error: impl Into<DirectoryError>) -> Self {
        self.verdict = Some(error.into());
        self
    }

    /// The directory knows the request by its key.
    pub(crate) fn again(mut self) -> Self {
        self.is_repeat = true;
        self
    }

    pub(crate) fn build(self) -> Request {
        self.build_with(Arc::new(FakeDirectory { verdict: None, is_repeat: false, commands: Mutex::default() }))
    }

    fn build_with(self, directory: Arc<FakeDirectory>) -> Request {
        let services = Services { policy: Arc::new(policy()), clock: Arc::new(StoppedClock), secret: Vec::new() };
        Request {
            head: self.head.into(),
            body: self.body,
            parameters: self.parameters,
            operation: "maisa.test".to_owned(),
            deadline: Instant::now(),
            directory,
            guard: Arc::new(dialect::guard::Open),
            services: Arc::new(services),
        }
    }

    /// Runs the operation of that name.
    pub(crate) fn send(self, operation: &str) -> Answered {
        let route = ROUTES.iter().find(|route| route.operation == operation).expect("an operation");
        let (verdict, is_repeat) = (self.verdict.clone(), self.is_repeat);
        let directory = Arc::new(FakeDirectory { verdict, is_repeat, commands: Mutex::default() });
        let answer = (route.handler)(self.build_with(directory.clone()));
        let response = actix_web::rt::System::new().block_on(answer);
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
        let (location, tag, link) = (header("location"), header("etag"), header("link"));
        let is_replayed = header("idempotent-replayed").is_some_and(|value| value == "true");
        let commands = std::mem::take(&mut *directory.commands.lock().expect("no panic"));
        Answered {
            status: response.status().as_u16(),
            location,
            tag,
            link,
            is_replayed,
            body: sent(response),
            commands,
        }
    }
}

impl Answered {
    /// Status and code of an error; the code is empty for a success.
    pub(crate) fn verdict(&self) -> (u16, &str) {
        let code = self.body.strip_prefix(r#"{"error":{"code":""#).and_then(|rest| rest.split('"').next());
        (self.status, code.unwrap_or_default())
    }

    /// The fields that a validation error names, each with what is wrong with it.
    pub(crate) fn faults(&self) -> Vec<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(self.verdict(), (400, "VALIDATION_ERROR"), "{}", self.body);
        let faults = body["error"]["details"].as_array().expect("a list").iter();
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        faults.map(|fault| format!("{} {}", text(&fault["field"]), text(&fault["message"]))).collect()
    }
}

/// What the directory was asked.
#[derive(Debug)]
pub(crate) enum Command {
    List(ListQuery),
    Create(NewUser),
    Get(String, Option<String>),
    Update(String, UserChange, Precondition),
    Delete(String, Precondition),
}

/// Knows one key and one user.
struct FakeDirectory {
    verdict: Option<DirectoryError>,
    is_repeat: bool,
    commands: Mutex<Vec<Command>>,
}

impl FakeDirectory {
    fn answer<T>(&self, command: Command, answer: T) -> Result<T, DirectoryError> {
        self.commands.lock().expect("no panic").push(command);
        self.verdict.clone().map_or(Ok(answer), Err)
    }
}

#[async_trait]
impl Directory for FakeDirectory {
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>, DirectoryError> {
        if presented.reveal() != key().reveal() {
            return Err(UserError::Unauthenticated.into());
        }
        Ok(Arc::new(Caller {
            key: KeyId::from_stored(presented.id().as_str().to_owned()),
            owner: None,
            permissions: Permissions::from_iter([]),
            reach: Reach::Installation,
            home: None,
            pinned: None,
            plan: None,
        }))
    }

    async fn list(&self, call: &Call, query: ListQuery) -> Result<Page, DirectoryError> {
        assert_eq!((call.request_id.as_str(), call.operation.as_str()), ("request-1", "maisa.test"));
        self.answer(Command::List(query), Page { users: vec![user()], total: 41, has_more: true, next: None })
    }

    async fn create(&self, _: &Call, new: NewUser, once: Option<Once>) -> Result<Created, DirectoryError> {
        let created = match once.filter(|_| self.is_repeat) {
            Some(once) => Created::Before((once.answer)(&user())?),
            None => Created::Now(user()),
        };
        self.answer(Command::Create(new), created)
    }

    async fn get(&self, _call: &Call, id: &str, workspace: Option<&str>) -> Result<User, DirectoryError> {
        self.answer(Command::Get(id.to_owned(), workspace.map(str::to_owned)), user())
    }

    async fn get_own(&self, _call: &Call) -> Result<User, DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn update(
        &self,
        _call: &Call,
        id: &str,
        change: UserChange,
        precondition: Precondition,
    ) -> Result<User, DirectoryError> {
        self.answer(Command::Update(id.to_owned(), change, precondition), user())
    }

    async fn merge_own_preferences(&self, _: &Call, _: FreeObject, _: Precondition) -> Result<User, DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn delete(&self, _call: &Call, id: &str, precondition: Precondition) -> Result<(), DirectoryError> {
        self.answer(Command::Delete(id.to_owned(), precondition), ())
    }
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).expect("a time")
    }
}

thread_local! {
    static QUESTIONS: RefCell<BTreeSet<&'static str>> = RefCell::default();
}

/// Remembers that a field of this name was asked for.
pub(crate) fn note_question(name: &'static str) {
    QUESTIONS.with_borrow_mut(|questions| questions.insert(name));
}

/// Whether what is read here are exactly the fields that the registry has for this operation.
#[track_caller]
pub(crate) fn assert_reads_what_is_registered<T>(operation: &str, read: impl FnOnce() -> T) {
    QUESTIONS.take();
    read();
    let registered: BTreeSet<&str> = dialect::fields::names(crate::fields::FIELDS, operation).collect();
    assert_eq!(QUESTIONS.take(), registered, "{operation}");
}
