//! What a field's value may be: each function reads one kind of value into the core's type for it. Types are strict: a
//! number in quotes is a string.

use std::fmt::Display;
use std::ops::RangeInclusive;

use users::json::FreeObject;
use users::profile::{Department, FullName};
use users::text::TextRule;
use users::{Email, Json, RoleName, RolePolicy, Status};

use super::fields::Fault;

/// More digits than that are no number, whatever they say: all that is shorter fits where the directory counts.
const MAX_DIGITS: usize = 18;

/// The greatest number with so many digits.
pub(crate) const GREATEST: u64 = 10_u64.pow(MAX_DIGITS as u32) - 1;

/// A name is a full name that is not empty.
pub(super) const NAME_RULE: TextRule = TextRule { min: 1, ..FullName::RULE };

/// Any text.
fn string(value: &Json) -> Result<&str, Fault> {
    match value {
        Json::String(text) => Ok(text),
        _ => Err("must be a string".into()),
    }
}

/// An e-mail address.
pub(crate) fn email(value: &Json) -> Result<Email, Fault> {
    Ok(Email::parse(string(value)?)?)
}

/// A name to be shown.
pub(crate) fn name(value: &Json) -> Result<FullName, Fault> {
    let text = string(value)?;
    NAME_RULE.check(text)?;
    Ok(FullName::parse(text)?)
}

/// A department; the empty text is none.
pub(crate) fn department(value: &Json) -> Result<Option<Department>, Fault> {
    match string(value)? {
        "" => Ok(None),
        text => Ok(Some(Department::parse(text)?)),
    }
}

/// A role of the installation.
pub(crate) fn role(policy: &RolePolicy) -> impl Fn(&Json) -> Result<RoleName, Fault> {
    move |value| match policy.role(string(value)?) {
        Some(role) => Ok(role.clone()),
        None => Err(one_of(policy.names().map(RoleName::as_str))),
    }
}

/// A status. Whether the user can have it is for the core to say.
pub(crate) fn status(value: &Json) -> Result<Status, Fault> {
    Status::parse(string(value)?).ok_or_else(|| one_of(Status::ALL.map(Status::as_str)))
}

/// A boolean.
pub(crate) fn flag(value: &Json) -> Result<bool, Fault> {
    match value {
        Json::Bool(value) => Ok(*value),
        _ => Err("must be true or false".into()),
    }
}

/// An object, kept as it is.
pub(crate) fn object(value: &Json) -> Result<FreeObject, Fault> {
    FreeObject::from_json(value).ok_or_else(|| "must be an object".into())
}

/// The text of an integer within bounds.
pub(crate) fn integer<T>(bounds: RangeInclusive<T>) -> impl Fn(&Json) -> Result<T, Fault>
where
    T: TryFrom<u64> + PartialOrd + Display,
{
    move |value| {
        let text = string(value)?;
        let is_written_right = text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u64>().map_err(|_| not_an_integer())?;
        match T::try_from(number) {
            _ if !is_written_right => Err(not_an_integer()),
            Ok(number) if bounds.contains(&number) => Ok(number),
            Ok(_) | Err(_) => Err(Fault(format!("must be between {} and {}", bounds.start(), bounds.end()))),
        }
    }
}

fn not_an_integer() -> Fault {
    Fault(format!("must be an integer of 1 to {MAX_DIGITS} digits"))
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Fault {
    Fault(format!("must be one of {}", names.into_iter().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::policy;

    fn text(text: &str) -> Json {
        Json::String(text.to_owned())
    }

    fn message<T>(parsed: Result<T, Fault>) -> String {
        parsed.map(|_| "fine").map_or_else(|fault| fault.0, str::to_owned)
    }

    #[test]
    fn integers() {
        let limit = integer(1..=100_u32);
        for (sent, value) in [("1", 1), ("100", 100), ("007", 7), ("000000000000000001", 1)] {
            assert_eq!(limit(&text(sent)), Ok(value), "{sent}");
        }
        for sent in ["0", "101", "4294967297", "999999999999999999"] {
            assert_eq!(message(limit(&text(sent))), "must be between 1 and 100", "{sent}");
        }
        for sent in
            ["", " 1", "1 ", "+1", "-1", "1.0", "1e1", "1_0", "0x1", "١", "0000000000000000001", "99999999999999999999"]
        {
            assert_eq!(message(limit(&text(sent))), "must be an integer of 1 to 18 digits", "{sent}");
        }
        assert_eq!(integer(0..=u64::MAX)(&text("999999999999999999")), Ok(999_999_999_999_999_999));
    }

    #[test]
    fn types_are_strict() {
        let number = Json::Number("1".to_owned());
        for value in [&number, &Json::Null, &Json::Bool(true), &Json::Array(vec![]), &Json::Object(vec![])] {
            for refused in [
                message(email(value)),
                message(name(value)),
                message(department(value)),
                message(role(&policy())(value)),
                message(status(value)),
            ] {
                assert_eq!(refused, "must be a string", "{value}");
            }
        }
        for value in [&number, &Json::Null, &text("true"), &text("{}")] {
            assert_eq!(message(flag(value)), "must be true or false", "{value}");
            assert_eq!(message(object(value)), "must be an object", "{value}");
        }
    }

    #[test]
    fn texts_obey_the_core() {
        let long = "é".repeat(256);
        assert_eq!(message(name(&text(""))), "must have at least 1 character");
        assert_eq!(message(name(&text(&long))), "must have at most 255 characters");
        assert_eq!(message(name(&text("a\u{7}"))), "must not contain control characters");
        assert_eq!(message(name(&text(&long[2..]))), "fine");
        assert_eq!(message(department(&text(&long))), "must have at most 255 characters");
        assert_eq!(department(&text("")), Ok(None));
        let refused = message(email(&text("ada")));
        assert!(refused.starts_with("must be a valid e-mail address: "), "{refused}");
    }

    #[test]
    fn names_of_roles_and_statuses() {
        assert_eq!(message(role(&policy())(&text("user"))), "fine");
        for sent in ["", "User", "root"] {
            assert_eq!(message(role(&policy())(&text(sent))), "must be one of admin, viewer, user", "{sent}");
        }
        assert_eq!(status(&text("suspended")), Ok(Status::Suspended));
        for sent in ["", "Active", "deleted"] {
            assert_eq!(message(status(&text(sent))), "must be one of active, inactive, pending, suspended", "{sent}");
        }
    }

    #[test]
    fn objects_keep_their_numbers() {
        let sent = users::json::decode(br#"{"b":1.10,"a":12345678901234567890}"#).expect("JSON");
        assert_eq!(object(&sent).expect("an object").as_str(), r#"{"b":1.10,"a":12345678901234567890}"#);
    }
}
