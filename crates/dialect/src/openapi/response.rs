//! Responses: those of one operation, and those that operations share.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use serde_json::{Map, Value, json};

use super::headers::Headers;

/// What all bodies are.
const JSON: &str = "application/json";

/// Values by what they are an example of.
type Examples = Vec<(&'static str, Value)>;

/// A response under description.
pub struct Response {
    pub(super) status: StatusCode,
    about: &'static str,
    headers: Vec<HeaderName>,
    /// Those that not every answer of the kind has.
    sometimes: Vec<HeaderName>,
    content: Option<(Value, Examples)>,
    links: Map<String, Value>,
}

impl Response {
    /// One without a body.
    #[must_use]
    pub fn empty(status: StatusCode, about: &'static str) -> Self {
        Self { status, about, headers: Vec::new(), sometimes: Vec::new(), content: None, links: Map::new() }
    }

    /// One with a body of this schema, and an example of it.
    #[must_use]
    pub fn new(status: StatusCode, about: &'static str, schema: Value, example: Value) -> Self {
        Self { content: Some((schema, vec![("example", example)])), ..Self::empty(status, about) }
    }

    /// One of which there are samples, by what they are an example of. Status, headers and examples are taken from
    /// them, so that what is described is what is sent; what only some of them have is optional.
    #[must_use]
    pub fn sampled(
        status: StatusCode,
        about: &'static str,
        schema: Value,
        samples: Vec<(&'static str, HttpResponse)>,
    ) -> Self {
        let all: Vec<Vec<HeaderName>> = samples.iter().map(|(_, sample)| names(sample)).collect();
        let (mut headers, mut sometimes) = (Vec::new(), Vec::new());
        for name in all.iter().flatten() {
            let kind = if all.iter().all(|names| names.contains(name)) { &mut headers } else { &mut sometimes };
            if !kind.contains(name) {
                kind.push(name.clone());
            }
        }
        let examples = samples.into_iter().map(|(name, sample)| (name, body(sample))).collect();
        Self { headers, sometimes, content: Some((schema, examples)), ..Self::empty(status, about) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName) -> Self {
        self.headers.push(name);
        self
    }

    /// The same with ways on: to the operations of these names, whose parameter has the value that this runtime
    /// expression finds in the response.
    #[must_use]
    pub fn links(mut self, operations: &[&str], parameter: &str, expression: &str) -> Self {
        for operation in operations {
            let link = json!({"operationId": operation, "parameters": {parameter: expression}});
            self.links.insert((*operation).to_owned(), link);
        }
        self
    }

    /// The response object.
    pub(super) fn into_value(self, headers: &mut Headers) -> Value {
        let mut response = json!({"description": self.about, "headers": headers.refer(&self.headers, &self.sometimes)});
        if let Some((schema, examples)) = self.content {
            response["content"] = content(schema, examples);
        }
        if !self.links.is_empty() {
            response["links"] = Value::Object(self.links);
        }
        response
    }
}

/// A body of JSON. A single example goes without its name.
pub(super) fn content(schema: Value, mut examples: Examples) -> Value {
    let mut media = json!({"schema": schema});
    if examples.len() == 1 {
        media["example"] = examples.remove(0).1;
    } else {
        let named = examples.into_iter().map(|(name, value)| (name.to_owned(), json!({"value": value})));
        media["examples"] = named.collect::<Map<_, _>>().into();
    }
    json!({JSON: media})
}

fn names(sample: &HttpResponse) -> Vec<HeaderName> {
    sample.headers().keys().filter(|name| **name != CONTENT_TYPE).cloned().collect()
}

/// The body as JSON. Samples are whole in memory, and JSON; one that is not shows as null, which its schema refuses.
fn body(sample: HttpResponse) -> Value {
    match sample.into_body().try_into_bytes().map(|bytes| serde_json::from_slice(&bytes)) {
        Ok(Ok(value)) => value,
        Ok(Err(_)) | Err(_) => Value::Null,
    }
}
