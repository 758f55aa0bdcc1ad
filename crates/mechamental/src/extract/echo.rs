//! What a client sees again of what it sent: values as the framework renders them, and never a password.

use users::Json;

/// What is shown in place of a secret.
const MASK: &str = "**********";

/// The member whose value nobody sees again.
const SECRET_MEMBER: &str = "password";

/// What the framework's encoder leaves out of every object, taking it for the state of a database library.
const HIDDEN_PREFIX: &str = "_sa";

/// A value as an answer shows it again.
pub(crate) fn echo(value: &Json) -> Json {
    match value {
        Json::Null | Json::Bool(_) | Json::String(_) => value.clone(),
        Json::Number(literal) => Json::Number(python_number(literal)),
        Json::Array(items) => Json::Array(items.iter().map(echo).collect()),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .filter(|(name, _)| !name.starts_with(HIDDEN_PREFIX))
                .map(|(name, value)| (name.clone(), echo_member(name, value)))
                .collect(),
        ),
    }
}

/// The value of the member of that name, as an answer shows it again. That a password is null is no secret.
pub(crate) fn echo_member(name: &str, value: &Json) -> Json {
    match value {
        Json::Null => Json::Null,
        _ if name == SECRET_MEMBER => masked(),
        _ => echo(value),
    }
}

/// What is shown of a text that may hold anything.
pub(crate) fn masked() -> Json {
    Json::String(MASK.to_owned())
}

/// A number as Python writes it after reading it: integers exactly, all others as the shortest decimal that gives
/// the same double, with an exponent where it is below -4 or above 15.
fn python_number(literal: &str) -> String {
    if !literal.contains(['.', 'e', 'E']) {
        return if literal == "-0" { "0".to_owned() } else { literal.to_owned() };
    }
    // The decoder lets nothing pass that is no finite double, so there is nothing to fall back from.
    let Ok(value) = literal.parse::<f64>() else { return literal.to_owned() };
    let scientific = format!("{value:e}");
    let exponent = scientific.split_once('e').map(|(digits, exponent)| (digits, exponent.parse::<i32>()));
    match exponent {
        Some((digits, Ok(exponent))) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => {
            let plain = value.to_string();
            if plain.contains('.') { plain } else { plain + ".0" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use users::json::decode;

    fn echoed(text: &str) -> String {
        echo(&decode(text.as_bytes()).expect("JSON")).to_string()
    }

    #[test]
    fn numbers_read_as_python_writes_them() {
        for (sent, shown) in [
            ("7", "7"),
            ("-0", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("-0.0", "-0.0"),
            ("1e2", "100.0"),
            ("1.10", "1.1"),
            ("1E15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("12345678901234567.0", "1.2345678901234568e+16"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("5e-324", "5e-324"),
            ("1e-400", "0.0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.1", "0.1"),
            ("9007199254740993.0", "9007199254740992.0"),
        ] {
            assert_eq!(echoed(sent), shown, "{sent}");
        }
    }

    #[test]
    fn passwords_are_masked_at_any_depth_and_of_any_type() {
        let sent = r#"{"password":"a","x":[{"password":{"b":1},"y":{"password":null,"Password":"c"}}],"password ":0}"#;
        let shown = r#"{"password":"**********","x":[{"password":"**********","y":{"password":null,"Password":"c"}}],"password ":0}"#;
        assert_eq!(echoed(sent), shown);
        assert_eq!(echo_member("password", &Json::Bool(false)), masked());
    }

    #[test]
    fn what_the_encoder_leaves_out_is_left_out() {
        assert_eq!(echoed(r#"{"_sa_state":1,"_s":2,"a":{"_sa":3}}"#), r#"{"_s":2,"a":{}}"#);
    }
}
