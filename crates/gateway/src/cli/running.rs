//! Speaking to servers that run.

use serde_json::{Value, json};

use super::{Context, Form, output};
use crate::control::{self, AskError, Question};
use crate::exit::{Failure, Outcome};
use crate::settings::Settings;

/// What a server has said.
pub struct Told {
    /// Which one, if that is known.
    pub pid: Option<u32>,
    /// Whether it has done what it was asked.
    pub done: bool,
    /// What came of it.
    pub result: Value,
}

impl Told {
    /// Why it has not done it, for people.
    pub fn refusal(&self) -> Option<String> {
        let reason = output::words(&self.result["reason"]);
        match self.pid {
            _ if self.done => None,
            Some(pid) => Some(format!("Process {pid} refuses: {reason}")),
            None => Some(reason),
        }
    }
}

/// Asks all servers that these settings lead to.
pub fn tell(context: &Context, question: &Question) -> Result<Vec<Told>, Failure> {
    // A server is to be found, and to say what is wrong, also where the settings are wrong by now.
    let (setting, database) = Settings::control(context.file(), std::env::vars_os());
    let sockets = control::sockets(&setting, database.as_deref());
    if sockets.is_empty() {
        // Where the settings lead to no server because they are wrong, that is what is to be told.
        context.settings().map_err(|error| Failure::No(error.to_string()))?;
        let advice =
            "by these settings a server has no control socket: set server.control, or send it SIGHUP to have it reload";
        return Err(Failure::No(advice.to_owned()));
    }
    let (mut told, mut nobody) = (Vec::new(), None);
    for path in sockets {
        match control::ask(&path, question) {
            Ok(reply) => told.push(Told { pid: Some(reply.pid), done: reply.done, result: reply.result }),
            // A process that was killed leaves its socket behind.
            Err(error @ AskError::Nobody(_)) => nobody = nobody.or(Some(error)),
            // The others are to be asked all the same, and what they say is to be told.
            Err(error @ AskError::Io { .. }) => {
                told.push(Told { pid: None, done: false, result: json!({"reason": error.to_string()}) });
            }
        }
    }
    match nobody {
        Some(error) if told.is_empty() => Err(Failure::No(error.to_string())),
        Some(_) | None => Ok(told),
    }
}

/// Prints what was said.
pub fn print(form: Form, told: &[Told], text: &str) -> Outcome {
    let servers = told.iter().map(|Told { pid, done, result }| {
        let mut object = result.clone();
        object["pid"] = json!(pid);
        object["done"] = json!(done);
        object
    });
    output::result(form, &json!({"servers": servers.collect::<Vec<_>>()}), text)
}
