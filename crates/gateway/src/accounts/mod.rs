//! The pages on which people set their password: the one that a mailed link leads to, and the one on which they ask for another
//! link. They belong to no dialect, and are there whatever operations a process serves. They work without scripts, and nothing
//! comes from elsewhere.

mod activate;
mod form;
mod resend;
mod views;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderMap};
use actix_web::web::Bytes;
use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{DirectoryError, Refusal, retry};
use futures_util::FutureExt;
use users::{Email, Holder, PlainPassword, Redeemed, audit};

use crate::body;
use crate::settings::ServerSettings;
use crate::telemetry::answering;

/// Where they are. A mailed link is this below the public address, with the token as `?token=…`.
pub const PAGES: &str = "/activate";

/// The most that a form may have, in bytes: an address or two passwords, each byte of which may take three.
const FORM_LIMIT: usize = 16 * 1024;

/// What the pages ask of the directory. Each method blocks nobody.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Whose password this token sets; `None` if it sets none.
    async fn holder(&self, token: &str) -> Result<Option<Holder>>;
    /// Sets the password and uses the token up.
    async fn redeem(&self, token: &str, password: PlainPassword) -> Result<Redeemed>;
    /// Has a link sent to this address, if it is that of an account that can have one. Takes as long and says the same if not.
    async fn ask_for_link(&self, address: Email, origin: Option<IpAddr>) -> Result<()>;
}

/// All of them.
pub struct AccountPages {
    accounts: Arc<dyn Accounts>,
    body_timeout: Duration,
    request_timeout: Duration,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The password is set here.
    Activate,
    /// Another link is asked for here.
    Resend,
    /// How they look.
    Style,
}

/// A request for one, without its body.
pub struct Visit<'a> {
    /// How it is asked.
    pub method: &'a Method,
    /// What stands behind the question mark.
    pub query: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// From which address it comes.
    pub origin: Option<IpAddr>,
    /// Its id.
    pub request_id: &'a str,
}

/// What is answered.
pub struct Answered {
    /// The page.
    pub response: HttpResponse,
    /// Whether the connection must be closed behind it.
    pub closes: bool,
    /// Who was refused, and why, where that is to be noted.
    pub refused: Option<audit::Refusal>,
}

/// Why a page is not shown.
#[derive(Debug)]
enum Trouble {
    /// The request did not arrive as it should, or cannot be served now.
    Refused(Refusal),
    /// The body is of another kind than the pages read.
    OtherKind,
    /// The body is none of the forms of these pages.
    NoForm,
    /// The directory's.
    Directory(DirectoryError),
}

type Answer = std::result::Result<HttpResponse, Trouble>;

impl From<DirectoryError> for Trouble {
    fn from(error: DirectoryError) -> Self {
        Trouble::Directory(error)
    }
}

impl Page {
    /// The page at that path, if there is one.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        match path.strip_prefix(PAGES)? {
            "" => Some(Page::Activate),
            "/resend" => Some(Page::Resend),
            "/style.css" => Some(Page::Style),
            _ => None,
        }
    }

    /// The name in metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Page::Activate => "activate",
            Page::Resend => "activate_resend",
            Page::Style => "activate_style",
        }
    }

    /// What the relative addresses on the page begin with. (A proxy may put all of them below a path of its own.)
    fn below(self) -> &'static str {
        match self {
            Page::Activate => "activate/",
            Page::Resend | Page::Style => "",
        }
    }

    fn takes_forms(self) -> bool {
        matches!(self, Page::Activate | Page::Resend)
    }
}

impl AccountPages {
    /// The pages of a server with these settings, on these accounts.
    #[must_use]
    pub fn new(accounts: Arc<dyn Accounts>, settings: &ServerSettings) -> Self {
        Self { accounts, body_timeout: settings.body_timeout, request_timeout: settings.request_timeout }
    }

    /// Answers a request for the page.
    pub async fn answer(&self, page: Page, visit: &Visit<'_>, payload: Payload) -> Answered {
        let reads = [Method::GET, Method::HEAD].contains(visit.method);
        let posts = page.takes_forms() && visit.method == Method::POST;
        if !reads && !posts {
            let allow = if page.takes_forms() { "GET, HEAD, POST" } else { "GET, HEAD" };
            let response = HttpResponse::MethodNotAllowed().insert_header((ALLOW, allow)).finish();
            return Answered { response, closes: false, refused: None };
        }
        let body = if posts { self.body(visit, payload).await } else { Ok(None) };
        let closes = matches!(body, Err(Trouble::Refused(Refusal::BodyTimeout | Refusal::BrokenBody)));
        let (answer, refused) = match body {
            Ok(body) => self.in_time(page, visit, body).await,
            Err(trouble) => (Err(trouble), None),
        };
        let in_json = page == Page::Resend && form::is_json(visit.headers);
        let response = answer.unwrap_or_else(|trouble| views::trouble(page, in_json, &trouble));
        Answered { response, closes, refused }
    }

    async fn body(&self, visit: &Visit<'_>, payload: Payload) -> std::result::Result<Option<Bytes>, Trouble> {
        let body = body::read(visit.headers, payload, self.body_timeout, FORM_LIMIT).await;
        body.map(Some).map_err(Trouble::Refused)
    }

    /// The page's answer, unless it takes too long or panics, and who was refused.
    async fn in_time(&self, page: Page, visit: &Visit<'_>, body: Option<Bytes>) -> (Answer, Option<audit::Refusal>) {
        let answer = AssertUnwindSafe(self.dispatch(page, visit, body)).catch_unwind();
        let answer = tokio::time::timeout(self.request_timeout, answer);
        let (answer, sender) = answering::observe(visit.request_id.into(), page.name().into(), answer).await;
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(_panic)) => {
                tracing::error!(operation = page.name(), "the page panicked");
                Err(Trouble::Refused(Refusal::Internal))
            }
            Err(_elapsed) => {
                tracing::warn!(operation = page.name(), "the page took too long");
                Err(Trouble::Refused(Refusal::Unavailable { retry_after: retry::SOON }))
            }
        };
        (answer, sender.refusal())
    }

    async fn dispatch(&self, page: Page, visit: &Visit<'_>, body: Option<Bytes>) -> Answer {
        match (page, body) {
            (Page::Activate, None) => activate::show(&*self.accounts, visit).await,
            (Page::Activate, Some(body)) => activate::set(&*self.accounts, visit, &body).await,
            (Page::Resend, None) => resend::show(),
            (Page::Resend, Some(body)) => resend::ask(&*self.accounts, visit, &body).await,
            (Page::Style, _) => Ok(views::style()),
        }
    }
}
