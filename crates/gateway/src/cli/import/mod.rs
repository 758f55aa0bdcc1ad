//! `diglot import`

mod batches;
mod lines;
mod pace;
mod progress;
mod refusals;
mod source;

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use users::import::{Batch, Counts, Note, Seen};
use users::{Operator, OperatorError};

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::store::{Installation, Store};
use pace::Pace;
use progress::Display;
use refusals::Refusals;
use source::Source;

/// How often it looks whether the index is done.
const LOOKS: Duration = Duration::from_millis(20);

/// How long it waits for the index where that does not grow.
const PATIENCE: Duration = Duration::from_secs(10);

/// Add the users of a file, a line of JSON each
///
/// A line is an object with `email` and, as far as they are known, `user_id` (a UUID; else one is made), `username` (else made from
/// the address), `full_name`, `password_hash` (bcrypt: $2a$, $2b$ or $2y$, of a cost up to 14), `roles`, `status` (or `is_active`), `is_verified`,
/// `workspaces` (a list of ids), `default_workspace_id`, `department`, `avatar_url`, `bio`, `timezone`, `locale`, `auth_provider`,
/// `preferences`, `settings`, `metadata`, `created_at`, `updated_at` and `last_login` (RFC 3339). For instance
///
/// {"email": "lin@example.com", "username": "lin", "roles": ["user"], "workspaces": ["01a2004b-4dc5-76a5-a6a4-5a1e08c55b0b"]}
///
/// A line that is wrong, or whose id, address or username somebody has already, is not applied but reported as
/// FILE:LINE: FIELD: REASON on standard error; all others are. Nothing that is there is ever changed.
///
/// When it was interrupted, the same command goes on where it was. A server may run meanwhile. When all lines are written, it fills the
/// index of searches. Who does not want to wait for that may interrupt it then, and not repeat it: the next process that writes to the
/// store goes on with the index.
///
/// Ends with 0 if all lines were applied, with 1 if some were refused.
#[derive(Debug, Args)]
pub struct Import {
    /// The file; - for standard input, which cannot be gone on with
    file: PathBuf,
    /// Report what is wrong to this file instead, as lines of JSON
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Have users of lines that name no workspace join this one, by id
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// Say what would be refused, and change nothing (takes some 300 bytes of memory a line)
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    form: Form,
}

impl Import {
    pub fn run(self, context: &Context) -> Outcome {
        let mut source = Source::open(&self.file)?;
        let mut settings = context.settings()?;
        settings.database.bulk = !self.dry_run;
        let installation = Installation::existing(&settings)?;
        let operator = installation.operator().on(context.occasion());
        let reader = operator.import_reader(self.workspace.as_deref())?;
        if self.dry_run {
            source.forget_identity();
        }
        let found = match source.identity() {
            Some(file) => operator.import_note(file)?.unwrap_or_default(),
            None => Note::default(),
        };
        let mut refusals = Refusals::open(&self.file, self.errors.as_deref(), &found)?;
        let mut display = Display::new(source.length(), &found);
        if found.lines > 0 {
            display.say(&format!("going on behind line {}, where an earlier attempt ended", found.lines));
            display.aside(|| refusals.report(&found.last))?;
        }
        source.skip_to(found.offset)?;
        let mut work = Work { operator, seen: self.dry_run.then(Seen::default), source: &source, note: found.clone() };
        let pace = Pace::new();
        let batches = batches::read(source.reader()?, reader, &found, pace.clone())?;
        loop {
            let batch = batches.next()?;
            let is_last = batch.is_last;
            let began = Instant::now();
            work.apply(batch)?;
            pace.took(began.elapsed());
            display.aside(|| refusals.report(&work.note.last))?;
            display.show(&work.note);
            if is_last {
                break;
            }
            pace.rest();
        }
        if !self.dry_run {
            wait_for_index(&installation, &mut display);
        }
        drop(display);
        self.conclude(&found, &work.note)
    }

    fn conclude(&self, found: &Note, done: &Note) -> Outcome {
        let Counts { applied, refused } = done.counts;
        let object = json!({
            "lines": done.lines,
            "applied": applied,
            "refused": refused,
            "lines_found": found.lines,
            "dry_run": self.dry_run,
        });
        let (are, would) = if self.dry_run { ("would be", "; nothing was changed") } else { ("were", "") };
        let text = format!("{} lines: {applied} users {are} added, {refused} lines {are} refused{would}.", done.lines);
        output::result(self.form, &object, &text)?;
        match refused {
            0 => Ok(()),
            _ => Err(Failure::No(format!("{refused} lines {are} refused"))),
        }
    }
}

/// Waits until searches find the new users by their index. If it is interrupted, or another process holds the store, whoever writes to it
/// next goes on with that.
fn wait_for_index(installation: &Installation, display: &mut Display) {
    let mut last = (0, Instant::now());
    while let Some(done) = installation.index_under_way() {
        if done > last.0 {
            last = (done, Instant::now());
        } else if last.1.elapsed() > PATIENCE {
            display.say("the store is not free: the index of searches is left to whoever writes to it next");
            return;
        }
        display.show_index(done);
        sleep(LOOKS);
    }
}

/// An import under way.
struct Work<'a> {
    operator: Operator<Store>,
    /// What a dry run has seen.
    seen: Option<Seen>,
    source: &'a Source,
    note: Note,
}

impl Work<'_> {
    fn apply(&mut self, batch: Batch) -> Outcome {
        let file = self.source.identity();
        let done = match &mut self.seen {
            Some(seen) => self.operator.try_import(&self.note, &batch, seen).map_err(OperatorError::from),
            None => self.operator.import(file, &self.note, batch),
        };
        self.note = done.map_err(|error| self.stopped(error.into()))?;
        Ok(())
    }

    /// Says how to go on.
    fn stopped(&self, failure: Failure) -> Failure {
        let lines = self.note.lines;
        match self.source.identity() {
            Some(_) => {
                Failure::No(format!("{failure}; {lines} lines are done, and the same command goes on behind them"))
            }
            None => Failure::No(format!("{failure}; {lines} lines are done")),
        }
    }
}
