//! A mail as it goes out.

use std::time::SystemTime;

use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use users::{Email, Timestamp};

use super::failure::{Blame, Failure};
use super::templates::Content;

const WRITING: &str = "writing the mail";

/// A mail as it goes out, to one recipient.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Tells it from all others, and is the same whenever it is sent again.
    pub id: String,
    /// Whom it is from.
    pub from: Address,
    /// Whom it is for.
    pub to: Address,
    /// Its text, headers and all.
    pub bytes: Vec<u8>,
}

impl Mail {
    /// Writes a mail. Its Message-ID is the id at the sender's domain.
    ///
    /// # Errors
    /// If the address cannot be written to.
    pub fn write(
        id: &str,
        sender: &Mailbox,
        to: &Email,
        name: &str,
        content: Content,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::new(Blame::MailForGood, WRITING, error.to_string());
        // The ASCII form of a domain is known to every server; what stands before the @-sign has only one form.
        // (Not looked at again, since the library refuses more than a mail server might. An address of the core ends no line.)
        let to = Address::new_dangerous(to.local_part(), to.ascii_domain());
        let envelope = Envelope::new(Some(sender.email.clone()), vec![to.clone()]).map_err(|error| failed(&error))?;
        let message = lettre::Message::builder()
            .envelope(envelope)
            .message_id(Some(format!("<{id}@{}>", sender.email.domain())))
            .date(SystemTime::from(now.utc()))
            .from(sender.clone())
            .to(Mailbox::new(Some(plain(name)).filter(|name| !name.trim().is_empty()), to.clone()))
            .subject(content.subject)
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(as_it_is(content.text)))
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(as_it_is(content.html))),
            )
            .map_err(|error| failed(&error))?;
        Ok(Self { id: id.to_owned(), from: sender.email.clone(), to, bytes: message.formatted() })
    }
}

/// The text as it is where a mail may have it so (RFC 5322 §2.1.1), so that people can copy the link out of a file; the library would
/// encode it as soon as a line is longer than 76 characters.
fn as_it_is(text: String) -> Body {
    Body::new_with_encoding(text.clone(), ContentTransferEncoding::SevenBit).unwrap_or_else(|_| Body::new(text))
}

/// A header of RFC 3834: nobody's holiday notice is wanted.
fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A name without anything that would end a line, or turn the text around it. (The core lets in no control characters. Here they would
/// do harm, so this does not rely on it.)
pub fn plain(name: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    name.chars().filter(|c| !turns(*c)).map(|c| if ends(c) { ' ' } else { c }).collect()
}
