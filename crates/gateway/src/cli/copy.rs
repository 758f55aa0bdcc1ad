//! `diglot copy`

use std::fmt::Write;

use clap::Args;
use serde_json::{Value, json};
use storage::{CopyError, OpenError, Report, Sum, TableReport, Url};

use super::progress::Display;
use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};

/// Copy a store into another one, of the same or another kind
///
/// The target must be empty, or hold this very copy unfinished: a copy that was interrupted goes on where it was when the
/// command is given again. Nobody can write to the source meanwhile; reading goes on. At the end the rows of both are added
/// up and compared, and the sums are printed.
///
/// Ends with 0 if they agree. Until then the target cannot be served.
#[derive(Debug, Args)]
pub struct Copy {
    /// The database URL of the store to copy
    #[arg(long, value_name = "URL")]
    from: String,
    /// The database URL of the store to fill; made where there is none (on PostgreSQL, the database must exist)
    #[arg(long, value_name = "URL")]
    to: String,
    #[command(flatten)]
    form: Form,
}

impl Copy {
    pub fn run(self, context: &Context) -> Outcome {
        let (from, to) = (url("--from", &self.from)?, url("--to", &self.to)?);
        let settings = context.settings()?.database;
        let (from, to) =
            (storage::Settings { url: from, ..settings.clone() }, storage::Settings { url: to, ..settings });
        let mut display = Display::new();
        let report = storage::copy(&from, &to, &mut |progress| display.show(progress))?;
        drop(display);
        let lines = table(&report).map_err(|error| Failure::No(error.to_string()))?;
        output::result(self.form, &object(&report), &lines)?;
        match report.agrees() {
            true => Ok(()),
            false => Err(Failure::No(
                "the copy does not agree with its source; delete the target and begin again".to_owned(),
            )),
        }
    }
}

/// Not read by the parser of the command line: that repeats what it does not understand, and a URL may hold a password.
fn url(option: &str, text: &str) -> Result<Url, Failure> {
    text.parse().map_err(|error| Failure::Usage(format!("{option}: {error}")))
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Same | CopyError::Open(OpenError::Untrusted { .. }) => Failure::Usage(error.to_string()),
            CopyError::Open(OpenError::Outdated { .. }) => {
                Failure::No(format!("{error}: run `diglot migrate` with its URL"))
            }
            error => Failure::No(error.to_string()),
        }
    }
}

fn object(report: &Report) -> Value {
    let sum = |sum: &Sum| json!({"rows": sum.rows, "sha256": sum.sha256});
    let table = |table: &TableReport| {
        json!({
            "table": table.table,
            "agrees": table.agrees(),
            "source": sum(&table.source),
            "target": sum(&table.target),
        })
    };
    json!({
        "agrees": report.agrees(),
        "rows": rows(report),
        "rows_found": report.found,
        "rows_copied": report.copied,
        "tables": report.tables.iter().map(table).collect::<Vec<_>>(),
    })
}

fn rows(report: &Report) -> u64 {
    report.tables.iter().map(|table| table.source.rows).sum()
}

fn table(report: &Report) -> Result<String, std::fmt::Error> {
    let mut text = format!("{:<13} {:>10}  {:<64}\n", "table", "rows", "sha256");
    for TableReport { table, source, target } in &report.tables {
        if source == target {
            writeln!(text, "{table:<13} {:>10}  {}  agrees", source.rows, source.sha256)?;
        } else {
            writeln!(text, "{table:<13} {:>10}  {}  in the source", source.rows, source.sha256)?;
            writeln!(text, "{:<13} {:>10}  {}  in the target", "", target.rows, target.sha256)?;
        }
    }
    if report.agrees() {
        write!(text, "\nThe copy is complete: {} rows, {} of them copied now.", rows(report), report.copied)?;
    }
    Ok(text)
}
