//! A user as somebody shows it, which is worth keeping: to make it costs more than to find it.

use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::error::Result;
use crate::user::User;
use crate::version::Version;

/// A way to show a user.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Differs from the names of all other ways in this process.
    pub name: &'static str,
    /// Makes the text, in JSON: the same from the same record, whoever asks.
    pub render: &'a (dyn Fn(&User) -> Result<Box<RawValue>> + Send + Sync),
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("View").field(&self.name).finish()
    }
}

/// A user as it was shown.
#[derive(Clone)]
pub struct Shown {
    /// Which state of the record that is.
    pub version: Version,
    /// The text.
    pub text: Arc<RawValue>,
}

impl Shown {
    /// The user in this view.
    ///
    /// # Errors
    /// What the view says.
    pub fn of(user: &User, view: View<'_>) -> Result<Self> {
        Ok(Self { version: user.version(), text: (view.render)(user)?.into() })
    }
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.text.get() == other.text.get()
    }
}

/// Personal data stays out of logs.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("version", &self.version).finish_non_exhaustive()
    }
}
