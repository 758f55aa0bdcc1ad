//! `diglot map`

use clap::Args;

use super::{Context, output};
use crate::dialects;
use crate::exit::{Failure, Outcome};
use crate::map::Map as FieldMap;

/// Print what each dialect calls what, and what is lost between them
///
/// A line for each thing that the directory knows: its name in each dialect, whether that stands
/// in requests (in), in answers (out) or in both, how the dialects relate in it, and the rule.
///
///   exact      all of them say the same with it
///   derived    one of them at least says it by a rule
///   only-here  no other dialect has it: it is kept, and lost to who moves
///
/// With --json and --markdown stand also the operations, and the test that proves each rule. No
/// server and no store is asked.
///
/// Example, to see what moving a client can lose:
///
///   diglot map | grep only-here
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Map {
    /// Print the map as JSON
    #[arg(long)]
    json: bool,
    /// Print the map as Markdown, with what is lost by operation
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

impl Map {
    pub fn run(self, context: &Context) -> Outcome {
        let services = dialects::offline(context.settings()?.roles);
        let map = FieldMap::of(dialects::all(&services));
        let text = match (self.json, self.markdown) {
            (true, _) => {
                let text = serde_json::to_string(&map.to_json());
                text.map_err(|error| Failure::No(format!("cannot write the result: {error}")))? + "\n"
            }
            (false, true) => map.to_markdown(),
            (false, false) => map.to_lines(),
        };
        output::text(&text)
    }
}
