//! The layers: the built-in file, a file of the operator's, the environment. What stands in a later one wins.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Map, Source, Value, ValueKind};

use super::built_in::{self, Known};
use super::problem::{Place, Problem};
use super::shape::{self, Table};
use super::written::{Break, Written};

const PREFIX: &str = "DIGLOT_";
const SEPARATOR: &str = "__";

/// The variable that names the file.
pub const CONFIG_VARIABLE: &str = "DIGLOT_CONFIG";

/// The variable that sets `key`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('.', SEPARATOR))
}

/// Settings that are complete, but not yet understood.
pub struct Layers {
    /// The built-in settings, with a pattern in each list that is empty.
    shape: Table,
    file: Option<(PathBuf, Written)>,
    variables: Vec<(String, String, ValueKind)>,
}

impl Layers {
    /// Reads all layers. `dialects` are those that this program has. What is wrong is noted and taken out.
    pub fn read(
        dialects: &[Known<'_>],
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut layers = Self { shape: built_in::shape(dialects, problems), file: None, variables: Vec::new() };
        if let Some(path) = file {
            layers.read_file(path, problems);
        }
        for (name, value) in environment {
            layers.read_variable(&name, &value, problems);
        }
        layers
    }

    fn read_file(&mut self, path: &Path, problems: &mut Vec<Problem>) {
        let place = |line| Place::File { path: path.to_owned(), line };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return problems.push(Problem::new("", &place(None), format!("cannot be read: {error}"))),
        };
        match Written::read(&text) {
            Ok(mut written) => {
                let mut table = std::mem::take(&mut written.table);
                let place = |key: &str| place(written.line(key));
                let twice = written.twice.iter();
                problems.extend(twice.map(|key| Problem::new(key, &place(key), "is set twice")));
                shape::check(&self.shape, &mut table, "", &place, problems);
                written.table = table;
                self.file = Some((path.to_owned(), written));
            }
            Err(breaks) => {
                problems.extend(breaks.into_iter().map(|Break { line, column, message }| {
                    Problem::new("", &place(Some(line)), format!("is no TOML at column {column}: {message}"))
                }));
                // Only for [`Layers::text`].
                self.file = Some((path.to_owned(), Written::salvage(&text)));
            }
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
        let Some((key, expected)) = shape::find_in_any_case(&self.shape, &path) else {
            let message = "is not known; variables are named DIGLOT_SECTION__KEY, after a key of the built-in settings";
            return problems.push(Problem::new(path.join("."), &place, message));
        };
        let Some(text) = value.to_str() else {
            return problems.push(Problem::new(key, &place, "is not UTF-8"));
        };
        match shape::from_text(expected, text) {
            Ok(value) => self.variables.push((key, shown, value)),
            Err(message) => problems.push(Problem::new(key, &place, message)),
        }
    }

    /// A text, whatever is wrong with all the rest.
    pub fn text(&self, key: &str) -> Option<String> {
        let path: Vec<&str> = key.split('.').collect();
        let variable = self.variables.iter().find(|(known, ..)| known == key).map(|(_, _, value)| value);
        let written = self.file.as_ref().and_then(|(_, written)| shape::find(&written.table, &path));
        let kind = variable.or_else(|| Some(&written.or_else(|| shape::find(&self.shape, &path))?.kind));
        match kind {
            Some(ValueKind::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// The settings, each from the last layer that has it.
    ///
    /// # Errors
    /// None that [`Layers::read`] has not found already.
    pub fn merged(&self) -> Result<Config, ConfigError> {
        let mut builder = Config::builder().add_source(Layer(built_in::without_patterns(&self.shape)));
        if let Some((_, written)) = &self.file {
            builder = builder.add_source(Layer(written.table.clone()));
        }
        for (key, _, value) in &self.variables {
            builder = builder.set_override(key, value.clone())?;
        }
        builder.build()
    }

    /// Where a setting stands, or the list of which `key` names a part.
    pub fn place(&self, key: &str) -> Place {
        let setting = key.split('[').next().unwrap_or(key);
        if let Some((_, variable, _)) = self.variables.iter().find(|(known, ..)| known == setting) {
            return Place::Variable(variable.clone());
        }
        let path: Vec<&str> = setting.split('.').collect();
        match &self.file {
            Some((path_of_file, written)) if shape::find(&written.table, &path).is_some() => {
                Place::File { path: path_of_file.clone(), line: written.line(key) }
            }
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
