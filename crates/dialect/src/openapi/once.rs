//! Operations that are carried out once, however often they are sent (`Idempotency-Key`). They read alike in every dialect.

use super::operation::Operation;
use super::parameter::Parameter;
use super::schema;

/// 1 to 255 characters, in double quotes or not; see [`crate::once::key`].
const KEY: &str = r#"^([!#-~][!-~]{0,254}|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#;

impl Operation {
    /// An operation that creates something, once for each key.
    #[must_use]
    pub fn once(self) -> Self {
        let about = "Names the request: who sends it again under the same name, within 24 hours, gets the first answer again and \
            changes nothing. It must be the same request, a password aside.";
        let key = schema::with(schema::string(), "pattern", KEY);
        self.parameter(Parameter::header("Idempotency-Key", key).about(about))
    }
}
