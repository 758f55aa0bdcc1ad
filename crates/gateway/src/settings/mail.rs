//! `[mail]`

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Uri;
use lettre::message::Mailbox;

use super::raw;
use super::read::Reader;
use crate::mail::{Server, Templates};

/// The longest that an attempt may take: then others wait for nothing but it.
const LONGEST: Duration = Duration::from_secs(600);

/// How mail is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct MailSettings {
    /// Where it goes.
    pub transport: Transport,
    /// Whom it is from.
    pub sender: Mailbox,
    /// Where the pages of this server are for those who get mail, without a slash at its end.
    pub public_url: String,
    /// What it says.
    pub templates: Arc<Templates>,
}

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// To a mail server.
    Smtp(SmtpSettings),
    /// Into a folder.
    File(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How nobody listens.
    pub security: Security,
    /// How to sign in there, if that is wanted.
    pub login: Option<Login>,
    /// How long an attempt may take as a whole.
    pub timeout: Duration,
    /// Certificates (PEM) of authorities that are trusted besides those that everybody trusts.
    pub certificates: Option<String>,
}

/// How to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// As whom.
    pub username: String,
    /// With what.
    pub password: Secret,
}

/// What is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whom it is meant for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// How a conversation with a server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// By TLS from the first byte.
    Tls,
    /// By TLS after a few words; without it nothing is sent.
    StartTls,
    /// Not at all: it stays on this machine.
    None,
}

impl Security {
    /// The usual port.
    fn port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        }
    }
}

/// Whether there is a folder, or nothing is in the way of one. Whether it can be written to is found out by writing.
fn can_be_folder(path: &Path) -> bool {
    let is_there = path.ancestors().find(|part| part.exists());
    !path.as_os_str().is_empty() && is_there.is_none_or(Path::is_dir)
}

/// Reads the section. `None` inside if mail is off.
pub fn mail(reader: &mut Reader<'_>, raw: &raw::Mail) -> Option<Option<MailSettings>> {
    let transport = match raw.transport.as_str() {
        "off" => return Some(None),
        "smtp" => smtp(reader, raw).map(Transport::Smtp),
        "file" => {
            let folder = Some(PathBuf::from(&raw.folder)).filter(|folder| can_be_folder(folder));
            reader
                .require("mail.folder", folder, "the path of a folder, or of one that can be made")
                .map(Transport::File)
        }
        _ => reader.require("mail.transport", None, "\"smtp\", \"file\" or \"off\""),
    };
    let form = "an address, such as Example <accounts@example.com>, since mail.transport is not off";
    let sender = reader.require("mail.sender", sender(&raw.sender), form);
    let form = "where those who get mail find this server, such as https://accounts.example.com, without ? and #, since mail.transport is not off";
    let public_url = reader.require("mail.public_url", public_url(&raw.public_url), form);
    let public_url = public_url.filter(|url| {
        let is_safe = is_safe(url);
        if !is_safe {
            let message = "must begin with https:// where it is not this machine (localhost, 127.0.0.1, ::1): links that let in whoever \
                reads them, and passwords, would be sent in clear";
            reader.problem("mail.public_url", message);
        }
        is_safe
    });
    let templates = templates(reader, &raw.templates);
    Some(Some(MailSettings {
        transport: transport?,
        sender: sender?,
        public_url: public_url?,
        templates: Arc::new(templates?),
    }))
}

fn smtp(reader: &mut Reader<'_>, raw: &raw::Mail) -> Option<SmtpSettings> {
    let host = Some(raw.host.clone()).filter(|host| is_host(host));
    let form = "the name of a mail server or its address, without a port, since mail.transport is smtp";
    let host = reader.require("mail.host", host, form);
    let security = match raw.security.as_str() {
        "tls" => Some(Security::Tls),
        "starttls" => Some(Security::StartTls),
        "none" => Some(Security::None),
        _ => None,
    };
    let security = reader.require("mail.security", security, "\"tls\", \"starttls\" or \"none\"");
    if security == Some(Security::None) && host.as_deref().is_some_and(|host| !is_here(host)) {
        let message = "must be \"tls\" or \"starttls\" where mail.host is not this machine (localhost, 127.0.0.1, ::1): \
            links that let in whoever reads them would be sent in clear";
        reader.problem("mail.security", message);
        return None;
    }
    let port = u16::try_from(raw.port).ok();
    let port = reader.require("mail.port", port, "a port, or 0 for the usual one");
    let timeout = reader.time("mail.timeout", &raw.timeout).filter(|timeout| *timeout <= LONGEST);
    let timeout = reader.require("mail.timeout", timeout, "a time of at most 10m");
    let login = login(reader, raw);
    let certificates = file(reader, "mail.ca_file", &raw.ca_file);
    let (security, port) = (security?, port?);
    let settings = SmtpSettings {
        host: host?,
        port: if port == 0 { security.port() } else { port },
        security,
        login: login?,
        timeout: timeout?,
        certificates: certificates?,
    };
    // What it stands on is looked at now, and not when the first mail is to be sent.
    if let Err(error) = Server::new(settings.clone()) {
        reader.problem("mail.ca_file", error);
        return None;
    }
    Some(settings)
}

