//! The layers: the built-in file, a file of the operator's, the environment. What stands in a later one wins.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, File, FileFormat, Map, Source, Value, ValueKind};

use super::problem::{Place, Problem};
use super::shape::{self, Table};

const BUILT_IN: &str = include_str!("../../../../config/default.toml");
const PREFIX: &str = "DIGLOT_";
const SEPARATOR: &str = "__";

/// The variable that names the file.
pub const CONFIG_VARIABLE: &str = "DIGLOT_CONFIG";

/// Settings that are complete, but not yet understood.
pub struct Layers {
    shape: Table,
    file: Option<(PathBuf, Table)>,
    variables: Vec<(String, String, ValueKind)>,
}

impl Layers {
    /// Reads all layers. `dialects` are the names of those that this program has.
    pub fn read(
        dialects: &[&str],
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut layers = Self { shape: built_in(dialects, problems), file: None, variables: Vec::new() };
        if let Some(path) = file {
            layers.read_file(path, problems);
        }
        for (name, value) in environment {
            layers.read_variable(&name, &value, problems);
        }
        layers
    }

    fn read_file(&mut self, path: &Path, problems: &mut Vec<Problem>) {
        let place = Place::File(path.to_owned());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return problems.push(Problem::new("", &place, format!("cannot be read: {error}"))),
        };
        match parse(&text) {
            Ok(table) => {
                shape::check(&self.shape, &table, "", &place, problems);
                self.file = Some((path.to_owned(), table));
            }
            Err(message) => problems.push(Problem::new("", &place, message)),
        }
    }

    fn read_variable(&mut self, name: &OsString, value: &OsString, problems: &mut Vec<Problem>) {
        let shown = name.to_string_lossy().into_owned();
        if !shown.starts_with(PREFIX) || shown == CONFIG_VARIABLE {
            return;
        }
        let place = Place::Variable(shown.clone());
        let path = shown[PREFIX.len()..].to_ascii_lowercase();
        let path: Vec<&str> = path.split(SEPARATOR).collect();
        let key = path.join(".");
        let Some(expected) = shape::find(&self.shape, &path) else {
            return problems.push(Problem::new(key, &place, "is not known; variables are named DIGLOT_SECTION__KEY"));
        };
        let Some(text) = value.to_str() else {
            return problems.push(Problem::new(key, &place, "is not UTF-8"));
        };
        match shape::from_text(expected, text) {
            Ok(value) => self.variables.push((key, shown, value)),
            Err(message) => problems.push(Problem::new(key, &place, message)),
        }
    }

    /// The settings, each from the last layer that has it.
    ///
    /// # Errors
    /// None that [`Layers::read`] has not found already.
    pub fn merged(&self) -> Result<Config, ConfigError> {
        let mut builder = Config::builder().add_source(Layer(self.shape.clone()));
        if let Some((_, table)) = &self.file {
            builder = builder.add_source(Layer(table.clone()));
        }
        for (key, _, value) in &self.variables {
            builder = builder.set_override(key, value.clone())?;
        }
        builder.build()
    }

    /// Where a setting stands.
    pub fn place(&self, key: &str) -> Place {
        if let Some((_, variable, _)) = self.variables.iter().find(|(known, ..)| known == key) {
            return Place::Variable(variable.clone());
        }
        let path: Vec<&str> = key.split('.').collect();
        match &self.file {
            Some((name, table)) if shape::find(table, &path).is_some() => Place::File(name.clone()),
            _ => Place::BuiltIn,
        }
    }
}

/// A table as one of the layers.
#[derive(Debug, Clone)]
struct Layer(Table);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// The built-in file, with a section for every dialect of this program and for no other.
fn built_in(dialects: &[&str], problems: &mut Vec<Problem>) -> Table {
    let mut table = match parse(BUILT_IN) {
        Ok(table) => table,
        Err(message) => {
            problems.push(Problem::new("", &Place::BuiltIn, message));
            return Table::new();
        }
    };
    if let Some(ValueKind::Table(sections)) = table.get_mut("dialects").map(|value| &mut value.kind) {
        sections.retain(|name, value| !matches!(value.kind, ValueKind::Table(_)) || dialects.contains(&name.as_str()));
        for name in dialects {
            sections.entry((*name).to_owned()).or_insert_with(|| section(name));
        }
    }
    table
}

/// What a dialect's section says unless the built-in file says otherwise.
fn section(name: &str) -> Value {
    let keys: [(&str, ValueKind); 3] = [
        ("enabled", ValueKind::Boolean(true)),
        ("hosts", ValueKind::Array(Vec::new())),
        ("prefix", ValueKind::String(format!("/{name}"))),
    ];
    let table: Table = keys.into_iter().map(|(key, kind)| (key.to_owned(), Value::new(None, kind))).collect();
    Value::new(None, ValueKind::Table(table))
}

/// Reads TOML. The message says where it breaks, and leaves out the line itself, which may hold a secret.
fn parse(text: &str) -> Result<Table, String> {
    File::from_str(text, FileFormat::Toml).collect().map_err(|error| {
        let text = match error {
            ConfigError::FileParse { cause, .. } => cause.to_string(),
            other => other.to_string(),
        };
        let lines: Vec<&str> = text.trim_end().lines().filter(|line| !is_quotation(line)).collect();
        lines.join(": ")
    })
}

/// Whether the line repeats the file: `  |`, `3 | url = …` or `  |  ^`.
fn is_quotation(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    rest.starts_with('|')
}
