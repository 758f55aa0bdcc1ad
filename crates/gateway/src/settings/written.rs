//! A file of settings as it is written: its values, and the line on which each of them stands.

use std::collections::HashMap;

use config::{Map, Value, ValueKind};
use toml::de::{DeTable, DeValue};

use super::shape::Table;

/// The section whose sections are named `"dialect.operation"`. They are kept as sections within sections, so that either way of
/// writing them (`[routes."a.b"]`, `[routes.a.b]`) means the same.
const DOTTED: &str = "routes";

/// What a file says.
#[derive(Debug, Default)]
pub struct Written {
    /// Its values.
    pub table: Table,
    /// What stands there twice, though by different names.
    pub twice: Vec<String>,
    lines: HashMap<String, usize>,
}

/// A place at which a file is no TOML.
#[derive(Debug, PartialEq, Eq)]
pub struct Break {
    /// The line, the first being 1.
    pub line: usize,
    /// The column, the first being 1.
    pub column: usize,
    /// What is wrong there, without the text itself, which may hold a secret.
    pub message: String,
}

impl Written {
    /// Reads TOML.
    ///
    /// # Errors
    /// Every line on which it breaks.
    pub fn read(text: &str) -> Result<Self, Vec<Break>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let place = |error: &toml::de::Error| position(text, error.span().map_or(0, |span| span.start));
        let mut breaks: Vec<Break> = errors
            .iter()
            .map(|error| (place(error), error))
            .map(|((line, column), error)| Break { line, column, message: error.message().replace('\n', ", ") })
            .collect();
        breaks.sort_by_key(|it| (it.line, it.column));
        // What else is wrong with a line follows from the first as a rule.
        breaks.dedup_by_key(|it| it.line);
        if !breaks.is_empty() {
            return Err(breaks);
        }
        let mut written = Self::default();
        written.table = Reading { text, written: &mut written }.table("", root.into_inner());
        Ok(written)
    }

    /// What can be read of a text that is no TOML as a whole.
    pub fn salvage(text: &str) -> Self {
        let (root, _) = DeTable::parse_recoverable(text);
        let mut written = Self::default();
        written.table = Reading { text, written: &mut written }.table("", root.into_inner());
        written
    }

    /// The line on which a key stands, or else the closest section or list around it.
    pub fn line(&self, key: &str) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(line) = self.lines.get(key) {
                return Some(*line);
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }
}

/// The line and column of a byte, both from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

struct Reading<'t, 'w> {
    text: &'t str,
    written: &'w mut Written,
}

impl Reading<'_, '_> {
    fn table(&mut self, path: &str, table: DeTable<'_>) -> Table {
        let mut read = Table::new();
        for (key, value) in table {
            let at = key.span().start;
            let (name, value) = (key.into_inner().into_owned(), value.into_inner());
            let key = join(path, &name);
            self.note(&key, at);
            match name.split_once('.').filter(|_| path == DOTTED) {
                Some((outer, inner)) => {
                    let section = join(path, outer);
                    self.note(&section, at);
                    let value = self.value(&join(&section, inner), at, value);
                    self.merge(path, &mut read, outer, Map::from_iter([(inner.to_owned(), value)]).into());
                }
                None => {
                    let value = self.value(&key, at, value);
                    self.merge(path, &mut read, &name, value.kind);
                }
            }
        }
        read
    }

    fn value(&mut self, key: &str, at: usize, value: DeValue<'_>) -> Value {
        self.note(key, at);
        let kind = match value {
            DeValue::String(text) => ValueKind::String(text.into_owned()),
            DeValue::Boolean(is_so) => ValueKind::Boolean(is_so),
            DeValue::Datetime(time) => ValueKind::String(time.to_string()),
            // One that no setting could be is nothing, which fits nowhere.
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or(ValueKind::Nil, ValueKind::I64)
            }
            DeValue::Float(number) => number.as_str().parse().map_or(ValueKind::Nil, ValueKind::Float),
            DeValue::Table(table) => ValueKind::Table(self.table(key, table)),
            DeValue::Array(items) => {
                let items = items.into_iter().enumerate().map(|(n, item)| {
                    let at = item.span().start;
                    self.value(&format!("{key}[{n}]"), at, item.into_inner())
                });
                ValueKind::Array(items.collect())
            }
        };
        Value::new(None, kind)
    }

    /// Puts a value into a table. Sections that are written in both ways become one.
    fn merge(&mut self, path: &str, table: &mut Table, name: &str, kind: ValueKind) {
        let key = join(path, name);
        match (table.get_mut(name).map(|value| &mut value.kind), kind) {
            (Some(ValueKind::Table(earlier)), ValueKind::Table(more)) => {
                for (name, value) in more {
                    self.merge(&key, earlier, &name, value.kind);
                }
            }
            (Some(_), _) => self.written.twice.push(key),
            (None, kind) => {
                table.insert(name.to_owned(), Value::new(None, kind));
            }
        }
    }

    fn note(&mut self, key: &str, at: usize) {
        let line = position(self.text, at).0;
        self.written.lines.entry(key.to_owned()).and_modify(|first| *first = line.min(*first)).or_insert(line);
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_line() {
        let text = "# a\n[server]\nbind = 1\n\n[[roles]]\nname = 'a'\n[[roles]]\nname = 'b'\npermissions = [\n 'x',\n 'y',\n]\n\
                    [routes.\"maisa.getUser\"]\nserve = 'on'\n[routes.maisa.listUsers]\nserve = 'off'\n";
        let written = Written::read(text).expect("TOML");
        for (key, line) in [
            ("server", 2),
            ("server.bind", 3),
            ("server.else", 2),
            ("roles", 5),
            ("roles[1]", 7),
            ("roles[1].name", 8),
            ("roles[1].permissions[1]", 11),
            ("routes.maisa", 13),
            ("routes.maisa.getUser.serve", 14),
            ("routes.maisa.getUser.timeout", 13),
            ("routes.maisa.listUsers.serve", 16),
        ] {
            assert_eq!(written.line(key), Some(line), "{key}");
        }
        assert_eq!(written.line("elsewhere"), None);
        let routes = &written.table["routes"].kind;
        assert!(matches!(routes, ValueKind::Table(routes) if routes.len() == 1), "{routes:?}");
    }

    #[test]
    fn one_section_in_two_ways() {
        let text = "[routes.\"a.b\"]\nserve = 'on'\ntimeout = '1s'\n[routes.a.b]\nserve = 'off'\nmax_body = '1KiB'\n";
        let written = Written::read(text).expect("TOML");
        assert_eq!(written.twice, ["routes.a.b.serve"]);
        let ValueKind::Table(routes) = &written.table["routes"].kind else { panic!("a section") };
        let ValueKind::Table(a) = &routes["a"].kind else { panic!("a section") };
        let ValueKind::Table(b) = &a["b"].kind else { panic!("a section") };
        assert_eq!(b.len(), 3);
    }

    #[test]
    fn every_line_that_breaks_is_told_once() {
        let breaks = Written::read("ok = 1\na = secret\n\nb = \"x\né = = 1\n").expect_err("no TOML");
        assert_eq!(breaks.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 4, 5], "{breaks:?}");
        assert!(breaks.iter().all(|it| !it.message.contains("secret") && it.column > 0), "{breaks:?}");
    }
}
