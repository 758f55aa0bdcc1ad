//! What the tests of this crate share: requests put together step by step, and a directory that remembers what it was asked.

mod directory;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use dialect::{DirectoryError, Head, Request, Services};
use users::json::FreeObject;
use users::ports::Clock;
use users::profile::Username;
use users::role::RoleDefinition;
use users::{Email, Permission, PresentedKey, RoleName, RolePolicy, Status, Timestamp, User, UserId};

use crate::routes::ROUTES;
use directory::FakeDirectory;

pub(crate) use dialect::testing::note_question;
pub(crate) use directory::Command;

/// Whether what is read here are exactly the fields that the registry has for this operation.
#[track_caller]
pub(crate) fn assert_reads_what_is_registered<T>(operation: &str, read: impl FnOnce() -> T) {
    dialect::testing::assert_reads_what_is_registered(crate::fields::FIELDS, operation, read);
}

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
        request_id: "request-1".into(),
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
            operation: "maisa.test".into(),
            deadline: Instant::now(),
            origin: None,
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

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).expect("a time")
    }
}
