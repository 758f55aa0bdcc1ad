//! What a dialect is: a set of routes that read requests in one API's form, ask a [`Directory`], and answer in the same
//! form. Nothing here belongs to one dialect, and nothing here knows where the answers come from.

pub mod announced;
pub mod answer;
pub mod client;
pub mod coding;
pub mod conditional;
pub mod content;
pub mod directory;
pub mod fields;
pub mod guard;
pub mod once;
pub mod openapi;
pub mod query;
pub mod refusal;
pub mod request;
pub mod retry;
pub mod route;
pub mod tag;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;

pub use directory::{Begin, Call, Directory, DirectoryError, ListQuery, Page, Position, Whom};
pub use guard::Guard;
pub use refusal::{Gone, Refusal};
pub use request::{Head, Request, Services};
pub use route::{Handler, Route};

use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use client::{Ask, Draft};
use fields::Field;
use openapi::Description;
use users::{PresentedKey, RolePolicy};

/// One API in which the directory can be spoken to.
pub trait Dialect: Send + Sync {
    /// The name in settings, logs, metrics and on the command line.
    fn name(&self) -> &'static str;

    /// The header in which a client of this dialect presents its key.
    fn credential_header(&self) -> HeaderName;

    /// Headers of its answers that are its own, and in no standard.
    fn answer_headers(&self) -> Vec<HeaderName> {
        Vec::new()
    }

    /// Every operation. Where two paths match, the first in this list wins.
    fn routes(&self) -> &'static [Route];

    /// Every name that it has on the wire, and what each means in the core.
    fn fields(&self) -> &'static [Field];

    /// What a client puts into the credential's header to present this key.
    fn present(&self, key: &PresentedKey) -> String;

    /// The request with which a client asks this of a directory.
    ///
    /// # Errors
    /// No operation of this dialect asks it: what comes closest, in words.
    fn draft(&self, ask: &Ask, policy: &RolePolicy) -> Result<Draft, &'static str>;

    /// What its document says beside the operations; see [`openapi::document`].
    fn describe(&self, policy: &RolePolicy) -> Description;

    /// The answer to a request that reaches no operation of this dialect, or that ends before or outside of one.
    fn refuse(&self, refusal: Refusal, head: &Head) -> HttpResponse;
}
