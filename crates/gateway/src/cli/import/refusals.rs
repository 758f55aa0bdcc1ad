//! What is told of lines that are not applied: where they stand and why, but nothing of what they say.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;
use users::import::{Note, Refusal};

use crate::exit::{Failure, Outcome};

/// Where it is told.
pub struct Refusals {
    /// The file's name, as it was given.
    file: String,
    out: Out,
}

enum Out {
    /// `FILE:LINE: FIELD: REASON`
    StandardError,
    /// An object of JSON for each problem.
    Lines { out: BufWriter<File>, path: String },
}

impl Refusals {
    /// A file is added to where an import goes on, and made anew where one begins.
    pub fn open(file: &Path, errors: Option<&Path>, found: &Note) -> Result<Self, Failure> {
        let out = match errors {
            None => Out::StandardError,
            Some(path) => {
                if are_one(file, path) {
                    return Err(Failure::Usage("--errors names the file that is imported".to_owned()));
                }
                let goes_on = found.lines > 0;
                let mut options = OpenOptions::new();
                options.create(true).write(true).append(goes_on).truncate(!goes_on);
                let out = options.open(path);
                let path = path.display().to_string();
                let out = out.map_err(|error| Failure::Usage(format!("{path} cannot be written: {error}")))?;
                Out::Lines { out: BufWriter::new(out), path }
            }
        };
        Ok(Self { file: file.display().to_string(), out })
    }

    /// Tells of these.
    pub fn report(&mut self, refusals: &[Refusal]) -> Outcome {
        match &mut self.out {
            Out::StandardError => {
                // Whoever closed standard error does not want to know.
                if let Err(error) = print(&self.file, refusals) {
                    tracing::debug!(%error, "refusals were not written");
                }
                Ok(())
            }
            Out::Lines { out, path } => {
                let written = write_all(out, refusals).and_then(|()| out.flush());
                written.map_err(|error| Failure::No(format!("{path} cannot be written: {error}")))
            }
        }
    }
}

fn print(file: &str, refusals: &[Refusal]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stderr().lock());
    for Refusal { line, problems } in refusals {
        problems.iter().try_for_each(|problem| writeln!(out, "{file}:{line}: {problem}"))?;
    }
    out.flush()
}

fn write_all(out: &mut impl Write, refusals: &[Refusal]) -> io::Result<()> {
    for Refusal { line, problems } in refusals {
        for problem in problems {
            writeln!(out, "{}", json!({"line": line, "field": problem.field, "message": problem.message}))?;
        }
    }
    Ok(())
}

/// Whether both lead to one file, by whatever names.
fn are_one(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        // What is not there is no other.
        (Err(_), _) | (_, Err(_)) => false,
    }
}
