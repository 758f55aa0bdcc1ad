//! The registry of fields: every name that a dialect has on the wire, and what it means in the core. The dialects list theirs; from
//! the lists side by side follows what is lost between two of them.

mod concept;

pub use concept::Concept;

/// One name on the wire of a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// What it is about in the core.
    pub concept: Concept,
    /// The name; a dot leads into an object that belongs to the dialect.
    pub name: &'static str,
    /// Where it stands.
    pub places: &'static [Place],
    /// How it relates to what the core has.
    pub relation: Relation,
    /// The rule in a sentence.
    pub rule: &'static str,
    /// The test that proves the rule, by its path in the acceptance suite, or behind `crates::` in a crate.
    pub test: &'static str,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the body of requests to these operations.
    Body(&'static [&'static str]),
    /// In the query of requests to these operations.
    Query(&'static [&'static str]),
    /// In the path of these operations.
    Path(&'static [&'static str]),
    /// Among the headers of requests to these operations.
    Header(&'static [&'static str]),
    /// In answers, in the objects of these names in the dialect's document.
    Answer(&'static [&'static str]),
}

/// How a name relates to what the core has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is what the core has.
    Exact,
    /// It is made of that by a rule, or only a part of it.
    Derived,
}

/// What becomes of a field on the way into another dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The others have it, and all of them say the same with it.
    Exact,
    /// The others have it, and one of them at least says it by a rule.
    Derived,
    /// No other dialect has it.
    OnlyHere,
}

/// Which way a name goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// In requests only.
    In,
    /// In answers only.
    Out,
    /// In both.
    Both,
}

impl Place {
    /// The operations in whose requests it is; none for a place in answers.
    #[must_use]
    pub fn operations(&self) -> &'static [&'static str] {
        match self {
            Place::Body(operations)
            | Place::Query(operations)
            | Place::Path(operations)
            | Place::Header(operations) => operations,
            Place::Answer(_) => &[],
        }
    }

    /// Whether it is a part of what a client says in a request to this operation: its body or its query.
    fn is_said_in(&self, operation: &str) -> bool {
        matches!(self, Place::Body(_) | Place::Query(_)) && self.operations().contains(&operation)
    }
}

impl Field {
    /// A name that says what the core has.
    #[must_use]
    pub const fn exact(
        concept: Concept,
        name: &'static str,
        places: &'static [Place],
        rule: &'static str,
        test: &'static str,
    ) -> Self {
        Self { concept, name, places, relation: Relation::Exact, rule, test }
    }

    /// A name that says it by a rule.
    #[must_use]
    pub const fn derived(
        concept: Concept,
        name: &'static str,
        places: &'static [Place],
        rule: &'static str,
        test: &'static str,
    ) -> Self {
        Self { concept, name, places, relation: Relation::Derived, rule, test }
    }

    /// Which way it goes.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let (out, into): (Vec<&Place>, Vec<&Place>) =
            self.places.iter().partition(|place| matches!(place, Place::Answer(_)));
        match (into.is_empty(), out.is_empty()) {
            (false, true) => Direction::In,
            (true, _) => Direction::Out,
            (false, false) => Direction::Both,
        }
    }

    /// Whether a client can say it in a request to this operation.
    #[must_use]
    pub fn is_said_in(&self, operation: &str) -> bool {
        self.places.iter().any(|place| place.is_said_in(operation))
    }
}

/// The names that the bodies and queries of an operation may have, in the order of the registry. They are words of the program and
/// can be counted, shown and logged.
pub fn names<'a>(fields: &'a [Field], operation: &'a str) -> impl Iterator<Item = &'static str> + 'a {
    fields.iter().filter(|field| field.is_said_in(operation)).map(|field| field.name)
}

/// The field with which a client says this in a request to the operation, if there is one.
#[must_use]
pub fn said<'a>(fields: &'a [Field], operation: &str, concept: Concept) -> Option<&'a Field> {
    fields.iter().find(|field| field.concept == concept && field.is_said_in(operation))
}

/// What becomes of a concept among dialects with these lists. `None` where no list has it.
#[must_use]
pub fn class(dialects: &[&[Field]], concept: Concept) -> Option<Class> {
    let having: Vec<Vec<&Field>> = dialects
        .iter()
        .map(|fields| fields.iter().filter(|field| field.concept == concept).collect())
        .filter(|fields: &Vec<&Field>| !fields.is_empty())
        .collect();
    match having.len() {
        0 => None,
        1 => Some(Class::OnlyHere),
        _ if having.iter().flatten().all(|field| field.relation == Relation::Exact) => Some(Class::Exact),
        _ => Some(Class::Derived),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[Field] = &[
        Field::exact(Concept::Email, "mail", &[Place::Body(&["create"]), Place::Answer(&["User"])], "", ""),
        Field::exact(Concept::FullName, "name", &[Place::Query(&["list", "create"])], "", ""),
        Field::exact(Concept::Id, "id", &[Place::Path(&["create"])], "", ""),
        Field::derived(Concept::Permissions, "may", &[Place::Answer(&["User"])], "", ""),
    ];
    const OTHER: &[Field] = &[
        Field::exact(Concept::Email, "email", &[Place::Body(&["update"])], "", ""),
        Field::derived(Concept::FullName, "called", &[Place::Body(&["create"])], "", ""),
    ];

    #[test]
    fn names_are_those_of_body_and_query() {
        assert_eq!(names(ONE, "create").collect::<Vec<_>>(), ["mail", "name"]);
        assert_eq!(names(ONE, "list").collect::<Vec<_>>(), ["name"]);
        assert_eq!(names(ONE, "delete").count(), 0);
        assert_eq!(said(ONE, "create", Concept::FullName).map(|field| field.name), Some("name"));
        assert!(said(ONE, "create", Concept::Id).is_none() && said(ONE, "list", Concept::Email).is_none());
    }

    #[test]
    fn directions_follow_from_places() {
        let directions: Vec<Direction> = ONE.iter().map(Field::direction).collect();
        assert_eq!(directions, [Direction::Both, Direction::In, Direction::In, Direction::Out]);
    }

    #[test]
    fn classes_follow_from_the_lists_side_by_side() {
        let class = |concept| class(&[ONE, OTHER], concept);
        assert_eq!(class(Concept::Email), Some(Class::Exact));
        assert_eq!(class(Concept::FullName), Some(Class::Derived), "one says it by a rule");
        assert_eq!(class(Concept::Id), Some(Class::OnlyHere));
        assert_eq!(class(Concept::Permissions), Some(Class::OnlyHere));
        assert_eq!(class(Concept::Bio), None);
    }
}
