//! The built-in settings, which are also the shape of all others.

use config::{Value, ValueKind};
use dialect::Route;

use super::problem::{Place, Problem};
use super::shape::Table;
use super::written::{Break, Written};

const TEXT: &str = include_str!("../../../../config/default.toml");

/// The list of which a pattern stands in the shape, since it is empty by default.
const BROWNOUTS: &str = "brownouts";

/// A dialect of the program, as far as settings know it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its operations.
    pub routes: &'a [Route],
}

/// The built-in file, with a section for every dialect and operation of this program, and for no other.
pub fn shape(dialects: &[Known<'_>], problems: &mut Vec<Problem>) -> Table {
    let mut table = match Written::read(TEXT) {
        Ok(written) => written.table,
        Err(breaks) => {
            problems.extend(breaks.into_iter().map(|Break { line, column, message }| {
                Problem::new("", &Place::BuiltIn, format!("is no TOML at line {line}, column {column}: {message}"))
            }));
            return Table::new();
        }
    };
    if let Some(ValueKind::Table(sections)) = table.get_mut("dialects").map(|value| &mut value.kind) {
        let is_known = |name: &str| dialects.iter().any(|dialect| dialect.name == name);
        sections.retain(|name, value| !matches!(value.kind, ValueKind::Table(_)) || is_known(name));
        for dialect in dialects {
            let mut section = mounting(dialect.name);
            if let Some(ValueKind::Table(written)) = sections.remove(dialect.name).map(|value| value.kind) {
                section.extend(written);
            }
            section.insert(BROWNOUTS.to_owned(), pattern());
            sections.insert(dialect.name.to_owned(), Value::new(None, section));
        }
    }
    let operations = |dialect: &Known<'_>| {
        let sections = dialect.routes.iter().map(|route| (route.operation.to_owned(), Value::new(None, route_keys())));
        Value::new(None, sections.collect::<Table>())
    };
    let routes: Table = dialects.iter().map(|dialect| (dialect.name.to_owned(), operations(dialect))).collect();
    table.insert("routes".to_owned(), Value::new(None, routes));
    table
}

/// The settings that hold where nobody says anything.
pub fn without_patterns(shape: &Table) -> Table {
    let plain = |(key, value): (&String, &Value)| {
        let kind = match &value.kind {
            ValueKind::Table(inner) => ValueKind::Table(without_patterns(inner)),
            ValueKind::Array(_) if key == BROWNOUTS => ValueKind::Array(Vec::new()),
            other => other.clone(),
        };
        (key.clone(), Value::new(None, kind))
    };
    shape.iter().map(plain).collect()
}

/// What a dialect's section says unless the built-in file says otherwise.
fn mounting(name: &str) -> Table {
    let mut table = route_keys();
    table.extend([
        ("enabled".to_owned(), Value::from(true)),
        ("hosts".to_owned(), Value::from(Vec::<String>::new())),
        ("prefix".to_owned(), Value::from(format!("/{name}"))),
        ("shared".to_owned(), Value::from(true)),
        ("serve".to_owned(), Value::from("on")),
        ("max_body".to_owned(), Value::from("256KiB")),
    ]);
    table
}

/// What can be said of one operation, and is not.
fn route_keys() -> Table {
    let texts = ["serve", "rate_limit", "max_body", "timeout", "deprecated", "sunset", "successor"];
    let mut table: Table = texts.into_iter().map(|key| (key.to_owned(), Value::from(""))).collect();
    table.insert(BROWNOUTS.to_owned(), pattern());
    table.insert("exempt".to_owned(), Value::from(Vec::<String>::new()));
    table
}

fn pattern() -> Value {
    let keys = ["at", "for"].into_iter().map(|key| (key.to_owned(), Value::from("")));
    Value::from(vec![Value::new(None, keys.collect::<Table>())])
}
