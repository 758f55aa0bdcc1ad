//! The map as a page for people.

use std::collections::BTreeSet;
use std::fmt::Write;

use dialect::Dialect;
use dialect::fields::{self, Direction, Field, Place};

use super::{Map, NONE, Row, class_name};

const HEAD: &str = "# What each dialect calls what

Printed by `diglot map --markdown`; `make golden` writes this file anew. It comes from the registry in the code, and a test fails
where a name on the wire is missing from it or a test that it names does not exist.

- **exact**: all dialects say the same with it.
- **derived**: one of them at least says it by a rule.
- **only-here**: no other dialect has it. It is kept whatever the others write, and lost to who moves.

*in* stands for requests, with the operations in whose bodies or queries the name stands; *out* for answers. What belongs to lists,
pages, errors and requests as such has that in front of its name.

## Names

";

const LOSSES: &str = "
## What requests lose

What a request can say to the one dialect and the same operation of the other has no word for. `diglot translate` shows it for a
request at hand, with what is said only in part.

";

impl Map {
    /// A page with everything.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let names: Vec<String> = self.dialects.iter().map(|dialect| format!(" {} |", dialect.name())).collect();
        let mut text = format!("{HEAD}| core |{} class | rule | proved by |\n", names.concat());
        text.push_str(&format!("|---|{}---|---|---|\n", "---|".repeat(names.len())));
        self.rows().iter().for_each(|row| text.push_str(&line(row)));
        text.push_str(LOSSES);
        text.push_str("| operation | from | to | lost |\n|---|---|---|---|\n");
        text.push_str(&self.losses());
        text
    }

    /// A line for each operation and each two dialects that have it.
    fn losses(&self) -> String {
        let mut text = String::new();
        let names = self.dialects.iter().flat_map(|dialect| dialect.routes()).map(|route| route.operation);
        let mut seen = BTreeSet::new();
        for operation in names.filter(|operation| seen.insert(*operation)) {
            let having: Vec<&dyn Dialect> =
                self.dialects.iter().map(|dialect| &**dialect).filter(|d| has(*d, operation)).collect();
            for from in &having {
                for to in having.iter().filter(|to| to.name() != from.name()) {
                    let lost = lost(*from, *to, operation);
                    let lost = if lost.is_empty() { "nothing".to_owned() } else { lost.join(", ") };
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "| {operation} | {} | {} | {lost} |", from.name(), to.name());
                }
            }
        }
        text
    }
}

fn has(dialect: &dyn Dialect, operation: &str) -> bool {
    dialect.routes().iter().any(|route| route.operation == operation)
}

fn lost(from: &dyn Dialect, to: &dyn Dialect, operation: &str) -> Vec<String> {
    let said = from.fields().iter().filter(|field| field.is_said_in(operation));
    let lost = said.filter(|field| fields::said(to.fields(), operation, field.concept).is_none());
    lost.map(|field| format!("`{}`", field.name)).collect()
}

fn line(row: &Row) -> String {
    let cells: String = row.names.iter().map(|fields| format!(" {} |", cell(fields))).collect();
    let tests: BTreeSet<&str> = row.names.iter().flatten().map(|field| field.test).collect();
    let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
    format!("| {} |{cells} {} | {} | {} |\n", row.concept.name(), class_name(row.class), row.rule(), tests.join(", "))
}

fn cell(fields: &[&Field]) -> String {
    if fields.is_empty() {
        NONE.to_owned()
    } else {
        fields.iter().map(|field| name(field)).collect::<Vec<_>>().join("; ")
    }
}

/// A name, and where it stands.
fn name(field: &Field) -> String {
    let said = |place: &&Place| matches!(place, Place::Body(_) | Place::Query(_));
    let operations: Vec<&str> = field.places.iter().filter(said).flat_map(Place::operations).copied().collect();
    let into = if operations.is_empty() { "in".to_owned() } else { format!("in {}", operations.join(", ")) };
    match field.direction() {
        Direction::In => format!("`{}` {into}", field.name),
        Direction::Out => format!("`{}` out", field.name),
        Direction::Both => format!("`{}` {into}; out", field.name),
    }
}
