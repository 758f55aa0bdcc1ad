//! What accounts are called.

use crate::attempts::Subject;
use crate::email::Email;
use crate::ports::Login;
use crate::text::fold;

/// What an account is called by whoever wants to sign in to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountName {
    /// By its e-mail address.
    Email(Email),
    /// By its username, in any case.
    Username(String),
}

impl AccountName {
    /// What it is looked for by.
    pub(super) fn key(&self) -> String {
        match self {
            AccountName::Email(email) => email.key().to_owned(),
            AccountName::Username(name) => fold(name),
        }
    }

    /// How a store is asked for it. `None` for what nobody can be called: not every store can be asked for U+0000.
    pub(super) fn login<'a>(&self, key: &'a str) -> Option<Login<'a>> {
        let login = match self {
            AccountName::Email(_) => Login::Email(key),
            AccountName::Username(_) => Login::Username(key),
        };
        (!key.contains('\0')).then_some(login)
    }

    /// To whom attempts are counted where there is no such account.
    pub(super) fn unknown(&self, key: &str) -> Subject {
        match self {
            AccountName::Email(_) => Subject::unknown_email(key),
            AccountName::Username(_) => Subject::unknown_username(key),
        }
    }
}
