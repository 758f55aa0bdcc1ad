//! Schemas that more than one dialect has: JSON Schema 2020-12, which OpenAPI 3.1 takes as it is.

use std::ops::RangeInclusive;

use serde_json::{Value, json};
use users::text::TextRule;

/// Texts without control characters (Unicode category Cc).
const CONTROL_FREE: &str = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$";

/// Texts without U+0000.
const NUL_FREE: &str = "^[^\\u0000]*$";

/// Any text.
#[must_use]
pub fn string() -> Value {
    json!({"type": "string"})
}

/// A text that passes a rule.
#[must_use]
pub fn text(rule: TextRule) -> Value {
    let mut schema = string();
    if rule.min > 0 {
        schema["minLength"] = json!(rule.min);
    }
    if rule.max < usize::MAX {
        schema["maxLength"] = json!(rule.max);
    }
    schema["pattern"] = json!(if rule.control_free { CONTROL_FREE } else { NUL_FREE });
    schema
}

/// One of these texts.
#[must_use]
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    json!({"type": "string", "enum": names.into_iter().collect::<Vec<_>>()})
}

/// A whole number within bounds.
#[must_use]
pub fn integer(bounds: RangeInclusive<u64>) -> Value {
    let mut schema = json!({"type": "integer", "minimum": bounds.start()});
    if *bounds.end() < u64::MAX {
        schema["maximum"] = json!(bounds.end());
    }
    schema
}

/// True or false.
#[must_use]
pub fn boolean() -> Value {
    json!({"type": "boolean"})
}

/// A point in time (RFC 3339).
#[must_use]
pub fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// An e-mail address, which may be international (RFC 6531).
#[must_use]
pub fn email() -> Value {
    json!({"type": "string", "format": "idn-email"})
}

/// An object with any members.
#[must_use]
pub fn object() -> Value {
    json!({"type": "object", "additionalProperties": true})
}

/// Many of one kind.
#[must_use]
pub fn array(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// The schema of that name among the document's.
#[must_use]
pub fn named(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// What the schema says, or null.
#[must_use]
pub fn nullable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// The schema with one more word in it.
#[must_use]
pub fn with(mut schema: Value, keyword: &str, value: impl Into<Value>) -> Value {
    schema[keyword] = value.into();
    schema
}
