//! `diglot export`

use clap::{Args, Subcommand};

use super::{Context, output};
use crate::exit::{Failure, Outcome};
use crate::nginx::{self, Process};
use crate::settings::{Host, Only, Settings};

#[derive(Debug, Subcommand)]
pub enum Export {
    Nginx(Nginx),
}

impl Export {
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Export::Nginx(command) => command.run(context),
        }
    }
}

/// Write an nginx configuration that spreads the operations over several processes
///
/// Each process is named by its address and by what it serves, as `diglot serve --only` takes it;
/// one that several serve is shared between them. By host, prefix, header, method and path, each
/// request goes to a process that serves it. What nobody serves is answered as one process with
/// all operations would answer it. The configuration follows from the settings: write it anew
/// when routes, hosts or prefixes change.
///
///     diglot export nginx --process '127.0.0.1:8081=maisa.*' --process '127.0.0.1:8082=mechamental.*' > diglot.conf
///     DIGLOT_SERVER__BIND=127.0.0.1:8081 diglot serve --only 'maisa.*'
///     DIGLOT_SERVER__BIND=127.0.0.1:8082 diglot serve --only 'mechamental.*'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Nginx {
    /// The address of a process and what it serves: ADDRESS=OPERATION,OPERATION…, with patterns such as maisa.*; again for each
    #[arg(long = "process", value_name = "ADDRESS=OPERATIONS", required = true)]
    processes: Vec<String>,
    /// What nginx listens on, as its `listen` takes it
    #[arg(long, value_name = "LISTEN", default_value = "443 ssl")]
    listen: String,
}

impl Nginx {
    fn run(self, context: &Context) -> Outcome {
        let settings = context.settings()?;
        let wrong = |error| Failure::Usage(format!("--process: {error}"));
        let processes: Vec<Process> =
            self.processes.iter().map(|text| process(text, &settings)).collect::<Result<_, _>>().map_err(wrong)?;
        if let Some(twice) = twice(&processes) {
            return Err(Failure::Usage(format!(
                "--process: {twice} is named twice; one process is named once, with all that it serves"
            )));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " .:[]=_/*-".contains(c);
        if self.listen.is_empty() || !self.listen.chars().all(is_plain) {
            return Err(Failure::Usage("--listen: must be such as 443 ssl or 127.0.0.1:8080".to_owned()));
        }
        output::text(&nginx::front(&settings, &processes, &self.listen).map_err(Failure::Usage)?)
    }
}

/// An address that two processes have.
fn twice(processes: &[Process]) -> Option<&str> {
    let later = |n: usize, address: &str| processes[n + 1..].iter().any(|process| process.address == address);
    let found = processes.iter().enumerate().find(|(n, process)| later(*n, &process.address));
    found.map(|(_, process)| process.address.as_str())
}

fn process(text: &str, settings: &Settings) -> Result<Process, String> {
    let form = || format!("{text} must be such as 127.0.0.1:8081=maisa.*");
    let (address, patterns) = text.split_once('=').ok_or_else(form)?;
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Host::parse(address).filter(|_| has_port).ok_or_else(form)?;
    let patterns: Vec<String> = patterns.split(',').map(|pattern| pattern.trim().to_owned()).collect();
    Ok(Process { address: address.to_owned(), only: Only::parse(&patterns, &settings.routes.names())? })
}
