//! Who brings mails where they go.

use std::fmt;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::file::Folder;
use super::message::Mail;
use super::smtp::{Outcome, Server};
use crate::settings::{MailSettings, Transport};

/// Who brings mails where they go.
pub enum Carrier {
    /// A mail server.
    Server(Box<Server>),
    /// A folder.
    Folder(Folder),
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A server has taken it, and said this.
    Taken(String),
    /// It lies there.
    Written(PathBuf),
    /// It was broken off, since the program stops.
    Stopped,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delivery::Taken(words) => write!(f, "the server said {words}"),
            Delivery::Written(path) => write!(f, "it is in {}", path.display()),
            Delivery::Stopped => f.write_str("it was broken off"),
        }
    }
}

impl Carrier {
    /// Of these settings.
    ///
    /// # Errors
    /// Says what cannot be used.
    pub fn new(settings: &MailSettings) -> Result<Self, String> {
        match &settings.transport {
            Transport::Smtp(smtp) => Server::new(smtp.clone()).map(|server| Self::Server(Box::new(server))),
            Transport::File(folder) => Ok(Self::Folder(Folder::new(folder.clone()))),
        }
    }

    /// Brings a mail where it goes.
    ///
    /// # Errors
    /// Says why it is not there.
    pub async fn deliver(&self, mail: &Mail, stop: &CancellationToken) -> Result<Delivery, Failure> {
        match self {
            Carrier::Server(server) => match server.deliver(mail, stop).await? {
                Outcome::Taken(words) => Ok(Delivery::Taken(words)),
                Outcome::Stopped => Ok(Delivery::Stopped),
            },
            Carrier::Folder(folder) => folder.put(mail).await.map(Delivery::Written),
        }
    }
}