/// Whether a name or an address is written there, and nothing besides.
fn is_host(text: &str) -> bool {
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    !text.is_empty() && (is_name(text) || text.parse::<IpAddr>().is_ok())
}

/// Whether what is sent there stays on this machine.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn login(reader: &mut Reader<'_>, raw: &raw::Mail) -> Option<Option<Login>> {
    let from_file = file(reader, "mail.password_file", &raw.password_file)?;
    if from_file.is_some() && !raw.password.is_empty() {
        reader.problem("mail.password_file", "must be empty where mail.password is set: there is one password");
        return None;
    }
    // An editor puts a line break at the end of a file.
    let from_file = from_file.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
    let password = from_file.unwrap_or_else(|| raw.password.clone());
    match (raw.username.is_empty(), password.is_empty()) {
        (true, true) => Some(None),
        (false, false) => Some(Some(Login { username: raw.username.clone(), password: Secret(password) })),
        (false, true) => reader.require("mail.password", None, "set, or mail.password_file, where mail.username is"),
        (true, false) => reader.require("mail.username", None, "set where a password is"),
    }
}

/// The text of a file, if one is named.
fn file(reader: &mut Reader<'_>, key: &str, path: &str) -> Option<Option<String>> {
    if path.is_empty() {
        return Some(None);
    }
    match fs::read_to_string(path) {
        Ok(text) => Some(Some(text)),
        Err(error) => {
            reader.problem(key, format!("cannot be read: {error}"));
            None
        }
    }
}

fn sender(text: &str) -> Option<Mailbox> {
    let is_plain = |mailbox: &Mailbox| mailbox.email.to_string().is_ascii() && !text.contains(char::is_control);
    text.parse().ok().filter(is_plain)
}

/// A link is this and a path behind it.
fn public_url(text: &str) -> Option<String> {
    let is_written = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#?@".contains(&byte));
    let uri: Uri = text.parse().ok().filter(|_| is_written)?;
    let has_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    let steps = uri.path().split('/').any(|part| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part == "." || part == ".."
    });
    (has_scheme && has_host && !steps).then(|| text.trim_end_matches('/').to_owned())
}

/// Whether what is sent there is encrypted, or stays on this machine.
fn is_safe(url: &str) -> bool {
    let is_here = |uri: &Uri| uri.host().is_some_and(|host| is_here(host.trim_matches(['[', ']'])));
    url.parse().is_ok_and(|uri: Uri| uri.scheme_str() == Some("https") || is_here(&uri))
}

fn templates(reader: &mut Reader<'_>, folder: &str) -> Option<Templates> {
    match Templates::read(Some(folder).filter(|folder| !folder.is_empty()).map(Path::new)) {
        Ok(templates) => Some(templates),
        Err(faults) => {
            faults.iter().for_each(|fault| reader.problem("mail.templates", fault));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for (text, expected) in [
            ("https://a.example.com", "https://a.example.com"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://a.example.com/accounts/", "https://a.example.com/accounts"),
            ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        ] {
            assert_eq!(public_url(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "/",
            "a.example.com",
            "ftp://a.example.com",
            "https://",
            "https:///x",
            "https://user:hush@a.example.com",
            "https://a.example.com/?x",
            "https://a.example.com/#x",
            "https://a.example.com/a/../b",
            "https://a.example.com/%2E%2e/b",
            "https://a.example.com/./b",
            "https://a.example.com/a b",
            "https://a.example.com/\r\nX: y",
            "https://a.example.com/<b>",
            "javascript:alert(1)",
        ] {
            assert_eq!(public_url(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn links_are_encrypted_unless_they_stay_here() {
        for safe in ["https://a.example.com", "http://127.0.0.1:8080", "http://LOCALHOST/x", "http://[::1]:8080"] {
            assert!(is_safe(safe), "{safe}");
        }
        for clear in
            ["http://a.example.com", "http://10.0.0.1:8080", "http://localhost.example.com", "http://[2001:db8::1]/"]
        {
            assert!(!is_safe(clear), "{clear}");
        }
    }

    #[test]
    fn hosts() {
        for host in
            ["mail.example.com", "localhost", "xn--bcher-kva.example", "my_mail", "10.0.0.1", "::1", "2001:db8::1"]
        {
            assert!(is_host(host), "{host}");
        }
        for wrong in
            ["", "mail.example.com:587", "https://mail.example.com", "mail/x", "[::1]", "a b", "a@b", "bücher.example"]
        {
            assert!(!is_host(wrong), "{wrong}");
        }
    }

    #[test]
    fn senders() {
        for text in
            ["Example <accounts@example.com>", "accounts@example.com", "\"A, B\" <a@example.com>", "É <a@example.com>"]
        {
            assert!(sender(text).is_some(), "{text}");
        }
        for wrong in
            ["", "Example", "a@b@c", "a@example.com, b@example.com", "é@example.com", "A\r\nBcc: x <a@example.com>"]
        {
            assert!(sender(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn this_machine() {
        for here in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"] {
            assert!(is_here(here), "{here}");
        }
        for away in ["localhost.example.com", "10.0.0.1", "mail", "0.0.0.0", ""] {
            assert!(!is_here(away), "{away}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", Secret("hush".to_owned())).contains("hush"));
    }
}
