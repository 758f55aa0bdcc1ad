//! Whether two requests say the same.

use crate::json::Json;
use crate::text::sha256;

/// The member that takes no part: nothing that is kept must help to guess it, not even a hash.
const SECRET_MEMBER: &str = "password";

/// The SHA-256 of what a request says, in hexadecimal digits. It covers nothing that is kept otherwise only as a slow hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a body. White space, escapes and the order of members are of no account, numbers count as they are written, and the
    /// password does not count.
    #[must_use]
    pub fn of(body: &Json) -> Self {
        let text = match body {
            Json::Object(members) => object(members.iter().filter(|(name, _)| name != SECRET_MEMBER)).to_string(),
            other => sorted(other).to_string(),
        };
        Self(sha256(&text))
    }

    /// The fingerprint that a store gives back.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The same value, the members of its objects in the order of their names.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        Json::Object(members) => object(members.iter()),
    }
}

fn object<'a>(members: impl Iterator<Item = &'a (String, Json)>) -> Json {
    let mut members: Vec<_> = members.map(|(name, value)| (name.clone(), sorted(value))).collect();
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    Json::Object(members)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::json::decode;

    fn of(text: &str) -> Fingerprint {
        Fingerprint::of(&decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn the_same_said_otherwise_is_the_same() {
        let one =
            of(r#"{"email":"a@b.c","settings":{"x":[1,{"p":2,"q":3}],"password":"é"},"password":"correct horse"}"#);
        for same in [
            r#" { "settings" : {"password":"\u00e9", "x" : [ 1, {"q":3,"p":2} ]}, "email" : "\u0061@b.c", "password":"another" }"#,
            r#"{"email":"a@b.c","settings":{"x":[1,{"p":2,"q":3}],"password":"é"}}"#,
            r#"{"email":"a@b.c","settings":{"x":[1,{"p":2,"q":3}],"password":"é"},"password":[{}]}"#,
        ] {
            assert_eq!(of(same), one, "{same}");
        }
    }

    #[test]
    fn anything_else_is_something_else() {
        let bodies = [
            r#"{"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":null}"#,
            "{}",
            "null",
            r#"{"a":{"password":"x"}}"#,
            r#"{"a":{"password":"y"}}"#,
            r#"[{"password":"x"}]"#,
            r#"{"A":1}"#,
        ];
        for (n, one) in bodies.iter().enumerate() {
            for other in &bodies[n + 1..] {
                assert_ne!(of(one), of(other), "{one} {other}");
            }
        }
    }

    /// Two versions of the program that share a store must agree.
    #[test]
    fn it_is_the_hash_of_the_canonical_text() {
        let expected = digest(&SHA256, r#"{"a":{"x":1,"y":"é"},"b":[1.10]}"#.as_bytes());
        assert_eq!(of(r#"{"b":[1.10],"a":{"y":"é","x":1}}"#).as_str(), HEXLOWER.encode(expected.as_ref()));
    }
}
