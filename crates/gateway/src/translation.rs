//! A request of one dialect, said in another. The one reads it as if it were served, the other writes it as its clients do; between
//! them are the core's own types, so that each rule stands once.

mod recorder;

use std::sync::Arc;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use dialect::client::{Ask, Draft, Remark};
use dialect::fields::{self, Concept};
use dialect::guard::Open;
use dialect::{Dialect, Head, Request, Route, Services, answer, query};
use futures_util::FutureExt;
use users::Json;
use users::json::decode;

use recorder::Recorder;

/// The request of the one dialect.
pub struct Given<'a> {
    /// The operation's name within the dialect.
    pub operation: &'a str,
    /// The id of the user that it is about, where its path has one.
    pub id: Option<&'a str>,
    /// The query, without `?`.
    pub query: &'a str,
    /// The body; empty for none.
    pub body: Bytes,
}

/// The request of the other.
#[derive(Debug)]
pub struct Translation {
    /// The operation's full name.
    pub operation: String,
    /// Its method.
    pub method: Method,
    /// Its path and query. Where no id was given, the path still has the word for it, in braces.
    pub target: String,
    /// Its body, where it has one: JSON text.
    pub body: Option<String>,
    /// What it does not say as it was said.
    pub notes: Vec<Note>,
}

/// Something that is not said as it was said.
#[derive(Debug, PartialEq, Eq)]
pub struct Note {
    /// Of which kind.
    pub kind: Kind,
    /// The field; one that is missing by its name in the other dialect, else by that in the one.
    pub field: String,
    /// The rest, in words.
    pub why: String,
}

/// Kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The other dialect cannot say it.
    Lost,
    /// What the other dialect says differs in some cases.
    Differs,
    /// The other dialect needs it.
    Missing,
    /// The one dialect does not know it, and ignores it itself.
    Ignored,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Lost, Kind::Differs, Kind::Missing, Kind::Ignored];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Lost => "lost",
            Kind::Differs => "differs",
            Kind::Missing => "missing",
            Kind::Ignored => "ignored",
        }
    }
}

