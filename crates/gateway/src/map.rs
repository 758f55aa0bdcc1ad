//! The dialects' lists of fields side by side.

mod markdown;

use std::collections::BTreeSet;
use std::sync::Arc;

use dialect::Dialect;
use dialect::fields::{self, Class, Concept, Direction, Field, Place, Relation};
use serde_json::{Value, json};

/// What each dialect calls what.
pub struct Map {
    dialects: Vec<Arc<dyn Dialect>>,
}

/// One thing that the directory knows, and what it is called.
struct Row {
    concept: Concept,
    class: Class,
    /// For each dialect in order, its names.
    names: Vec<Vec<&'static Field>>,
}

impl Map {
    /// The map of these dialects.
    #[must_use]
    pub fn of(dialects: Vec<Arc<dyn Dialect>>) -> Self {
        Self { dialects }
    }

    /// A line for each thing, in columns.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let names = self.dialects.iter().map(|dialect| dialect.name().to_owned());
        let head: Vec<String> = std::iter::once("core".to_owned()).chain(names).chain(["class".to_owned()]).collect();
        let rows = self.rows().into_iter().map(|row| {
            let cells = row.names.iter().map(|fields| cell(fields));
            let line: Vec<String> = std::iter::once(row.concept.name().to_owned())
                .chain(cells)
                .chain([class_name(row.class).to_owned()])
                .collect();
            (line, row.rule())
        });
        let lines: Vec<(Vec<String>, String)> = std::iter::once((head, "rule".to_owned())).chain(rows).collect();
        let columns = lines.first().map_or(0, |(line, _)| line.len());
        let width = |n: usize| lines.iter().filter_map(|(line, _)| line.get(n)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|n| width(n).unwrap_or_default()).collect();
        let text = |(line, rule): &(Vec<String>, String)| {
            let cells: String = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            format!("{cells}{rule}\n")
        };
        lines.iter().map(text).collect()
    }

    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let name = |dialect: &Arc<dyn Dialect>, field: &Field| {
            json!({
                "dialect": dialect.name(),
                "name": field.name,
                "direction": direction_name(field.direction()),
                "relation": match field.relation { Relation::Exact => "exact", Relation::Derived => "derived" },
                "places": field.places.iter().map(place).collect::<Vec<_>>(),
                "rule": field.rule,
                "test": field.test,
            })
        };
        let row = |row: Row| {
            let named = self.dialects.iter().zip(&row.names);
            let names = named.flat_map(|(dialect, fields)| fields.iter().map(|field| name(dialect, field)));
            json!({"core": row.concept.name(), "class": class_name(row.class), "names": names.collect::<Vec<_>>()})
        };
        let dialects: Vec<&str> = self.dialects.iter().map(|dialect| dialect.name()).collect();
        json!({"dialects": dialects, "fields": self.rows().into_iter().map(row).collect::<Vec<_>>()})
    }

    /// One row for each thing that a dialect can speak of.
    fn rows(&self) -> Vec<Row> {
        let lists: Vec<&'static [Field]> = self.dialects.iter().map(|dialect| dialect.fields()).collect();
        let concepts: BTreeSet<Concept> =
            lists.iter().flat_map(|fields| fields.iter()).map(|field| field.concept).collect();
        let row = |concept: Concept| {
            let class = fields::class(&lists, concept)?;
            let of = |fields: &&'static [Field]| fields.iter().filter(|field| field.concept == concept).collect();
            Some(Row { concept, class, names: lists.iter().map(of).collect() })
        };
        concepts.into_iter().filter_map(row).collect()
    }
}

impl Row {
    /// The rule; where there are several, each behind the names that it is of.
    fn rule(&self) -> String {
        let mut rules: Vec<(&str, Vec<&str>)> = Vec::new();
        for field in self.names.iter().flatten() {
            match rules.iter_mut().find(|(rule, _)| *rule == field.rule) {
                Some((_, names)) => names.push(field.name),
                None => rules.push((field.rule, vec![field.name])),
            }
        }
        match &rules[..] {
            [(rule, _)] => (*rule).to_owned(),
            rules => {
                rules.iter().map(|(rule, names)| format!("{}: {rule}", names.join(", "))).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// What stands for a dialect that has no name for it.
const NONE: &str = "-";

fn cell(fields: &[&Field]) -> String {
    let name = |field: &&Field| format!("{} ({})", field.name, direction_name(field.direction()));
    if fields.is_empty() { NONE.to_owned() } else { fields.iter().map(name).collect::<Vec<_>>().join(", ") }
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Exact => "exact",
        Class::Derived => "derived",
        Class::OnlyHere => "only-here",
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::Both => "both",
    }
}

/// A place, with the operations or the objects of the document that it is in.
fn place(place: &Place) -> Value {
    let (kind, of) = match place {
        Place::Body(of) => ("body", of),
        Place::Query(of) => ("query", of),
        Place::Path(of) => ("path", of),
        Place::Header(of) => ("header", of),
        Place::Answer(of) => ("answer", of),
    };
    json!({"in": kind, "of": of})
}

#[cfg(test)]
mod tests;
