//! Answers that are kept in files. What differs from run to run is named by its kind and the order of its appearance.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::http::{Http, Request};

/// Set to `write`, the files are written anew instead of compared.
const SWITCH: &str = "GOLDEN";

/// Whether what is kept is written anew.
pub fn is_written() -> bool {
    std::env::var(SWITCH).is_ok_and(|value| value == "write")
}

/// The headers that a snapshot shows.
const HEADERS: [&str; 9] = [
    "content-type",
    "location",
    "link",
    "etag",
    "idempotent-replayed",
    "allow",
    "www-authenticate",
    "x-should-retry",
    "vary",
];

/// A file of cases, each a request and its answer.
pub struct Snapshots {
    file: PathBuf,
    cases: Vec<Value>,
}

impl Snapshots {
    pub fn of(dialect: &str, operation: &str) -> Self {
        let file = [env!("CARGO_MANIFEST_DIR"), "golden", dialect, &format!("{operation}.json")].iter().collect();
        Self { file, cases: Vec::new() }
    }

    /// Sends the request, and keeps what was asked and answered. Gives the answer as it came.
    pub fn case(&mut self, name: &str, http: &Http, request: Request) -> Answer {
        let answer = http.send(&request).unwrap();
        let mut names = Names { host: http.address().to_string(), seen: Vec::new() };
        let asked = json!({
            "method": request.method, "target": names.replace(&request.target), "headers": shown_request_headers(&request, &mut names),
            "body": request.body.as_deref().map(|body| shown_request_body(body, &mut names)),
        });
        let answered = json!({
            "status": answer.status,
            "headers": HEADERS.into_iter().filter_map(|name| Some((name.to_owned(), json!(names.replace(answer.header(name)?))))).collect::<Map<_, _>>(),
            "body": shown_answer_body(&answer, &mut names),
        });
        self.cases.push(json!({"case": name, "request": asked, "answer": answered}));
        answer
    }
}

impl Drop for Snapshots {
    /// Compares with the file, or writes it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let text = format!("{}\n", serde_json::to_string_pretty(&self.cases).unwrap());
        if is_written() {
            fs::create_dir_all(self.file.parent().unwrap()).unwrap();
            fs::write(&self.file, text).unwrap();
            return;
        }
        let kept = fs::read_to_string(&self.file).unwrap_or_default();
        let kept: Vec<Value> = serde_json::from_str(&kept).unwrap_or_default();
        for (at, case) in self.cases.iter().enumerate() {
            let expected = kept.get(at).map(|case| serde_json::to_string_pretty(case).unwrap()).unwrap_or_default();
            let found = serde_json::to_string_pretty(case).unwrap();
            assert!(found == expected, "{} differs: found\n{found}\nbut kept is\n{expected}", self.file.display());
        }
        assert_eq!(self.cases.len(), kept.len(), "{}: cases are missing", self.file.display());
    }
}

fn shown_request_headers(request: &Request, names: &mut Names) -> Map<String, Value> {
    let shown =
        |(name, value): &(String, Vec<u8>)| (name.clone(), json!(names.replace(&String::from_utf8_lossy(value))));
    request.headers.iter().map(shown).collect()
}

fn shown_request_body(body: &[u8], names: &mut Names) -> Value {
    if body.len() > 4_096 {
        return json!(format!("{} bytes", body.len()));
    }
    match std::str::from_utf8(body) {
        Ok(text) => json!(names.replace(text)),
        Err(_) => json!(format!("{body:02x?}")),
    }
}

/// The body as JSON, if that says it to the byte; else as text.
fn shown_answer_body(answer: &Answer, names: &mut Names) -> Value {
    let text = names.replace(&answer.text());
    match serde_json::from_str::<Value>(&text) {
        Ok(value) if serde_json::to_string(&value).unwrap() == text => value,
        _ => json!(text),
    }
}

/// The names of what differs from run to run.
struct Names {
    host: String,
    seen: Vec<(String, String)>,
}

impl Names {
    fn replace(&mut self, text: &str) -> String {
        let text = text.replace(&self.host, "<host>");
        let (mut out, mut rest) = (String::new(), text.as_str());
        while let Some(character) = rest.chars().next() {
            let fresh = out.chars().last().is_none_or(|last| !last.is_ascii_alphanumeric());
            match varying(rest).filter(|_| fresh) {
                Some((kind, length)) => {
                    out.push_str(&self.name(kind, &rest[..length]));
                    rest = &rest[length..];
                }
                None => {
                    out.push(character);
                    rest = &rest[character.len_utf8()..];
                }
            }
        }
        out
    }

    fn name(&mut self, kind: &str, text: &str) -> String {
        if kind == "time to the second" {
            // Whether two changes fall into one second is chance.
            return format!("<{kind}>");
        }
        if let Some((_, name)) = self.seen.iter().find(|(seen, _)| seen == text) {
            return name.clone();
        }
        let number = self.seen.iter().filter(|(_, name)| name.starts_with(&format!("<{kind} "))).count() + 1;
        let name = format!("<{kind} {number}>");
        self.seen.push((text.to_owned(), name.clone()));
        name
    }
}

/// Whether the text begins with something that differs from run to run: its kind, and how long it is.
fn varying(text: &str) -> Option<(&'static str, usize)> {
    let shape = |pattern: &str| {
        let head = text.get(..pattern.len())?;
        let fits = head.chars().zip(pattern.chars()).all(|(c, p)| match p {
            'h' => c.is_ascii_digit() || ('a'..='f').contains(&c),
            '0' => c.is_ascii_digit(),
            other => c == other,
        });
        fits.then_some(pattern.len())
    };
    let word = || text.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).count();
    if text.starts_with("dgl_") {
        return Some(("key", word()));
    }
    if let Some(length) = shape("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") {
        return Some(("id", length));
    }
    if shape("0000-00-00T00:00:00").is_some() {
        let kinds = [
            ("0000-00-00T00:00:00.000000Z", "time to the microsecond"),
            ("0000-00-00T00:00:00Z", "time to the second"),
        ];
        let zoned = kinds.into_iter().find_map(|(pattern, kind)| Some((kind, shape(pattern)?)));
        return zoned.or_else(|| Some(("time without zone", shape("0000-00-00T00:00:00.000000")?)));
    }
    let length = word();
    // Form, user, revision, time.
    if text[..length].split('.').count() == 4 {
        return Some(("entity tag", length));
    }
    (length >= 40 && text[..length].bytes().any(|b| b.is_ascii_digit())).then_some(("cursor", length))
}
