//! The names that a request uses: the top members of its body, and the parameters of its query. Only those that the program knows
//! are told apart, so a name that somebody made up is never kept.

use std::borrow::Cow;
use std::fmt;

use dialect::fields::{Field, Place};
use percent_encoding::percent_decode_str;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use users::usage::DetailKind;

/// A name, or one of those that are not known.
pub type Name = (DetailKind, Option<&'static str>);

/// The names that an operation knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Members of its body.
    pub fields: Vec<&'static str>,
    /// Parameters of its query.
    pub parameters: Vec<&'static str>,
}

impl Known {
    /// Those of an operation, from the registry of its dialect. A name with a dot stands deeper in the body.
    #[must_use]
    pub fn of(registry: &[Field], operation: &str) -> Self {
        let names = |is_meant: fn(&Place) -> bool| {
            let stands = |place: &Place| is_meant(place) && place.operations().contains(&operation);
            let fields = registry.iter().filter(|field| field.places.iter().any(stands));
            fields.map(|field| field.name).filter(|name| !name.contains('.')).collect()
        };
        Self {
            fields: names(|place| matches!(place, Place::Body(_))),
            parameters: names(|place| matches!(place, Place::Query(_))),
        }
    }

    /// Each name that a request uses, once. A body that is no JSON object uses none.
    pub fn used(&self, query: &str, body: &[u8]) -> Vec<Name> {
        let mut names = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = decoded(pair.split('=').next().unwrap_or(pair));
            push(&mut names, (DetailKind::Parameter, known(&self.parameters, &name)));
        }
        if !body.is_empty() {
            let before = names.len();
            let mut reader = serde_json::Deserializer::from_slice(body);
            let read = Members { known: &self.fields, names: &mut names }.deserialize(&mut reader);
            if read.and_then(|()| reader.end()).is_err() {
                names.truncate(before);
            }
        }
        names
    }
}

fn known(known: &[&'static str], name: &str) -> Option<&'static str> {
    known.iter().copied().find(|known| *known == name)
}

fn push(names: &mut Vec<Name>, name: Name) {
    if !names.contains(&name) {
        names.push(name);
    }
}

fn decoded(name: &str) -> Cow<'_, str> {
    if name.contains(['%', '+']) {
        let spaced = name.replace('+', " ");
        Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
    } else {
        Cow::Borrowed(name)
    }
}

/// Notes the names of an object's members, and passes over their values.
struct Members<'a> {
    known: &'a [&'static str],
    names: &'a mut Vec<Name>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Member(self.known))? {
            push(self.names, (DetailKind::Field, name));
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Finds a member's name among the known ones, without keeping it.
struct Member<'a>(&'a [&'static str]);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Member<'_> {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(known(self.0, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(query: &str, body: &str) -> Vec<Name> {
        let known = Known { fields: vec!["email", "name"], parameters: vec!["limit", "sort by"] };
        known.used(query, body.as_bytes())
    }

    #[test]
    fn parameters_are_counted_once_and_by_known_names() {
        let parameter = |name| (DetailKind::Parameter, name);
        assert_eq!(used("limit=secret&limit=2&%6cimit=3", ""), [parameter(Some("limit"))]);
        assert_eq!(
            used("&&email=1&sort+by=x&limit&=5&secret", ""),
            [parameter(None), parameter(Some("sort by")), parameter(Some("limit"))]
        );
        assert_eq!(used("", ""), []);
    }

    #[test]
    fn members_are_counted_once_and_by_known_names() {
        let field = |name| (DetailKind::Field, name);
        assert_eq!(
            used("", r#"{"email":{"name":1},"em\u0061il":2,"secret":[{"name":1}],"more":1}"#),
            [field(Some("email")), field(None)]
        );
        assert_eq!(used("", " {\"name\":1e999} \n"), [field(Some("name"))]);
        for broken in
            ["{\"name\":1", "{\"name\":1} x", "[{\"name\":1}]", "\"name\"", "{\"name\":1,}", "null", "{name:1}"]
        {
            assert_eq!(used("", broken), [], "{broken}");
        }
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let expected = [(DetailKind::Parameter, Some("limit")), field(Some("name"))];
        assert_eq!(used("limit=1", &deep), expected, "however deep, it takes no more of the stack");
    }
}
