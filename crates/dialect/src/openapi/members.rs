//! The schema of an object, member by member, in the order in which they are read or written.

use serde_json::{Map, Value, json};

use super::schema;

/// An object under description. Members that are not named are allowed: who reads it ignores them.
#[derive(Default)]
pub struct Members {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    titles: bool,
}

impl Members {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An object whose members have titles, made of their names as FastAPI makes them.
    #[must_use]
    pub fn titled() -> Self {
        Self { titles: true, ..Self::default() }
    }

    /// A member that is always there.
    #[must_use]
    pub fn required(mut self, name: &'static str, schema: Value) -> Self {
        self.required.push(name);
        self.optional(name, schema)
    }

    /// A member that may be absent.
    #[must_use]
    pub fn optional(mut self, name: &'static str, schema: Value) -> Self {
        let schema = if self.titles { schema::with(schema, "title", title(name)) } else { schema };
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// A member that may be absent, or null.
    #[must_use]
    pub fn nullable(self, name: &'static str, schema: Value) -> Self {
        self.optional(name, schema::nullable(schema))
    }

    /// The schema.
    #[must_use]
    pub fn schema(self) -> Value {
        let mut schema = json!({"type": "object", "properties": self.properties});
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        schema
    }
}

/// The title that FastAPI gives to a name: its words, each with a capital.
#[must_use]
pub(super) fn title(name: &str) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    name.split('_').map(capital).collect::<Vec<String>>().join(" ")
}
