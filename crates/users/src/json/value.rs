//! The value, and its compact text form.

use std::collections::HashMap;
use std::fmt::{self, Write};

/// A JSON value (RFC 8259). A number is the text that was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as its literal.
    Number(String),
    /// A string, its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members in the order in which they came, no name twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of that name, if this is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Applies a JSON Merge Patch (RFC 7396 §2).
    #[must_use]
    pub fn merged_with(self, patch: Json) -> Json {
        let Json::Object(changes) = patch else { return patch };
        let members = match self {
            Json::Object(members) => members,
            _ => Vec::new(),
        };
        // Both sides may have thousands of members, so that looking for each of them in turn would take seconds.
        let order: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
        let mut changes: HashMap<String, Json> = changes.into_iter().collect();
        let mut merged = Vec::with_capacity(members.len() + order.len());
        for (name, value) in members {
            match changes.remove(&name) {
                None => merged.push((name, value)),
                Some(Json::Null) => {}
                Some(change) => merged.push((name, value.merged_with(change))),
            }
        }
        for name in order {
            match changes.remove(&name) {
                None | Some(Json::Null) => {}
                Some(change) => merged.push((name, Json::Null.merged_with(change))),
            }
        }
        Json::Object(merged)
    }
}

/// The compact form: no white space, only the escapes that RFC 8259 §7 demands.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(literal) => f.write_str(literal),
            Json::String(text) => write_string(f, text),
            Json::Array(items) => {
                f.write_char('[')?;
                for (n, item) in items.iter().enumerate() {
                    write_separator(f, n)?;
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Json::Object(members) => {
                f.write_char('{')?;
                for (n, (name, value)) in members.iter().enumerate() {
                    write_separator(f, n)?;
                    write_string(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_separator(f: &mut fmt::Formatter<'_>, index: usize) -> fmt::Result {
    if index > 0 { f.write_char(',') } else { Ok(()) }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::decode;

    fn json(text: &str) -> Json {
        decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_examples_of_the_standard() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(json(target).merged_with(json(patch)).to_string(), result, "{target} {patch}");
        }
    }

    #[test]
    fn a_merge_takes_linear_time() {
        let object = |prefix: &str, value: &str| {
            let members: Vec<String> = (0..20_000).map(|n| format!(r#""{prefix}{n}":{value}"#)).collect();
            json(&format!("{{{}}}", members.join(",")))
        };
        let began = std::time::Instant::now();
        let merged = object("a", "1").merged_with(object("b", "null"));
        assert_eq!(merged, object("a", "1"));
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
    }
}
