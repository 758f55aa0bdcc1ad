//! What a field's value may be: each function reads one kind of value into the core's type for it.

use std::ops::RangeInclusive;

use users::email::EmailError;
use users::json::FreeObject;
use users::text::TextError;
use users::{Email, Json, RolePolicy, Roles};

use super::fields::Broken;
use super::scalar;
use crate::errors::Rule;

/// Any text.
pub(crate) fn string(_name: &'static str, value: &Json) -> Result<String, Broken> {
    match value {
        Json::String(text) => Ok(text.clone()),
        _ => Err(Rule::StringType.into()),
    }
}

/// A text with a rule of its own, such as `Username::parse`. The framework has words for its length.
pub(crate) fn text<T>(parse: fn(&str) -> Result<T, TextError>) -> impl Fn(&'static str, &Json) -> Result<T, Broken> {
    move |name, value| parse(&string(name, value)?).map_err(|error| Rule::of_text(name, error).into())
}

/// A text of a form that the framework knows nothing of: whatever is wrong with it, lengths included, is a rule of ours.
pub(crate) fn form<T>(parse: fn(&str) -> Result<T, TextError>) -> impl Fn(&'static str, &Json) -> Result<T, Broken> {
    move |name, value| parse(&string(name, value)?).map_err(|error| Rule::Own(format!("{name} {error}")).into())
}

/// An e-mail address.
pub(crate) fn email(name: &'static str, value: &Json) -> Result<Email, Broken> {
    let refuse = |error: EmailError| Rule::Email(error.reason().to_owned()).into();
    Email::parse(&string(name, value)?).map_err(refuse)
}

/// A boolean, or what is taken for one.
pub(crate) fn boolean(_name: &'static str, value: &Json) -> Result<bool, Broken> {
    scalar::boolean(value).map_err(Broken::Whole)
}

/// An integer within bounds, as the text of a parameter.
pub(crate) fn integer(bounds: RangeInclusive<u32>) -> impl Fn(&'static str, &Json) -> Result<u32, Broken> {
    move |name, value| {
        let number = scalar::integer(&string(name, value)?)?;
        let (least, most) = (i64::from(*bounds.start()), i64::from(*bounds.end()));
        match u32::try_from(number) {
            Ok(number) if bounds.contains(&number) => Ok(number),
            Ok(_) | Err(_) if number < least => Err(Rule::GreaterThanEqual(least).into()),
            Ok(_) | Err(_) => Err(Rule::LessThanEqual(most).into()),
        }
    }
}

/// An object, kept as it is.
pub(crate) fn object(_name: &'static str, value: &Json) -> Result<FreeObject, Broken> {
    FreeObject::from_json(value).ok_or(Broken::Whole(Rule::DictType))
}

/// Roles of the installation, one at least.
pub(crate) fn roles(policy: &RolePolicy) -> impl Fn(&'static str, &Json) -> Result<Roles, Broken> {
    move |name, value| {
        let Json::Array(items) = value else { return Err(Rule::ListType.into()) };
        let (mut names, mut broken) = (Vec::new(), Vec::new());
        for (index, item) in items.iter().enumerate() {
            match item {
                Json::String(text) => match policy.role(text) {
                    Some(role) => names.push(role.clone()),
                    None => broken.push((index, Rule::Own("there is no role of this name".to_owned()))),
                },
                _ => broken.push((index, Rule::StringType)),
            }
        }
        if !broken.is_empty() {
            return Err(Broken::Items(broken));
        }
        policy.roles(names).ok_or_else(|| Rule::Own(format!("{name} must not be empty")).into())
    }
}
