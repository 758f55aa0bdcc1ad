//! What the document says of a field's value: one function for each of those in [`super::parse`] that needs words of its own.

use dialect::openapi::schema;
use serde_json::{Value, json};
use users::json::FreeObject;
use users::profile::{AvatarUrl, Locale};
use users::{PlainPassword, RoleName, RolePolicy};

use super::scalar;

pub(crate) use dialect::openapi::schema::{integer, named, nullable, string, text, with};

/// An e-mail address.
pub(crate) fn email() -> Value {
    schema::email()
}

/// A cursor; which ones are good, only the server can tell.
pub(crate) fn cursor() -> Value {
    with(with(schema::string(), "format", "cursor"), "pattern", "^[A-Za-z0-9_-]*$")
}

/// A password.
pub(crate) fn password() -> Value {
    let most = PlainPassword::MAX_BYTES;
    let text = with(schema::text(PlainPassword::RULE), "maxLength", most);
    with(with(text, "format", "password"), "description", format!("At most {most} bytes of UTF-8."))
}

/// A password that is compared, whatever it is.
pub(crate) fn typed_password() -> Value {
    with(schema::string(), "format", "password")
}

/// The address of a picture.
pub(crate) fn avatar_url() -> Value {
    let text = with(schema::text(AvatarUrl::RULE), "format", "iri");
    let text = with(text, "pattern", "^[hH][tT][tT][pP][sS]?://[^\\s\\\\\\u0000-\\u001F\\u007F-\\u009F]+$");
    with(text, "description", "An absolute http or https URL.")
}

/// A time zone. No pattern tells names from others.
pub(crate) fn timezone() -> Value {
    json!({
        "type": "string",
        "format": "iana-time-zone",
        "description": "The name of a zone of the IANA time zone database.",
        "examples": ["Europe/London"],
    })
}

/// Language tags that are well-formed (RFC 5646 §2.1): language, script, region, variants, extensions, private use; or private use
/// alone. (The grandfathered ones of odd forms, such as `i-klingon`, are taken as well.)
const LANGUAGE_TAG: &str = "^([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?\
(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$\
|^[Xx](-[A-Za-z0-9]{1,8})+$";

/// A locale.
pub(crate) fn locale() -> Value {
    let text = with(schema::text(Locale::RULE), "pattern", LANGUAGE_TAG);
    with(with(text, "description", "A BCP 47 language tag."), "examples", json!(["en-GB"]))
}

/// A boolean, or what is taken for one.
pub(crate) fn boolean() -> Value {
    let words: Vec<String> = scalar::YES.into_iter().chain(scalar::NO).map(in_any_case).collect();
    let word = with(schema::string(), "pattern", format!("^({})$", words.join("|")));
    json!({"anyOf": [schema::boolean(), word, {"type": "integer", "enum": [0, 1]}]})
}

/// The regular expression of a word in any case.
fn in_any_case(word: &str) -> String {
    let letter = |c: char| if c.is_alphabetic() { format!("[{c}{}]", c.to_ascii_uppercase()) } else { c.to_string() };
    word.chars().map(letter).collect()
}

/// An object, kept as it is.
pub(crate) fn object() -> Value {
    let most = FreeObject::MAX_BYTES / 1024;
    with(schema::object(), "description", format!("Kept as it is sent; at most {most} KiB of JSON."))
}

/// Roles of the installation, one at least.
pub(crate) fn roles(policy: &RolePolicy) -> Value {
    with(schema::array(schema::one_of(policy.names().map(RoleName::as_str))), "minItems", 1)
}
