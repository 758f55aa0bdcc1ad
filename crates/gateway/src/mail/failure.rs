//! Why a mail was not delivered.

use std::fmt;

use lettre::transport::smtp;

/// The longest reason that is kept, in characters.
const LONGEST: usize = 400;

/// How the TLS library calls a greeting in clear.
const NO_TLS: &str = "InvalidContentType";

/// The server goes away.
const GOING: u16 = 421;

/// Whose fault it is that a mail was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The server's, or that of the way there: no mail would have been delivered now.
    Server,
    /// The server's or this mail's, which cannot be told: it broke off in the middle, or refused the recipient in words that it has for all.
    Unclear,
    /// This mail's, and perhaps not for ever.
    Mail,
    /// This mail's, and it would fail again.
    MailForGood,
}

/// Why a mail was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whose fault it is.
    pub blame: Blame,
    /// What was being done, in words that tell nothing of anybody; for the log.
    pub step: &'static str,
    /// The server's code, if it has answered.
    pub code: Option<u16>,
    /// What the server or the system says, for the operator. It may name an address.
    words: String,
}

impl Failure {
    /// A failure that no server has told.
    pub fn new(blame: Blame, step: &'static str, words: impl Into<String>) -> Self {
        Self { blame, step, code: None, words: clean(&words.into()) }
    }

    /// A failure at that step. `blame` says whose fault a code is; there is none if the server went away, without a word or with one.
    pub fn of(error: &smtp::Error, step: &'static str, blame: impl FnOnce(Option<u16>) -> Blame) -> Self {
        let code = error.status().map(u16::from);
        let blame = blame(code.filter(|code| *code != GOING));
        let mut words = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            // Many errors say what their cause says as well.
            let more = error.to_string();
            if !words.contains(&more) {
                words.push_str(&format!(": {more}"));
            }
            cause = error.source();
        }
        if words.contains(NO_TLS) {
            words.push_str(" (the server does not begin with TLS: should mail.security be \"starttls\"?)");
        }
        Self { blame, step, code, words: clean(&words) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.words)
    }
}

/// On one line, and not without end: a server can say what it likes.
fn clean(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_stays_on_a_line() {
        let failure = Failure::new(Blame::Server, "greeting", format!("no\r\nway{}", "!".repeat(1_000)));
        assert!(failure.to_string().starts_with("greeting: no  way!!!"));
        assert_eq!(failure.to_string().len(), "greeting: ".len() + LONGEST);
    }
}
