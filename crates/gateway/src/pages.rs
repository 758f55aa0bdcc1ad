//! What this server has of its own, beside the dialects: their OpenAPI documents, a page on which people read and try
//! them, and what the server tells of itself.

mod docs;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::web::Bytes;

use crate::answer;
use crate::documents::{Document, documents};
use crate::settings::Settings;
use crate::well_known;

/// Where the documents are.
pub const DOCUMENTS: &str = "/openapi";
/// Where the page is.
pub const PAGE: &str = "/docs";

/// Where the server tells of itself (RFC 8615).
pub const WELL_KNOWN: &str = "/.well-known/diglot";

/// Nothing comes from elsewhere and nothing goes there, and no script but the page's own runs. (Swagger UI has styles in its elements
/// and pictures in its style sheet.)
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All of them.
pub struct Pages(Vec<Page>);

/// One of them.
pub struct Page {
    path: String,
    /// The name in metrics.
    pub name: &'static str,
    content: Content,
}

enum Content {
    Text { kind: &'static str, bytes: Bytes },
    Elsewhere(&'static str),
}

impl Pages {
    /// A server without pages.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The pages of a server with these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        if !settings.docs {
            return Self::none();
        }
        let documents = documents(settings);
        let mut pages = docs::pages(&documents);
        pages.extend(documents.iter().flat_map(in_both_forms));
        pages.push(about(settings));
        Self(pages)
    }

    /// The page at that path, if there is one.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Page> {
        self.0.iter().find(|page| page.path == path)
    }
}

fn in_both_forms(document: &Document) -> [Page; 2] {
    let page = |form: &str, kind, text: String| {
        let path = format!("{DOCUMENTS}/{}.{form}", document.name);
        Page { path, name: "openapi", content: Content::Text { kind, bytes: text.into() } }
    };
    // RFC 9512 names the type of YAML.
    [page("json", "application/json", document.to_json()), page("yaml", "application/yaml", document.to_yaml())]
}

/// What the server tells of itself.
fn about(settings: &Settings) -> Page {
    let content = Content::Text { kind: "application/json", bytes: well_known::text(settings).into() };
    Page { path: WELL_KNOWN.to_owned(), name: "well_known", content }
}

impl Page {
    /// Answers a request for the page.
    #[must_use]
    pub fn answer(&self, method: &Method) -> HttpResponse {
        if let Some(refusal) = answer::unless_reading(method) {
            return refusal;
        }
        match &self.content {
            Content::Text { kind, bytes } => HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, *kind))
                .insert_header((CONTENT_SECURITY_POLICY, POLICY))
                .body(bytes.clone()),
            Content::Elsewhere(address) => {
                HttpResponse::PermanentRedirect().insert_header((LOCATION, *address)).finish()
            }
        }
    }
}
