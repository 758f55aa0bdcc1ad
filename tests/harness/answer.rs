//! What a server answered, and the assertions that every story uses.

use std::io::{self, Read};

use serde_json::Value;

use super::http::Request;

#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    asked: String,
}

impl Answer {
    pub(super) fn from_head(head: &str) -> io::Result<Self> {
        let bad = || io::Error::new(io::ErrorKind::InvalidData, format!("no HTTP answer: {head:?}"));
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")).ok_or_else(bad)?;
        let status = status.get(..3).and_then(|code| code.parse().ok()).ok_or_else(bad)?;
        let headers =
            lines.map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())));
        Ok(Self { status, headers: headers.collect::<Option<_>>().ok_or_else(bad)?, ..Self::default() })
    }

    pub(super) fn to(mut self, request: &Request) -> Self {
        let body =
            request.body.as_deref().map(|body| String::from_utf8_lossy(&body[..body.len().min(600)]).into_owned());
        let target: String = request.target.chars().take(600).collect();
        self.asked = format!("{} {target} {}", request.method, body.unwrap_or_default());
        self
    }

    /// The only value of a header; a repeated one fails the story.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let first = values.next();
        assert!(values.next().is_none(), "{name} occurs twice in {:?}", self.headers);
        first.map(|(_, value)| value.as_str())
    }

    pub fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
            || (self.header("content-length").is_none()
                && self.header("transfer-encoding").is_none()
                && ![204, 304].contains(&self.status))
    }

    /// The body, once it is unpacked.
    pub fn plain_body(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            Some("gzip") => flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap(),
            Some("br") => brotli::Decompressor::new(&self.body[..], 4_096).read_to_end(&mut plain).unwrap(),
            Some(other) => panic!("{other} was not asked for"),
            None => return self.body.clone(),
        };
        plain
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, which must be compact JSON.
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{}: the body is no JSON ({e})", self.story()));
        assert!(is_compact(&self.text()), "{}: the JSON is not in the compact form", self.story());
        value
    }

    /// One value of the JSON body, by JSON pointer; `null` where there is none.
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    /// A text of the JSON body, by JSON pointer.
    pub fn str(&self, pointer: &str) -> String {
        match self.at(pointer) {
            Value::String(text) => text,
            other => panic!("{}: {pointer} is {other}, no text", self.story()),
        }
    }

    /// Requires a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.story());
        self
    }

    /// What was asked and answered, for messages.
    pub fn story(&self) -> String {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(2000)]).into_owned();
        format!("asked {}\nanswered {} {:?}\n{body}\n", self.asked, self.status, self.headers)
    }

    /// Requires MechaMental's envelope with this code.
    #[track_caller]
    pub fn mm_error(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        let json = answer.json();
        let keys: Vec<&String> = json.as_object().map(|o| o.keys().collect()).unwrap_or_default();
        assert_eq!(keys, ["error", "message", "details", "timestamp", "status_code"], "{}", answer.story());
        assert_eq!(json["error"], code, "{}", answer.story());
        assert_eq!(json["status_code"], status, "{}", answer.story());
        assert!(json["message"].is_string() && json["details"].is_object(), "{}", answer.story());
        let timestamp = json["timestamp"].as_str().unwrap_or_default();
        assert!(shaped(timestamp, "0000-00-00T00:00:00.000000"), "{}", answer.story());
        answer
    }

    /// Requires Maisa's envelope with this code.
    #[track_caller]
    pub fn maisa_error(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        let json = answer.json();
        assert_eq!(json.as_object().map(|o| o.len()), Some(1), "{}", answer.story());
        let error = json["error"].as_object().unwrap_or_else(|| panic!("{}", answer.story()));
        let keys: Vec<&String> = error.keys().collect();
        assert_eq!(keys, ["code", "message", "details"], "{}", answer.story());
        assert_eq!(error["code"], code, "{}", answer.story());
        assert!(error["message"].is_string(), "{}", answer.story());
        answer
    }

    /// The 422 items as `(type, loc)`, in order.
    #[track_caller]
    pub fn items(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 422, "{}", self.story());
        let json = self.json();
        let items = json["detail"].as_array().unwrap_or_else(|| panic!("{}", self.story())).clone();
        items
            .iter()
            .map(|item| (item["type"].as_str().unwrap_or_default().to_owned(), item["loc"].to_string()))
            .collect()
    }

    /// Requires exactly one 422 item of this type at this place, and gives it.
    #[track_caller]
    pub fn item(&self, kind: &str, loc: Value) -> Value {
        assert_eq!(self.items(), [(kind.to_owned(), loc.to_string())], "{}", self.story());
        self.at("/detail/0")
    }

    /// Requires MechaMental's form of a rule of our own at this place.
    #[track_caller]
    pub fn own_rule(&self, loc: Value) -> Value {
        let item = self.item("value_error", loc);
        let keys: Vec<String> = item.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
        assert_eq!(keys, ["type", "loc", "msg", "input", "ctx"], "{}", self.story());
        assert!(item["msg"].as_str().is_some_and(|msg| msg.starts_with("Value error, ")), "{}", self.story());
        assert_eq!(item["ctx"], serde_json::json!({"error": {}}), "{}", self.story());
        item
    }

    /// The fields that Maisa's 400 names, in order.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let answer = self.clone().maisa_error(400, "VALIDATION_ERROR");
        let details = answer.at("/error/details");
        let details = details.as_array().unwrap_or_else(|| panic!("details are no list: {}", self.story()));
        let field = |detail: &Value| {
            let keys: Vec<String> = detail.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default();
            assert_eq!(keys, ["field", "message"], "{}", self.story());
            detail["field"].as_str().unwrap_or_default().to_owned()
        };
        details.iter().map(field).collect()
    }
}

/// Whether JSON has no space between its parts, and no escape but those that it needs.
fn is_compact(json: &str) -> bool {
    let (mut inside, mut characters) = (false, json.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => inside = !inside,
            '\\' => match characters.next() {
                Some('u') => {
                    let code: String = characters.by_ref().take(4).collect();
                    if u32::from_str_radix(&code, 16).is_ok_and(|code| code >= 0x20) {
                        return false;
                    }
                }
                Some('/') => return false,
                _ => {}
            },
            space if space.is_whitespace() && !inside => return false,
            _ => {}
        }
    }
    true
}

/// Whether a text has the shape of a pattern, in which `0` stands for any digit.
pub fn shaped(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.chars().zip(pattern.chars()).all(|(c, p)| if p == '0' { c.is_ascii_digit() } else { c == p })
}
