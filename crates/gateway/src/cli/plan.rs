//! `diglot plan`

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::outline::{self, Change};
use crate::settings::Settings;

/// Show what another file of settings would change for each operation
///
/// FILE is compared with the settings that hold now: the built-in ones, the file named by --config, and the variables, which beat FILE
/// as well. Addresses, states, limits and dates are compared; nothing is changed. Exit code 0: nothing would change; 1: something
/// would; 2: FILE is wrong, and all that is wrong with it is told.
///
///     diglot plan --config diglot.toml new.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Plan {
    /// The file with settings that might take the place of the present one
    file: PathBuf,
    #[command(flatten)]
    form: Form,
}

impl Plan {
    pub fn run(self, context: &Context) -> Outcome {
        let old = context.settings()?;
        let new = Settings::load(Some(&self.file), std::env::vars_os());
        let new = new.map_err(|error| Failure::Usage(error.to_string()))?;
        let changes = outline::changes(&old, &new);
        let objects: Vec<Value> = changes.iter().map(object).collect();
        let text = lines(&changes).map_err(|error| Failure::No(error.to_string()))?;
        let result = json!({"file": self.file.display().to_string(), "changes": objects});
        output::result(self.form, &result, &text)?;
        match changes.len() {
            0 => Ok(()),
            1 => Err(Failure::No("one operation would change".to_owned())),
            count => Err(Failure::No(format!("{count} operations would change"))),
        }
    }
}

fn object(change: &Change) -> Value {
    let facets = change.facets.iter();
    let facets = facets.map(|(name, from, to)| ((*name).to_owned(), json!({"from": from, "to": to})));
    json!({"name": change.name, "changes": facets.collect::<Map<_, _>>()})
}

fn lines(changes: &[Change]) -> Result<String, std::fmt::Error> {
    if changes.is_empty() {
        return Ok("Nothing would change.".to_owned());
    }
    let mut text = String::new();
    for change in changes {
        writeln!(text, "{}", change.name)?;
        for (name, from, to) in &change.facets {
            match (from, to) {
                (Value::Array(from), Value::Array(to)) => {
                    for gone in from.iter().filter(|item| !to.contains(item)) {
                        writeln!(text, "    - {name} {}", item(name, gone))?;
                    }
                    for new in to.iter().filter(|item| !from.contains(item)) {
                        writeln!(text, "    + {name} {}", item(name, new))?;
                    }
                }
                _ => writeln!(text, "    {name}: {} → {}", output::words(from), output::words(to))?,
            }
        }
    }
    Ok(text)
}

/// A member of a list. An address is told as `diglot routes` tells it.
fn item(name: &str, value: &Value) -> String {
    match (name, &value["url"], &value["header"]) {
        ("urls", Value::String(url), Value::String(header)) => format!("{url} with {header}"),
        ("urls", Value::String(url), _) => url.clone(),
        _ => output::words(value),
    }
}
