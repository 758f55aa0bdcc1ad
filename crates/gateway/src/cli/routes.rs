//! `diglot routes`

use std::fmt::Write;

use clap::Args;
use serde_json::{Value, json};

use super::part::Part;
use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::outline::{self, Facet};
use crate::settings::{Deployment, Place, Settings};

/// Show every operation: where it is found, whether it is served, and which setting says so
///
/// An operation is on, off (as if it were not there), read_only (off, since it changes something
/// and its dialect is only read from), gone (410), disabled (with its whole dialect) or elsewhere
/// (another process serves it, see --only). What is not as built in is shown with the key that
/// says so, and where that stands: a file and its line, or a variable.
///
///     diglot routes --config new.toml
///     diglot routes --base https://api.example.com --json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Routes {
    /// What clients call the server, such as https://api.example.com; unless it is given, the address that it listens on
    #[arg(long, value_name = "URL", value_parser = base)]
    base: Option<String>,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    form: Form,
}

impl Routes {
    pub fn run(self, context: &Context) -> Outcome {
        let settings = self.part.of(context.settings()?)?;
        let base = self.base.unwrap_or_else(|| outline::local(&settings));
        let objects: Vec<Value> = settings.routes.iter().map(|how| outline::object(&settings, how, &base)).collect();
        let text = lines(&settings, &base).map_err(|error| Failure::No(error.to_string()))?;
        output::result(self.form, &json!({"routes": objects}), &text)
    }
}

fn base(text: &str) -> Result<String, String> {
    let base = text.trim_end_matches('/');
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    let is_address = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', ' ']));
    if is_address { Ok(base.to_owned()) } else { Err("must be an address such as https://api.example.com".to_owned()) }
}

fn lines(settings: &Settings, base: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for how in settings.routes.iter() {
        let state = how.state.value.as_str();
        writeln!(text, "{:<33} {:<6} {state}{}", how.name, how.route.method.as_str(), origin(how))?;
        for address in outline::addresses(settings, how, base) {
            writeln!(text, "    {}", address.to_text())?;
        }
        for facet in outline::facets(settings, how, base) {
            if let Some(from) = said(&facet) {
                writeln!(text, "    {} {} ({from})", facet.name, output::words(&facet.value))?;
            }
        }
    }
    Ok(text)
}

/// Where the state comes from, unless it is built in.
fn origin(how: &Deployment) -> String {
    match &how.state.place {
        Place::BuiltIn => String::new(),
        Place::Option(name) => format!("  ({name})"),
        place => format!("  ({}, {place})", crate::settings::written(&how.state.key)),
    }
}

/// Where a facet beside the state comes from, if it is worth a line.
fn said(facet: &Facet) -> Option<String> {
    let (key, place) = facet.set.as_ref().filter(|(_, place)| *place != Place::BuiltIn && facet.name != "state")?;
    Some(format!("{key}, {place}"))
}
