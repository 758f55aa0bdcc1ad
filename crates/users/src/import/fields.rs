//! Reads the members of a line one by one, and keeps what is wrong with each.

use super::Problem;
use crate::json::Json;

/// How much of an unknown member's name is repeated, in characters.
const SHOWN: usize = 64;

/// What one value breaks: rules, by the whole of it, or by the items of these indices.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken(Vec<(Option<usize>, String)>);

impl Broken {
    /// Of items.
    pub fn items(rules: Vec<(usize, String)>) -> Self {
        Self(rules.into_iter().map(|(index, rule)| (Some(index), rule)).collect())
    }
}

impl<T: ToString> From<T> for Broken {
    fn from(rule: T) -> Self {
        Self(vec![(None, rule.to_string())])
    }
}

/// What a line says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said<T> {
    /// Nothing; or what breaks a rule, which is noted.
    Nothing,
    /// `null`
    Null,
    /// This.
    This(T),
}

impl<T> Said<T> {
    /// For fields of which `null` says nothing.
    pub fn given(self) -> Option<T> {
        match self {
            Said::This(value) => Some(value),
            Said::Nothing | Said::Null => None,
        }
    }
}

/// The members of a line, those that were asked for, and the problems found so far.
pub(super) struct Fields<'a> {
    members: &'a [(String, Json)],
    asked: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub fn of(members: &'a [(String, Json)]) -> Self {
        Self { members, asked: Vec::with_capacity(members.len()), problems: Vec::new() }
    }

    /// A field that may be absent.
    pub fn read<T>(&mut self, name: &'static str, parse: impl Fn(&Json) -> Result<T, Broken>) -> Said<T> {
        self.asked.push(name);
        match self.members.iter().find(|(key, _)| key == name).map(|(_, value)| value) {
            None => Said::Nothing,
            Some(Json::Null) => Said::Null,
            Some(value) => match parse(value) {
                Ok(parsed) => Said::This(parsed),
                Err(Broken(rules)) => {
                    self.problems.extend(rules.into_iter().map(|(index, rule)| match index {
                        None => Problem::of(name, rule),
                        Some(index) => Problem::of(format!("{name}[{index}]"), rule),
                    }));
                    Said::Nothing
                }
            },
        }
    }

    /// A field for which `null` is as good as nothing.
    pub fn optional<T>(&mut self, name: &'static str, parse: impl Fn(&Json) -> Result<T, Broken>) -> Option<T> {
        self.read(name, parse).given()
    }

    /// A field that must be there. `None` is noted.
    pub fn required<T>(&mut self, name: &'static str, parse: impl Fn(&Json) -> Result<T, Broken>) -> Option<T> {
        let before = self.problems.len();
        let given = self.optional(name, parse);
        if given.is_none() && self.problems.len() == before {
            self.note(name, "is missing");
        }
        given
    }

    /// Notes what else is wrong with a field.
    pub fn note(&mut self, name: &'static str, message: impl Into<String>) {
        self.problems.push(Problem::of(name, message));
    }

    /// All problems, in the order in which the fields were asked for; members that nobody asked for come last.
    pub fn finish(mut self) -> Vec<Problem> {
        let unknown = self.members.iter().filter(|(name, _)| !self.asked.iter().any(|asked| asked == name));
        self.problems.extend(unknown.map(|(name, _)| Problem::of(shown(name), "is not known")));
        self.problems
    }
}

/// A name that anybody may have chosen, on one line of a terminal.
fn shown(name: &str) -> String {
    let mut chars = name.escape_debug();
    let start: String = chars.by_ref().take(SHOWN).collect();
    match (start.is_empty(), chars.next()) {
        (true, _) => "\"\"".to_owned(),
        (false, None) => start,
        (false, Some(_)) => start + "…",
    }
}
