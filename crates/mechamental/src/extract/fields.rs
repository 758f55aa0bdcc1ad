//! Reads the fields of a body or a query one by one, and keeps what is wrong with each: all faults are reported at once, in
//! the order in which the fields are asked for.

use std::borrow::Cow;

use users::Json;

use super::echo::{echo, echo_member};
use crate::errors::{ApiError, Fault, Faults, Rule, Step};

/// A fault was found and noted. Who holds this knows that [`Fields::finish`] will refuse.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(());

/// What one field's value breaks.
#[derive(Debug)]
pub(crate) enum Broken {
    /// This rule, as a whole.
    Whole(Rule),
    /// These rules, by the items of these indices.
    Items(Vec<(usize, Rule)>),
}

impl From<Rule> for Broken {
    fn from(rule: Rule) -> Self {
        Broken::Whole(rule)
    }
}

/// The fields of one part of a request, and the faults found in them so far.
pub(crate) struct Fields<'a> {
    part: &'static str,
    members: Cow<'a, Json>,
    /// What a missing member shows as its input.
    input_of_missing: fn(&Json) -> Json,
    faults: Faults,
}

impl<'a> Fields<'a> {
    /// The members of the body. A missing one shows the whole body.
    pub(crate) fn of_body(body: &'a Json) -> Self {
        Self { part: "body", members: Cow::Borrowed(body), input_of_missing: echo, faults: Vec::new() }
    }

    /// The parameters of a query. Of a repeated one the last counts; a missing one shows null.
    pub(crate) fn of_query(query: &str) -> Self {
        let pairs = dialect::query::pairs(query).into_iter().rev();
        let members = Json::Object(pairs.map(|(name, value)| (name, Json::String(value))).collect());
        Self { part: "query", members: Cow::Owned(members), input_of_missing: |_| Json::Null, faults: Vec::new() }
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// It is not, or its value breaks a rule; either is noted.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&'static str, &Json) -> Result<T, Broken>,
    ) -> Result<T, Refused> {
        match self.given(name) {
            Some(value) => match parse(name, value) {
                Ok(parsed) => Ok(parsed),
                Err(broken) => Err(self.note(name, broken)),
            },
            None => {
                let place = vec![Step::Name(self.part), Step::Name(name)];
                let input = (self.input_of_missing)(&self.members);
                self.faults.push(Fault { place, rule: Rule::Missing, input });
                Err(Refused(()))
            }
        }
    }

    /// A field that may be absent; null means the same.
    ///
    /// # Errors
    /// Its value breaks a rule, which is noted.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&'static str, &Json) -> Result<T, Broken>,
    ) -> Result<Option<T>, Refused> {
        self.clearable(name, parse).map(Option::flatten)
    }

    /// A field that may be absent, or null, which clears something.
    ///
    /// # Errors
    /// Its value breaks a rule, which is noted.
    pub(crate) fn clearable<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&'static str, &Json) -> Result<T, Broken>,
    ) -> Result<Option<Option<T>>, Refused> {
        match self.given(name) {
            None => Ok(None),
            Some(Json::Null) => Ok(Some(None)),
            Some(value) => match parse(name, value) {
                Ok(parsed) => Ok(Some(Some(parsed))),
                Err(broken) => Err(self.note(name, broken)),
            },
        }
    }

    /// What was sent under a name that is asked for.
    fn given(&self, name: &'static str) -> Option<&Json> {
        #[cfg(test)]
        crate::testing::note_question(name);
        self.members.get(name)
    }

    /// Ends the reading: builds the result of the fields, unless there is a fault.
    ///
    /// # Errors
    /// All faults.
    pub(crate) fn finish<T>(self, build: impl FnOnce() -> Result<T, Refused>) -> Result<T, ApiError> {
        match build() {
            Ok(built) if self.faults.is_empty() => Ok(built),
            Ok(_) | Err(Refused(())) => Err(ApiError::Invalid(self.faults)),
        }
    }

    fn note(&mut self, name: &'static str, broken: Broken) -> Refused {
        let value = self.members.get(name).unwrap_or(&Json::Null);
        let place = [Step::Name(self.part), Step::Name(name)];
        match broken {
            Broken::Whole(rule) => {
                let input = echo_member(name, value);
                self.faults.push(Fault { place: place.into(), rule, input });
            }
            Broken::Items(rules) => self.faults.extend(rules.into_iter().map(|(index, rule)| Fault {
                place: place.iter().cloned().chain([Step::Index(index)]).collect(),
                rule,
                input: item(value, index).map_or(Json::Null, echo),
            })),
        }
        Refused(())
    }
}

fn item(value: &Json, index: usize) -> Option<&Json> {
    match value {
        Json::Array(items) => items.get(index),
        _ => None,
    }
}
