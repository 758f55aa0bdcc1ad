//! What a browser sends of a form (`application/x-www-form-urlencoded`, WHATWG URL §5.1), read strictly: a password must be the one
//! that was typed, so nothing is repaired.

use std::collections::HashMap;

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use percent_encoding::percent_decode;

use super::Trouble;

const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of a form.
#[derive(Default)]
pub struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads the body of a request with these headers.
    ///
    /// # Errors
    /// It is no form, is not UTF-8, or says something twice.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Result<Self, Trouble> {
        if !essence(headers).eq_ignore_ascii_case(FORM) {
            return Err(Trouble::OtherKind);
        }
        read(body).ok_or(Trouble::NoForm)
    }

    /// Reads what stands behind the question mark of an address. What is no form has no fields.
    pub fn of_query(query: &str) -> Self {
        read(query.as_bytes()).unwrap_or_default()
    }

    /// A field; empty if it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// Whether the body is JSON, as these headers say.
pub fn is_json(headers: &HeaderMap) -> bool {
    dialect::content::is_json(content_type(headers))
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn essence(headers: &HeaderMap) -> &str {
    content_type(headers).split(';').next().unwrap_or_default().trim()
}

fn read(text: &[u8]) -> Option<Fields> {
    let mut fields = HashMap::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
        if fields.insert(decoded(name)?, decoded(value)?).is_some() {
            return None;
        }
    }
    Some(Fields(fields))
}

fn decoded(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Option<Vec<(String, String)>> {
        let mut fields: Vec<_> = read(text.as_bytes())?.0.into_iter().collect();
        fields.sort();
        Some(fields)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_was_typed_is_what_is_read() {
        let read = fields("token=abc&password=a+b%2Bc%26%3D%C3%BC&again=").expect("a form");
        assert_eq!(read, [pair("again", ""), pair("password", "a b+c&=ü"), pair("token", "abc")]);
        assert_eq!(fields(""), Some(Vec::new()));
        assert_eq!(fields("&a&&b=1=2"), Some(vec![pair("a", ""), pair("b", "1=2")]));
        assert_eq!(fields("a=%zz%4"), Some(vec![pair("a", "%zz%4")]), "as browsers read it");
    }

    #[test]
    fn what_is_not_text_or_said_twice_is_not_guessed_at() {
        assert_eq!(fields("password=%FF"), None);
        assert_eq!(fields("password=%C3"), None);
        assert_eq!(fields("token=a&token=b"), None);
        assert_eq!(fields("token=a&tok%65n=a"), None);
        assert_eq!(Fields::of_query("token=a&token=b").text("token"), "");
    }
}
