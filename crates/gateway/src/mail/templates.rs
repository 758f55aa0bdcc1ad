//! What mails say. English is built in; files of a folder take its place.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use users::outbox::MessageKind;

/// What stands for something that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    /// The name of the user.
    Name,
    /// The link.
    Link,
    /// The hours for which the link counts.
    Hours,
}

impl Placeholder {
    const ALL: [Self; 3] = [Placeholder::Name, Placeholder::Link, Placeholder::Hours];

    /// As it is written between the braces.
    fn as_str(self) -> &'static str {
        match self {
            Placeholder::Name => "name",
            Placeholder::Link => "link",
            Placeholder::Hours => "hours",
        }
    }
}

/// Before the subject, on the first line of a text.
const SUBJECT: &str = "Subject: ";

/// What is built in, by the name of the file that takes its place.
const BUILT_IN: [(MessageKind, &str, &str, &str, &str); 2] = [
    (
        MessageKind::Activation,
        "activation.txt",
        include_str!("../../assets/mail/activation.txt"),
        "activation.html",
        include_str!("../../assets/mail/activation.html"),
    ),
    (
        MessageKind::Password,
        "password.txt",
        include_str!("../../assets/mail/password.txt"),
        "password.html",
        include_str!("../../assets/mail/password.html"),
    ),
];

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is about.
    pub subject: String,
    /// For programs without HTML.
    pub text: String,
    /// For the others.
    pub html: String,
}

/// What is to be filled in.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// What the user is called.
    pub name: &'a str,
    /// Where it can set a password.
    pub link: &'a str,
    /// For how many hours.
    pub hours: i64,
}

/// What mails of each kind say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates(HashMap<MessageKind, Template>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Template {
    subject: String,
    text: Vec<Piece>,
    html: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Filled(Placeholder),
}

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    file: PathBuf,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Templates {
    /// Reads those of a folder; for kinds that it has no files for, and without a folder, the built-in ones.
    ///
    /// # Errors
    /// All that is wrong with the folder and its files.
    pub fn read(folder: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let (mut templates, mut faults) = (HashMap::new(), Vec::new());
        let mut known = Vec::new();
        for (kind, text_name, text, html_name, html) in BUILT_IN {
            known.extend([text_name, html_name]);
            let place = |name: &str| folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
            let own = |name: &str| folder.map_or(Ok(None), |folder| found(&folder.join(name)));
            let (text, html) = match (own(text_name), own(html_name)) {
                (Ok(None), Ok(None)) => (text.to_owned(), html.to_owned()),
                (Ok(Some(text)), Ok(Some(html))) => (text, html),
                (own_text, own_html) => {
                    faults.extend(own_text.as_ref().err().cloned());
                    faults.extend(own_html.as_ref().err().cloned());
                    for (missing, other) in [(own_text, (text_name, html_name)), (own_html, (html_name, text_name))] {
                        if missing == Ok(None) {
                            let message = format!("is missing, though {} is there: a mail has both", other.1);
                            faults.push(Fault { file: place(other.0), line: None, message });
                        }
                    }
                    continue;
                }
            };
            match Template::parse((&place(text_name), &text), (&place(html_name), &html)) {
                Ok(template) => drop(templates.insert(kind, template)),
                Err(mut wrong) => faults.append(&mut wrong),
            }
        }
        if let Some(folder) = folder {
            faults.extend(strangers(folder, &known));
        }
        if faults.is_empty() { Ok(Self(templates)) } else { Err(faults) }
    }

    /// What a mail of this kind says.
    #[must_use]
    pub fn fill(&self, kind: MessageKind, values: Values<'_>) -> Option<Content> {
        let Template { subject, text, html } = self.0.get(&kind)?;
        let (text, html) = (fill(text, values, str::to_owned), fill(html, values, escape));
        Some(Content { subject: subject.clone(), text, html })
    }
}

/// The text of a file, if it is there.
fn found(path: &Path) -> Result<Option<String>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault { file: path.to_owned(), line: None, message: format!("cannot be read: {error}") }),
    }
}

/// Files that look like templates and are none, which somebody takes for one in vain.
fn strangers(folder: &Path, known: &[&str]) -> Vec<Fault> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("cannot be read: {error}");
            return vec![Fault { file: folder.to_owned(), line: None, message }];
        }
    };
    let is_stranger = |path: &PathBuf| {
        let looks = path.extension().is_some_and(|ending| ending == "txt" || ending == "html");
        looks && !path.file_name().is_some_and(|name| known.iter().any(|known| name == *known))
    };
    let mut strangers: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_stranger).collect();
    strangers.sort_unstable();
    let message = format!("is no template; there are {}", known.join(", "));
    strangers.into_iter().map(|file| Fault { file, line: None, message: message.clone() }).collect()
}

impl Template {
    fn parse((text_file, text): (&Path, &str), (html_file, html): (&Path, &str)) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut wrong = |file: &Path, line, message: String| {
            faults.push(Fault { file: file.to_owned(), line: Some(line), message });
        };
        let (first, body) = text.split_once('\n').unwrap_or((text, ""));
        let subject = first.trim_end().strip_prefix(SUBJECT).map(str::trim).unwrap_or_default();
        if subject.is_empty() {
            wrong(text_file, 1, format!("must be \"{SUBJECT}\" and what the mail is about"));
        }
        if subject.contains("{{") || subject.contains(char::is_control) {
            wrong(text_file, 1, "a subject is plain text, without {{…}}".to_owned());
        }
        let body = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body);
        let before = text.lines().count() - body.lines().count();
        let mut pieces = |file: &Path, text: &str, before: usize| {
            let pieces = parse(text, |line, message| wrong(file, before + line, message));
            if !pieces.contains(&Piece::Filled(Placeholder::Link)) {
                wrong(file, before + 1, "lacks {{link}}, without which the mail leads nowhere".to_owned());
            }
            pieces
        };
        let (text, html) = (pieces(text_file, body, before), pieces(html_file, html, 0));
        if faults.is_empty() { Ok(Self { subject: subject.to_owned(), text, html }) } else { Err(faults) }
    }
}

/// Takes a template apart. Tells what is wrong, with its line.
fn parse(text: &str, mut wrong: impl FnMut(usize, String)) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let line = text.len() - after.len();
        let line = text.as_bytes()[..line].iter().filter(|byte| **byte == b'\n').count() + 1;
        pieces.push(Piece::Text(before.to_owned()));
        let Some((name, behind)) = after.split_once("}}").filter(|(name, _)| !name.contains('\n')) else {
            wrong(line, "{{ has no }} on its line".to_owned());
            rest = after;
            continue;
        };
        match Placeholder::ALL.into_iter().find(|known| known.as_str() == name.trim()) {
            Some(known) => pieces.push(Piece::Filled(known)),
            None => {
                let known = Placeholder::ALL.map(|known| format!("{{{{{}}}}}", known.as_str())).join(", ");
                wrong(line, format!("{{{{{name}}}}} stands for nothing; there are {known}"));
            }
        }
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

fn fill(pieces: &[Piece], values: Values<'_>, written: fn(&str) -> String) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Filled(Placeholder::Name) => written(values.name),
        Piece::Filled(Placeholder::Link) => written(values.link),
        Piece::Filled(Placeholder::Hours) => values.hours.to_string(),
    };
    pieces.iter().map(piece).collect()
}

/// As it can stand in HTML, in quotation marks too.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
