//! What became of a wish for other settings.

use serde_json::{Value, json};

use super::Step;

/// What became of it.
#[derive(Debug)]
pub enum Verdict {
    /// The new settings are in force, but for what needs a restart.
    Done(Step),
    /// They are wrong, and those before are still in force. All that is wrong.
    Refused(String),
}

impl Verdict {
    /// As an object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Verdict::Done(step) => {
                let mut object = step.to_json();
                object["reloaded"] = true.into();
                object
            }
            Verdict::Refused(why) => json!({"reloaded": false, "reason": why}),
        }
    }
}
