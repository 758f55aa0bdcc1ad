//! Operations.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::headers::Headers;
use super::parameter::Parameter;
use super::response::{Response, content};

/// A response that operations share.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// Its status.
    pub status: StatusCode,
    /// The name that the document gives it.
    pub name: &'static str,
}

/// An operation under description. What it is called and where it is found, its route says.
pub struct Operation {
    summary: &'static str,
    about: Option<&'static str>,
    parameters: Vec<Parameter>,
    body: Option<Value>,
    answer: Response,
    shared: Vec<Shared>,
    is_open: bool,
}

impl Operation {
    /// An operation that is summed up in these words, and the response of its success.
    #[must_use]
    pub fn new(summary: &'static str, answer: Response) -> Self {
        Self { summary, about: None, parameters: Vec::new(), body: None, answer, shared: Vec::new(), is_open: false }
    }

    /// More about it.
    #[must_use]
    pub fn about(mut self, text: &'static str) -> Self {
        self.about = Some(text);
        self
    }

    /// The same for everybody: no key is asked for.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// The same with a body of JSON, and an example of it.
    #[must_use]
    pub fn body(mut self, schema: Value, example: Value) -> Self {
        self.body = Some(json!({"required": true, "content": content(schema, vec![("example", example)])}));
        self
    }

    /// The same with these responses where it does not succeed.
    #[must_use]
    pub fn or(mut self, shared: impl IntoIterator<Item = impl Into<Shared>>) -> Self {
        self.shared.extend(shared.into_iter().map(Into::into));
        self.shared.sort_by_key(|shared| shared.status);
        self
    }

    /// The operation object.
    pub(super) fn into_value(self, id: &str, tag: &str, headers: &mut Headers) -> Value {
        let Self { summary, about, parameters, body, answer, shared, is_open } = self;
        let mut responses = Map::new();
        responses.insert(answer.status.as_str().to_owned(), answer.into_value(headers));
        for Shared { status, name } in shared {
            let reference = json!({"$ref": format!("#/components/responses/{name}")});
            responses.insert(status.as_str().to_owned(), reference);
        }
        let parameters: Vec<Value> = parameters.into_iter().map(Parameter::into_value).collect();
        let members = [
            ("tags", Some(json!([tag]))),
            ("summary", Some(json!(summary))),
            ("description", about.map(Value::from)),
            ("operationId", Some(json!(id))),
            ("security", is_open.then(|| json!([]))),
            ("parameters", (!parameters.is_empty()).then(|| parameters.into())),
            ("requestBody", body),
            ("responses", Some(responses.into())),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        given.collect::<Map<_, _>>().into()
    }
}
