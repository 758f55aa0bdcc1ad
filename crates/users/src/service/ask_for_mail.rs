//! Asking for a mail.

use std::time::Duration;

use super::Users;
use crate::attempts::{self, Limited};
use crate::email::Email;
use crate::error::Result;
use crate::ports::Store;

impl<S: Store> Users<S> {
    /// Counts the wish.
    ///
    /// # Errors
    /// As the store's; the inner one: how long to wait.
    pub fn ask_for_mail(&self, _: &Email, limited: Vec<Limited>) -> Result<Result<(), Duration>> {
        let now = self.environment.clock.now();
        self.store.write(move |tx| attempts::count(tx, &limited, now))
    }
}
