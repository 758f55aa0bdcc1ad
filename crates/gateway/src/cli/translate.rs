//! `diglot translate`

use std::io::{self, Read, Write};
use std::sync::Arc;

use actix_web::web::Bytes;
use clap::Args;
use dialect::Dialect;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{Context, Form, output};
use crate::body;
use crate::dialects;
use crate::exit::{Failure, Outcome};
use crate::translation::{Given, Kind, Note, Translation, Untranslated, translate};

/// Say a request of one dialect in another, as far as that has words for it
///
/// Reads the body of the request from standard input, if the operation takes one, and prints the
/// body that a client of the other dialect sends for the same. An operation without a body is
/// printed as the line of its request. On standard error stands, a line each, what is not said as
/// it was said:
///
///   lost      the other dialect cannot say it, or not all of it
///   differs   it says it, but for some users the effect is another; the line says for whom
///   missing   it needs this, and nothing was said of it; nothing is made up
///   ignored   the first dialect does not know it either
///
/// No server and no store is asked. Ends with 1 if the first dialect refuses the request, in its
/// own words, or if the other one has no such operation.
///
/// Example, to see what a new user loses on the way:
///
///   echo '{"email": "ada@example.com", "name": "Ada", "role": "user"}' |
///     diglot translate --from maisa --to mechamental createUser
///
/// An operation without a body, with the query that it has:
///
///   diglot translate --from maisa --to mechamental listUsers --query 'limit=10&role=user'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Translate {
    /// The dialect that the request is in
    #[arg(long, value_name = "DIALECT")]
    from: String,
    /// The dialect to say it in
    #[arg(long, value_name = "DIALECT")]
    to: String,
    /// The operation, by its name in the first dialect, such as createUser or maisa.createUser
    operation: String,
    /// The id of the user that the request is about
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The query of the request, such as 'limit=10&offset=20'
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    query: String,
    /// Print the whole request: the line with method and address, an empty line, and the body
    #[arg(long, conflicts_with = "json")]
    request: bool,
    #[command(flatten)]
    form: Form,
}

impl Translate {
    pub fn run(self, context: &Context) -> Outcome {
        let services = Arc::new(dialects::offline(context.settings()?.roles));
        let all = dialects::all(&services);
        let (from, to) = (named(&all, &self.from)?, named(&all, &self.to)?);
        if from.name() == to.name() {
            return Err(Failure::Usage("--from and --to name the same dialect".to_owned()));
        }
        let own = format!("{}.", from.name());
        let operation = self.operation.strip_prefix(&own).unwrap_or(&self.operation);
        let query = self.query.strip_prefix('?').unwrap_or(&self.query);
        let body = if takes_body(from, operation) { read()? } else { Bytes::new() };
        let given = Given { operation, id: self.id.as_deref(), query, body };
        let translation = translate(from, to, &given, services).map_err(|error| failure(error, from, to, operation))?;
        if self.form.json {
            return output::text(&format!("{}\n", object(&translation)?));
        }
        tell(&translation.notes);
        output::text(&lines(&translation, self.request))
    }
}

fn named<'a>(all: &'a [Arc<dyn Dialect>], name: &str) -> Result<&'a dyn Dialect, Failure> {
    let found = all.iter().find(|dialect| dialect.name() == name).map(|dialect| &**dialect);
    found.ok_or_else(|| Failure::Usage(format!("there is no dialect {name:?}, but {}", dialects::names().join(", "))))
}

fn takes_body(dialect: &dyn Dialect, operation: &str) -> bool {
    dialect.routes().iter().any(|route| route.operation == operation && route.takes_body())
}

/// The body from standard input. A server takes no greater one either.
fn read() -> Result<Bytes, Failure> {
    let (mut text, most) = (Vec::new(), body::LIMIT);
    let input = io::stdin().lock().take(most as u64 + 1).read_to_end(&mut text);
    input.map_err(|error| Failure::Usage(format!("cannot read the body: {error}")))?;
    if text.len() > most {
        return Err(Failure::No(format!("a body has {} KiB at most", most / 1024)));
    }
    Ok(text.into())
}

fn failure(error: Untranslated, from: &dyn Dialect, to: &dyn Dialect, operation: &str) -> Failure {
    match error {
        Untranslated::UnknownOperation => {
            let names: Vec<&str> = from.routes().iter().map(|route| route.operation).collect();
            Failure::Usage(format!("{} has no operation {operation:?}, but {}", from.name(), names.join(", ")))
        }
        Untranslated::Refused(status, body) => {
            Failure::No(format!("{}.{operation} refuses this with {status}: {body}", from.name()))
        }
        Untranslated::Unsayable(closest) => {
            Failure::No(format!("{} has nothing like {}.{operation}: {closest}", to.name(), from.name()))
        }
    }
}

/// Tells what is not said as it was said.
fn tell(notes: &[Note]) {
    let line = |note: &Note| {
        let field = note.field.replace(char::is_control, " ");
        format!("{:<8} {field}: {}\n", note.kind.name(), note.why)
    };
    let text: String = notes.iter().map(line).collect();
    // Whoever closed standard error does not want to know.
    if let Err(error) = io::stderr().write_all(text.as_bytes()) {
        tracing::debug!(%error, "notes were not written");
    }
}

fn lines(translation: &Translation, whole: bool) -> String {
    let line = format!("{} {}", translation.method, translation.target);
    match &translation.body {
        Some(body) if whole => format!("{line}\n\n{body}\n"),
        Some(body) => format!("{body}\n"),
        None => format!("{line}\n"),
    }
}

/// The body stands in the object to the letter: a [`Value`] would read its numbers anew.
fn object(translation: &Translation) -> Result<String, Failure> {
    #[derive(serde::Serialize)]
    struct Object<'a> {
        operation: &'a str,
        method: &'a str,
        path: &'a str,
        body: Option<Box<RawValue>>,
        #[serde(flatten)]
        notes: Map<String, Value>,
    }
    let unwritten = |error: serde_json::Error| Failure::No(format!("cannot write the result: {error}"));
    let of_kind = |kind: Kind| {
        let notes = translation.notes.iter().filter(|note| note.kind == kind);
        notes.map(|note| json!({"field": note.field, "why": note.why})).collect::<Value>()
    };
    let body = translation.body.clone().map(RawValue::from_string).transpose().map_err(unwritten)?;
    let object = Object {
        operation: &translation.operation,
        method: translation.method.as_str(),
        path: &translation.target,
        body,
        notes: Kind::ALL.into_iter().map(|kind| (kind.name().to_owned(), of_kind(kind))).collect(),
    };
    serde_json::to_string(&object).map_err(unwritten)
}
