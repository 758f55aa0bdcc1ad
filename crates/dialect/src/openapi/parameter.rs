//! Parameters: of the path, the query, or a header.

use serde_json::{Value, json};

use super::members::title;
use super::schema;

/// A parameter under description.
pub struct Parameter(Value);

impl Parameter {
    /// One of the path; it is always there.
    #[must_use]
    pub fn path(name: &str, schema: Value) -> Self {
        Self::of("path", name, schema).required()
    }

    /// One of the query.
    #[must_use]
    pub fn query(name: &str, schema: Value) -> Self {
        Self::of("query", name, schema)
    }

    /// A header.
    #[must_use]
    pub fn header(name: &str, schema: Value) -> Self {
        Self::of("header", name, schema)
    }

    fn of(place: &str, name: &str, schema: Value) -> Self {
        Self(json!({"name": name, "in": place, "required": false, "schema": schema}))
    }

    /// It must be there.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.0["required"] = json!(true);
        self
    }

    /// It has a title, made of its name as FastAPI makes it.
    #[must_use]
    pub fn titled(mut self) -> Self {
        let title = self.0["name"].as_str().map(title).unwrap_or_default();
        self.0["schema"] = schema::with(self.0["schema"].take(), "title", title);
        self
    }

    /// What counts where it is absent.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.0["schema"]["default"] = value.into();
        self
    }

    /// What it is for.
    #[must_use]
    pub fn about(mut self, text: &str) -> Self {
        self.0["description"] = json!(text);
        self
    }

    pub(super) fn into_value(self) -> Value {
        self.0
    }
}
