//! Giving a mail to a mail server (RFC 5321). Each mail has a connection of its own: one that waits in a pool may be gone when it is
//! needed, and one whose conversation was broken off would answer the next mail with what was meant for this one.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::failure::{Blame, Failure};
use super::message::Mail;
use crate::settings::{Security, SmtpSettings};

/// How long a mail may still take that is being transferred when the program is to stop. Broken off there, it may have arrived.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What is done last.
const SENDING: &str = "sending the text";

/// The one answer to a text by which a server takes responsibility for it.
const TAKEN: u16 = 250;

/// How a certificate begins in a file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// A mail server.
pub struct Server {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
}

/// How an attempt ended.
pub enum Outcome {
    /// The server has taken the mail, and said this.
    Taken(String),
    /// It was broken off, since the program stops.
    Stopped,
}

impl Server {
    /// The server of these settings.
    ///
    /// # Errors
    /// Says what is wrong with the certificates.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let tls = match settings.security {
            Security::None => None,
            Security::Tls | Security::StartTls => Some(tls(&settings)?),
        };
        let credentials = settings
            .login
            .as_ref()
            .map(|login| Credentials::new(login.username.clone(), login.password.reveal().to_owned()));
        Ok(Self { settings, tls, credentials })
    }

    /// Gives a mail to the server, within the time of the settings.
    pub async fn deliver(&self, mail: &Mail, stop: &CancellationToken) -> Result<Outcome, Failure> {
        let end = Instant::now() + self.settings.timeout;
        let late = |blame, step| move |_| Failure::new(blame, step, "the server takes too long");
        let begin = async {
            let connecting = timeout_at(end, self.connect()).await;
            let mut connection = connecting.map_err(late(Blame::Server, "speaking to the server"))??;
            let offered = timeout_at(end, offer(&mut connection, mail)).await;
            offered.map_err(late(Blame::Unclear, "offering the mail"))??;
            Ok::<_, Failure>(connection)
        };
        let mut connection = tokio::select! {
            begun = begin => begun?,
            () = stop.cancelled() => return Ok(Outcome::Stopped),
        };
        let stopped = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        tokio::select! {
            sent = timeout_at(end, connection.message(&mail.bytes)) => {
                let response = sent.map_err(late(Blame::Unclear, SENDING))?.map_err(|error| Failure::of(&error, SENDING, of_text))?;
                let (code, words) = (u16::from(response.code()), response.message().collect::<Vec<_>>().join(" "));
                if code != TAKEN {
                    // It is no answer to the text, perhaps one to something before it.
                    return Err(Failure::new(Blame::Unclear, SENDING, format!("the server says {code} {words}")));
                }
                // The mail is the server's now, whatever becomes of the farewell.
                let _: Result<(), _> = tokio::time::timeout(Duration::from_secs(1), connection.abort()).await;
                Ok(Outcome::Taken(format!("{code} {words}")))
            }
            () = stopped => Ok(Outcome::Stopped),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let SmtpSettings { host, port, security, timeout, .. } = &self.settings;
        let hello = ClientId::default();
        let failed = |step| move |error: lettre::transport::smtp::Error| Failure::of(&error, step, of_server);
        let at_once = self.tls.clone().filter(|_| *security == Security::Tls);
        let connecting =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(*timeout), &hello, at_once, None);
        let mut connection = connecting.await.map_err(failed("connecting"))?;
        if let Some(tls) = self.tls.clone().filter(|_| *security == Security::StartTls) {
            connection.starttls(tls, &hello).await.map_err(failed("beginning TLS"))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await.map_err(failed("signing in"))?;
        }
        Ok(connection)
    }
}

/// Goes as far as the server's wish to have the text.
async fn offer(connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Failure> {
    let mut parameters = Vec::new();
    if !mail.to.user().is_ascii() {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let words = "the server takes no such address (it has no SMTPUTF8)";
            return Err(Failure::new(Blame::MailForGood, "naming the recipient", words));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = From::new(Some(mail.from.clone()), parameters);
    connection.command(from).await.map_err(|error| Failure::of(&error, "naming the sender", of_server))?;
    let to = Rcpt::new(mail.to.clone(), Vec::new());
    connection.command(to).await.map_err(|error| Failure::of(&error, "naming the recipient", of_recipient))?;
    connection.command(Data).await.map_err(|error| Failure::of(&error, "offering the text", of_mail))?;
    Ok(())
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.certificates {
        // (The library takes a file without any for an empty list.)
        if !pem.contains(CERTIFICATE) {
            return Err(format!("has no certificate in it (\"{CERTIFICATE}\")"));
        }
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
        tls = tls.add_root_certificate(certificate);
    }
    tls.build_rustls().map_err(|error| error.to_string())
}

/// Before a recipient was named, no answer is about this mail.
fn of_server(_: Option<u16>) -> Blame {
    Blame::Server
}

/// Codes that speak of a mailbox are about this one; another refusal ("relay access denied", "authentication required") as a rule about
/// all of them, which the operator can mend.
fn of_recipient(code: Option<u16>) -> Blame {
    match code {
        Some(550..=553 | 556) => Blame::MailForGood,
        None | Some(500..=599) => Blame::Unclear,
        Some(_) => Blame::Mail,
    }
}

fn of_mail(code: Option<u16>) -> Blame {
    code.map_or(Blame::Unclear, |_| Blame::Mail)
}

/// Whoever has read the text and refuses it for good means this text.
fn of_text(code: Option<u16>) -> Blame {
    match code {
        None => Blame::Unclear,
        Some(500..) => Blame::MailForGood,
        Some(_) => Blame::Mail,
    }
}
