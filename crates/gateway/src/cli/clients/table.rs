//! How calls are told.

use serde_json::{Value, json};
use users::usage::{Detail, DetailKind, Tally};

use super::super::output::time;

/// What stands for all that has no name of its own.
const OTHER: &str = "other";

fn of_kind(tally: &Tally, kind: DetailKind) -> impl Iterator<Item = (&str, u64)> {
    let meant = tally.details.iter().filter(move |(detail, _)| detail.kind == kind);
    meant.map(|(Detail { name, .. }, calls)| (name.as_deref().unwrap_or(OTHER), *calls))
}

/// The names of one kind with their numbers, on one line, the most frequent first.
pub fn told(tally: &Tally, kind: DetailKind) -> String {
    let mut names: Vec<(&str, u64)> = of_kind(tally, kind).collect();
    names.sort_by(|(_, one), (_, other)| other.cmp(one));
    let names: Vec<String> = names.into_iter().map(|(name, calls)| format!("{name} ({calls})")).collect();
    if names.is_empty() { "-".to_owned() } else { names.join("; ") }
}

/// The names of the columns that [`columns`] fills.
pub const COLUMNS: [&str; 6] = ["calls", "errors", "last seen", "agents", "fields", "parameters"];

/// Some calls, for people.
pub fn columns(tally: &Tally) -> [String; 6] {
    [
        tally.calls.to_string(),
        tally.errors.to_string(),
        time(tally.last_seen),
        told(tally, DetailKind::Agent),
        told(tally, DetailKind::Field),
        told(tally, DetailKind::Parameter),
    ]
}

/// Some calls, added to an object.
pub fn describe(object: &mut Value, tally: &Tally) {
    let names = |kind| of_kind(tally, kind).map(|(name, calls)| json!({"name": name, "calls": calls})).collect();
    object["calls"] = tally.calls.into();
    object["errors"] = tally.errors.into();
    object["last_seen"] = time(tally.last_seen).into();
    object["agents"] = Value::Array(names(DetailKind::Agent));
    object["fields"] = Value::Array(names(DetailKind::Field));
    object["parameters"] = Value::Array(names(DetailKind::Parameter));
}

/// A line of comma-separated values (RFC 4180). A spreadsheet takes a cell that begins like a formula for one, and clients call
/// themselves what they like, so such a cell gets an apostrophe before it.
pub fn csv<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cell = |text: &str| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != "-" { "'" } else { "" };
        let quotes = text.contains([',', '"', '\n', '\r']);
        let text = format!("{guard}{text}");
        if quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    cells.into_iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_none() {
        let cells = ["plain", "a,b", "say \"x\"", "=1+1", "@x,y", "-", "-1", "", "é"];
        assert_eq!(csv(cells), "plain,\"a,b\",\"say \"\"x\"\"\",'=1+1,\"'@x,y\",-,'-1,,é\r\n");
    }
}
