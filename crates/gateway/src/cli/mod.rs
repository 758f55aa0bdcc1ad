//! The command line.

mod audit;
mod brownout;
mod check;
mod clients;
mod copy;
mod export;
mod import;
mod init;
mod key;
mod mail;
mod map;
mod member;
mod migrate;
mod openapi;
mod output;
mod part;
mod password;
mod plan;
mod progress;
mod reload;
mod routes;
mod running;
mod serve;
mod translate;
mod user;
mod workspace;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use storage::OpenError;
use users::Operator;
use users::audit::Occasion;

use crate::exit::{self, Failure, Outcome};
use crate::settings::{CONFIG_VARIABLE, Problem, Settings};
use crate::store::{Installation, InstallationError, Store};

/// One user directory, spoken to in several API dialects.
///
/// A first start: `diglot init` makes the store, an administrator and its key, `diglot serve` serves them.
///
/// Every command ends with 0 if it was done, 1 if the answer is no, 2 if the command line or the settings are wrong.
#[derive(Debug, Parser)]
#[command(name = "diglot", version, max_term_width = 100)]
pub struct Cli {
    /// A file with settings; the built-in ones hold where it says nothing
    #[arg(long, global = true, env = CONFIG_VARIABLE, hide_env_values = true, value_name = "FILE")]
    config: Option<OsString>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    /// Make the store, the first workspace, the administrator and its key, which is shown once
    Init(init::Init),
    /// Bring the store up to date
    Migrate(migrate::Migrate),
    Copy(copy::Copy),
    Import(import::Import),
    /// Workspaces, the tenants
    #[command(subcommand)]
    Workspace(workspace::Workspace),
    /// Who is in which workspace
    #[command(subcommand)]
    Member(member::Member),
    /// The keys that clients present
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Clients(clients::Clients),
    Audit(audit::Audit),
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Users, beyond what the API offers
    #[command(subcommand)]
    User(user::User),
    Openapi(openapi::Openapi),
    Map(map::Map),
    Translate(translate::Translate),
    Routes(routes::Routes),
    Check(check::Check),
    Plan(plan::Plan),
    Reload(reload::Reload),
    /// Take operations away for a short time, so that whoever still depends on them notices
    #[command(subcommand)]
    Brownout(brownout::Brownout),
    /// Write configurations of other programs
    #[command(subcommand)]
    Export(export::Export),
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, Args)]
struct Form {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let words = words(&matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    exit::conclude(&run(cli, words))
}

/// The words of the command that was given.
fn words(matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut within = matches;
    while let Some((word, deeper)) = within.subcommand() {
        words.push(word);
        within = deeper;
    }
    words.join(" ")
}

fn run(cli: Cli, words: String) -> Outcome {
    let context = Context { config: cli.config, words };
    match cli.command {
        Command::Serve(command) => command.run(&context),
        Command::Init(command) => command.run(&context),
        Command::Migrate(command) => command.run(&context),
        Command::Copy(command) => command.run(&context),
        Command::Import(command) => command.run(&context),
        Command::Workspace(command) => command.run(&context),
        Command::Member(command) => command.run(&context),
        Command::Key(command) => command.run(&context),
        Command::Clients(command) => command.run(&context),
        Command::Audit(command) => command.run(&context),
        Command::Mail(command) => command.run(&context),
        Command::User(command) => command.run(&context),
        Command::Openapi(command) => command.run(&context),
        Command::Map(command) => command.run(&context),
        Command::Translate(command) => command.run(&context),
        Command::Routes(command) => command.run(&context),
        Command::Check(command) => command.run(&context),
        Command::Plan(command) => command.run(&context),
        Command::Reload(command) => command.run(&context),
        Command::Brownout(command) => command.run(&context),
        Command::Export(command) => command.run(&context),
    }
}

/// What all commands begin with.
#[derive(Clone)]
struct Context {
    config: Option<OsString>,
    /// The words of the command.
    words: String,
}

impl Context {
    /// The file with settings, if there is one.
    fn file(&self) -> Option<&Path> {
        // An empty variable is none.
        self.config.as_deref().filter(|path| !path.is_empty()).map(Path::new)
    }

    fn settings(&self) -> Result<Settings, Failure> {
        Settings::load(self.file(), std::env::vars_os()).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// Something is wrong with a key, as is found only when it is used.
    fn problem(&self, key: String, message: String) -> Problem {
        let place = Settings::place(self.file(), std::env::vars_os(), &key);
        Problem { key, place, message }
    }

    /// The occasion of what this command changes.
    fn occasion(&self) -> Occasion {
        Occasion::command(&self.words)
    }

    /// The operator of the installation that is there.
    fn operator(&self) -> Result<Operator<Store>, Failure> {
        Ok(self.installation()?.operator().on(self.occasion()))
    }

    /// The installation that is there; none is made.
    fn installation(&self) -> Result<Installation, Failure> {
        Ok(Installation::existing(&self.settings()?)?)
    }
}

impl From<InstallationError> for Failure {
    fn from(error: InstallationError) -> Self {
        match error {
            error @ InstallationError::Open(OpenError::Untrusted { .. }) => Failure::Usage(error.to_string()),
            error @ InstallationError::Open(_) => Failure::No(error.to_string()),
            InstallationError::Store(error) => error.into(),
        }
    }
}
