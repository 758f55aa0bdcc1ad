//! Speaking to servers that run.

use serde_json::{Value, json};

use super::{Context, Form, output};
use crate::control::{self, AskError, Question};
use crate::exit::{Failure, Outcome};
use crate::settings::Settings;

/// What a server has said.
pub struct Told {
    /// Which one.
    pub pid: u32,
    /// Whether it has done what it was asked.
    pub done: bool,
    /// What came of it.
    pub result: Value,
}

/// Asks all servers that these settings lead to.
pub fn tell(context: &Context, question: &Question) -> Result<Vec<Told>, Failure> {
    // A server is to be found, and to say what is wrong, also where the settings are wrong by now.
    let (setting, database) = Settings::control(context.file(), std::env::vars_os());
    let sockets = control::sockets(&setting, database.as_deref());
    if sockets.is_empty() {
        let advice =
            "by these settings a server has no control socket: set server.control, or send it SIGHUP to have it reload";
        return Err(Failure::No(advice.to_owned()));
    }
    let (mut told, mut nobody) = (Vec::new(), None);
    for path in sockets {
        match control::ask(&path, question) {
            Ok(reply) => told.push(Told { pid: reply.pid, done: reply.done, result: reply.result }),
            // A process that was killed leaves its socket behind.
            Err(error @ AskError::Nobody(_)) => nobody = nobody.or(Some(error)),
            Err(error @ AskError::Io { .. }) => return Err(Failure::No(error.to_string())),
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
