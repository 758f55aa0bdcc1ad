//! Reads the fields of a body or a query one by one, and keeps what is wrong with each: all faults are reported at once, in
//! the order in which the fields are asked for. Fields that nobody asks for are ignored.

use std::borrow::Cow;

use users::Json;
use users::email::EmailError;
use users::text::TextError;

use crate::errors::ApiError;
use crate::wire::FieldError;

/// A fault was found and noted. Who holds this knows that [`Fields::finish`] will refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(());

/// What is wrong with one value, as the client reads it behind the field's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) String);

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        Self(error.to_string())
    }
}

impl From<EmailError> for Fault {
    fn from(error: EmailError) -> Self {
        Self(format!("must be a valid e-mail address: {}", error.reason()))
    }
}

/// The fields of one part of a request, and the faults found in them so far.
pub(crate) struct Fields<'a> {
    members: Cow<'a, [(String, Json)]>,
    faults: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    /// The members of the body.
    pub(crate) fn of_body(members: &'a [(String, Json)]) -> Self {
        Self { members: Cow::Borrowed(members), faults: Vec::new() }
    }

    /// The parameters of a query; their values are strings.
    pub(crate) fn of_query(query: &str) -> Self {
        let pairs = dialect::query::pairs(query).into_iter();
        Self { members: pairs.map(|(name, value)| (name, Json::String(value))).collect(), faults: Vec::new() }
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// It is not, or its value is refused; either is noted.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Json) -> Result<T, Fault>,
    ) -> Result<T, Refused> {
        match self.optional(name, parse)? {
            Some(value) => Ok(value),
            None => Err(self.note(name, "is required".into())),
        }
    }

    /// A field that may be absent. `null` is a value like any other, which `parse` may refuse.
    ///
    /// # Errors
    /// Its value is refused, or there are several; that is noted.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Json) -> Result<T, Fault>,
    ) -> Result<Option<T>, Refused> {
        #[cfg(test)]
        crate::testing::note_question(name);
        let mut given = self.members.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        let parsed = match (given.next(), given.next()) {
            (None, _) => return Ok(None),
            (Some(value), None) => parse(value),
            (Some(_), Some(_)) => Err("must not be repeated".into()),
        };
        parsed.map(Some).map_err(|fault| self.note(name, fault))
    }

    /// A field that may be absent, or `null`, which is `Some(None)`.
    ///
    /// # Errors
    /// As [`Fields::optional`].
    pub(crate) fn clearable<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Json) -> Result<T, Fault>,
    ) -> Result<Option<Option<T>>, Refused> {
        self.optional(name, |value| match value {
            Json::Null => Ok(None),
            value => parse(value).map(Some),
        })
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

    fn note(&mut self, name: &'static str, fault: Fault) -> Refused {
        self.faults.push(FieldError { field: name.to_owned(), message: fault.0 });
        Refused(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::parse;

    fn faults(error: Option<ApiError>) -> Vec<String> {
        match error {
            Some(ApiError::Invalid(faults)) => {
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_is_reported_in_the_order_of_the_questions() {
        let mut fields = Fields::of_query("c=&a=x&z=&b=1&b=2&z=");
        let a = fields.required("a", parse::flag);
        let b = fields.optional("b", |_| Ok(()));
        let c = fields.optional("c", |_| Ok(()));
        let d = fields.required("d", |_| Ok(()));
        assert_eq!(c, Ok(Some(())));
        let error = fields.finish(|| Ok((a?, b?, d?))).err();
        assert_eq!(faults(error), ["a must be true or false", "b must not be repeated", "d is required"]);
    }

    #[test]
    fn a_fault_counts_even_where_nobody_takes_the_value() {
        let mut fields = Fields::of_query("a=1");
        let _ignored = fields.optional("a", parse::flag);
        assert_eq!(faults(fields.finish(|| Ok(())).err()), ["a must be true or false"]);
    }

    #[test]
    fn null_clears_only_what_can_be_cleared() {
        let members = [("a".to_owned(), Json::Null), ("b".to_owned(), Json::Bool(true))];
        let mut fields = Fields::of_body(&members);
        assert_eq!(fields.clearable("a", parse::flag), Ok(Some(None)));
        assert_eq!(fields.clearable("b", parse::flag), Ok(Some(Some(true))));
        assert_eq!(fields.clearable("c", parse::flag), Ok(None));
        assert!(fields.optional("a", parse::flag).is_err());
    }
}
