//! `diglot mail test`

use clap::Args;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use users::Email;
use users::ports::{Clock, Randomness};

use super::super::{Context, Form, output};
use super::OFF;
use crate::environment::{SystemClock, SystemRandomness};
use crate::exit::{Failure, Outcome};
use crate::mail::{Carrier, Content, Mail};

/// Send a mail to try whether mail works, now, by the settings, and tell what happened
///
/// The exit code is 0 if the mail server has taken the mail (or the file was written), and 1 if not; then what the server said is
/// printed. Nothing is kept of it, and no store is needed.
#[derive(Debug, Args)]
pub struct Test {
    /// Whom to send it to
    #[arg(value_parser = address)]
    address: Email,
    #[command(flatten)]
    form: Form,
}

fn address(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.to_string())
}

impl Test {
    pub fn run(self, context: &Context) -> Outcome {
        let Some(settings) = context.settings()?.mail else {
            return Err(Failure::No(format!("{OFF}: set mail.transport")));
        };
        let carrier = Carrier::new(&settings).map_err(|error| Failure::Usage(format!("mail: {error}")))?;
        let text = format!("This mail shows that {} can send mail.\n", settings.public_url);
        let html = format!("<!DOCTYPE html>\n<p>This mail shows that {} can send mail.</p>\n", settings.public_url);
        let content = Content { subject: "A test".to_owned(), text, html };
        let id = SystemRandomness.uuid().hyphenated().to_string();
        let unsent = |failure: &dyn std::fmt::Display| Failure::No(format!("the mail was not sent: {failure}"));
        let mail = Mail::write(&id, &settings.sender, &self.address, "", content, SystemClock.now());
        let mail = mail.map_err(|failure| unsent(&failure))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::No(format!("cannot start: {error}")))?;
        let delivered = runtime.block_on(carrier.deliver(&mail, &CancellationToken::new()));
        let delivery = delivered.map_err(|failure| unsent(&failure))?;
        let object = json!({"message_id": id, "delivery": delivery.to_string()});
        output::result(self.form, &object, &format!("The mail was sent: {delivery}"))
    }
}