/// Why there is no translation.
#[derive(Debug, PartialEq, Eq)]
pub enum Untranslated {
    /// The one dialect has no such operation.
    UnknownOperation,
    /// It refuses the request, with this status and in these words.
    Refused(u16, String),
    /// The other has no such operation; what comes closest, in words.
    Unsayable(&'static str),
}

/// Says a request of one dialect in the other.
///
/// # Errors
/// See [`Untranslated`].
pub fn translate(
    from: &dyn Dialect,
    to: &dyn Dialect,
    given: &Given<'_>,
    services: Arc<Services>,
) -> Result<Translation, Untranslated> {
    let policy = services.policy.clone();
    let routes = from.routes().iter();
    let route = routes.into_iter().find(|route| route.operation == given.operation);
    let route = route.ok_or(Untranslated::UnknownOperation)?;
    let (query, mut notes) = without_positions(from, given);
    notes.extend(ignored(from, given));
    let ask = read(from, route, given, &query, services)?;
    let draft = to.draft(&ask, &policy).map_err(Untranslated::Unsayable)?;
    notes.extend(draft.remarks.iter().map(|remark| note(from, given.operation, to, &draft, remark)));
    let target = to.routes().iter().find(|route| route.operation == draft.operation);
    let target = target.ok_or(Untranslated::Unsayable("the operation is not among its routes"))?;
    Ok(Translation {
        operation: format!("{}.{}", to.name(), draft.operation),
        method: target.method.clone(),
        target: address(target.path, given.id, &draft),
        body: target.takes_body().then(|| draft.body_text()),
        notes,
    })
}

/// The query without the places in lists that only the server can read that made them.
fn without_positions(from: &dyn Dialect, given: &Given<'_>) -> (String, Vec<Note>) {
    let position = fields::said(from.fields(), given.operation, Concept::Position).map(|field| field.name);
    let pairs = query::pairs(given.query);
    let (positions, others): (Vec<_>, Vec<_>) = pairs.iter().partition(|(name, _)| Some(name.as_str()) == position);
    let others: Vec<(&str, &str)> = others.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let lost = positions.iter().take(1).filter(|(_, value)| !value.is_empty()).map(|(name, _)| Note {
        kind: Kind::Lost,
        field: name.clone(),
        why: "only the server that made it can read it: begin at the first page".to_owned(),
    });
    (query::write(&others), lost.collect())
}

/// The names that the dialect does not know.
fn ignored(from: &dyn Dialect, given: &Given<'_>) -> Vec<Note> {
    let members = match decode(&given.body) {
        Ok(Json::Object(members)) => members.into_iter().map(|(name, _)| name).collect(),
        // What is wrong with such a body, the dialect says better.
        Ok(_) | Err(_) => Vec::new(),
    };
    let parameters = query::pairs(given.query).into_iter().map(|(name, _)| name);
    let is_known = |name: &str| fields::names(from.fields(), given.operation).any(|known| known == name);
    let unknown = members.into_iter().chain(parameters).filter(|name| !is_known(name));
    let note = |field| Note {
        kind: Kind::Ignored,
        field,
        why: format!("{}.{} has no field of this name, and ignores it", from.name(), given.operation),
    };
    unknown.map(note).collect()
}

/// What the request asks of a directory, as the dialect's own handler reads it.
fn read(
    from: &dyn Dialect,
    route: &Route,
    given: &Given<'_>,
    query: &str,
    services: Arc<Services>,
) -> Result<Ask, Untranslated> {
    let recorder = Arc::new(Recorder::new());
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, answer::json());
    if let Ok(credential) = HeaderValue::from_str(&from.present(&recorder::key())) {
        headers.insert(from.credential_header(), credential);
    }
    let head = Head {
        method: route.method.clone(),
        host: String::new(),
        mount: String::new(),
        path: route.path.to_owned(),
        query: query.to_owned(),
        headers,
        request_id: "".into(),
    };
    let request = Request {
        head: Arc::new(head),
        body: if route.takes_body() { given.body.clone() } else { Bytes::new() },
        parameters: given.id.map(str::to_owned).into_iter().collect(),
        operation: route.full_name(from.name()).into(),
        deadline: Instant::now(),
        origin: None,
        directory: recorder.clone(),
        guard: Arc::new(Open),
        services,
    };
    // Nothing in it waits: the directory answers at once.
    let answer = (route.handler)(request).now_or_never();
    match (recorder.asked(), answer) {
        (Some(ask), _) => Ok(ask),
        (None, Some(answer)) if answer.status().is_success() => {
            Err(Untranslated::Unsayable("what it tells is of its own dialect, and no other is asked for it"))
        }
        (None, Some(answer)) => Err(Untranslated::Refused(answer.status().as_u16(), text(answer))),
        (None, None) => Err(Untranslated::Refused(500, "the request was not read to its end".to_owned())),
    }
}

fn text(answer: HttpResponse) -> String {
    match answer.into_body().try_into_bytes() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}

fn note(from: &dyn Dialect, operation: &str, to: &dyn Dialect, draft: &Draft, remark: &Remark) -> Note {
    let name = |dialect: &dyn Dialect, operation: &str, concept: Concept| {
        fields::said(dialect.fields(), operation, concept).map_or(concept.name(), |field| field.name).to_owned()
    };
    let target = format!("{}.{}", to.name(), draft.operation);
    match *remark {
        Remark::Lost(concept) => Note {
            kind: Kind::Lost,
            field: name(from, operation, concept),
            why: format!("{target} has no word for it"),
        },
        Remark::Unsaid(concept, why) => {
            Note { kind: Kind::Lost, field: name(from, operation, concept), why: format!("in {target} {why}") }
        }
        Remark::Differs(concept, when) => {
            Note { kind: Kind::Differs, field: name(from, operation, concept), why: format!("in {target} {when}") }
        }
        Remark::Missing(concept) => Note {
            kind: Kind::Missing,
            field: name(to, draft.operation, concept),
            why: format!("{target} needs it, and {}.{operation} does not say it", from.name()),
        },
    }
}

/// The path with the id, and the query.
fn address(path: &str, id: Option<&str>, draft: &Draft) -> String {
    let whole = |(before, rest): (&str, &str), id: &str| {
        let behind = rest.split_once('}').map_or("", |(_, behind)| behind);
        format!("{before}{}{behind}", query::encode(id))
    };
    let path = match (path.split_once('{'), id) {
        (Some(parts), Some(id)) => whole(parts, id),
        (Some(_), None) | (None, _) => path.to_owned(),
    };
    let pairs: Vec<(&str, &str)> = draft.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if pairs.is_empty() { path } else { format!("{path}?{}", query::write(&pairs)) }
}

#[cfg(test)]
mod tests;
