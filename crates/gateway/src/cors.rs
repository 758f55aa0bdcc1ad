//! Requests that pages of other origins make (the CORS protocol, Fetch standard §3.3): which origins may read answers, and
//! what browsers are told before they send more than a simple request.
//!
//! Here and not in a middleware, so that a preflight is an answer like any other: numbered, guarded, logged, counted, and known to
//! the watchdog of its connection.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, InvalidHeaderValue, LINK, LOCATION, ORIGIN,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use dialect::announced::{DEPRECATION, SUNSET};
use dialect::once::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};

use crate::answer::{self, REQUEST_ID};
use crate::settings::{CorsSettings, Origins};
use crate::table::Table;

/// The operation's name of a preflight.
pub const PREFLIGHT: &str = "preflight";

/// What pages of other origins may do. Never with credentials mode: the keys of this API are headers that a page sets itself.
pub struct Cors {
    origins: Origins,
    methods: HeaderValue,
    accepted: HeaderValue,
    exposed: HeaderValue,
    max_age: HeaderValue,
}

impl Cors {
    /// What the settings allow on these routes; `None` for nothing at all.
    ///
    /// # Errors
    /// None that the name of a header or a method gives rise to.
    pub fn new(settings: &CorsSettings, table: &Table) -> Result<Option<Self>, InvalidHeaderValue> {
        if settings.origins == Origins::None {
            return Ok(None);
        }
        let (mut accepted, mut exposed) = (Vec::new(), Vec::new());
        for dialect in table.dialects() {
            accepted.push(dialect.credential_header());
            exposed.extend(dialect.answer_headers());
        }
        accepted.extend([CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, IDEMPOTENCY_KEY.clone(), REQUEST_ID]);
        exposed.extend([ETAG, LINK, LOCATION, RETRY_AFTER, ALLOW, WWW_AUTHENTICATE, REQUEST_ID]);
        exposed.push(IDEMPOTENT_REPLAYED.clone());
        if table.has_dates() {
            exposed.extend([DEPRECATION, SUNSET]);
        }
        Ok(Some(Self {
            origins: settings.origins.clone(),
            methods: answer::list(table.methods().iter().map(Method::as_str))?,
            accepted: answer::list(accepted.iter().map(HeaderName::as_str))?,
            exposed: answer::list(exposed.iter().map(HeaderName::as_str))?,
            max_age: HeaderValue::from(settings.max_age.as_secs()),
        }))
    }

    /// The answer to a preflight of an origin that may ask. It is the same for every path of the dialects, so that a page learns from the
    /// answer itself what is not there, or is no method of it.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<HttpResponse> {
        let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        self.allowed(headers).filter(|_| asks && *method == Method::OPTIONS)?;
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone()));
        answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, self.accepted.clone()));
        answer.insert_header((ACCESS_CONTROL_MAX_AGE, self.max_age.clone()));
        Some(answer.finish())
    }

    /// Lets that reader read the answer, if there is one who may.
    pub fn open(&self, reader: Option<HeaderValue>, response: &mut HttpResponse) {
        if let Some(reader) = reader {
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, reader);
            response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed.clone());
        }
        if let Origins::These(_) = self.origins {
            answer::vary(response, &HeaderValue::from_name(ORIGIN));
        }
    }

    /// Who may read the answer, if the request's origin may.
    pub fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        match &self.origins {
            Origins::None => None,
            Origins::Any => Some(HeaderValue::from_static("*")),
            Origins::These(origins) => {
                let mut given = headers.get_all(ORIGIN);
                let origin = given.next().filter(|_| given.next().is_none())?;
                origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
        }
    }
}
