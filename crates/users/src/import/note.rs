//! How far a file is, as the installation remembers it: a fact that changes in the same transaction as each batch, and is gone
//! once the whole file is done.

use serde_json::{Value, json};

use super::{Problem, Refusal};
use crate::error::{Result, UserError};

/// The form of the text.
const VERSION: u64 = 1;

/// What a file is known by, wherever it lies and whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileIdentity {
    /// Its length in bytes.
    pub length: u64,
    /// The SHA-256 of its beginning, in hexadecimal digits.
    pub beginning: String,
}

/// What became of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Users that were added.
    pub applied: u64,
    /// Lines that were refused.
    pub refused: u64,
}

/// How far a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The lines that are done, empty ones too.
    pub lines: u64,
    /// The bytes of these lines.
    pub offset: u64,
    /// What became of them.
    pub counts: Counts,
    /// The refusals of the batch that was done last: its process may have died before it told anybody.
    pub last: Vec<Refusal>,
}

impl FileIdentity {
    /// The name of the fact.
    #[must_use]
    pub fn fact(&self) -> String {
        format!("import {} {}", self.length, self.beginning)
    }
}

impl Note {
    /// The text of the fact.
    #[must_use]
    pub fn text(&self) -> String {
        let problem = |problem: &Problem| json!([problem.field, problem.message]);
        let refusal =
            |refusal: &Refusal| json!([refusal.line, refusal.problems.iter().map(problem).collect::<Vec<_>>()]);
        json!({
            "version": VERSION,
            "lines": self.lines,
            "offset": self.offset,
            "applied": self.counts.applied,
            "refused": self.counts.refused,
            "last": self.last.iter().map(refusal).collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// Reads the text.
    ///
    /// # Errors
    /// `Internal` if it is none of this version.
    pub fn parse(text: &str) -> Result<Self> {
        let read = || {
            let value: Value = serde_json::from_str(text).ok()?;
            let number = |name: &str| value.get(name)?.as_u64();
            (number("version")? == VERSION).then_some(())?;
            Some(Self {
                lines: number("lines")?,
                offset: number("offset")?,
                counts: Counts { applied: number("applied")?, refused: number("refused")? },
                last: value.get("last")?.as_array()?.iter().map(refusal).collect::<Option<_>>()?,
            })
        };
        read().ok_or_else(|| UserError::Internal("the note of an unfinished import makes no sense".to_owned()))
    }
}

fn refusal(value: &Value) -> Option<Refusal> {
    let problem = |value: &Value| {
        let field = match value.get(0)? {
            Value::Null => None,
            field => Some(field.as_str()?.to_owned()),
        };
        Some(Problem { field, message: value.get(1)?.as_str()?.to_owned() })
    };
    let problems = value.get(1)?.as_array()?.iter().map(problem).collect::<Option<_>>()?;
    Some(Refusal { line: value.get(0)?.as_u64()?, problems })
}
