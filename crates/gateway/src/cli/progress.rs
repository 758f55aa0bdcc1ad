//! How far a long command is: a bar on a terminal, a line now and then elsewhere. On standard error, so that the result stands
//! alone on standard output.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use storage::{Phase, Progress};

/// How often a line is written.
pub const INTERVAL: Duration = Duration::from_secs(5);

const BAR: &str = "{msg:21} [{wide_bar}] {human_pos} of {human_len} rows, {eta} left";

/// Shows how far a copy is. What is not finished when it is dropped disappears from the terminal.
pub enum Display {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines {
        /// When the last line was written.
        last: Option<Instant>,
    },
}

impl Display {
    /// As suits standard error.
    pub fn new() -> Self {
        if !stderr().is_terminal() {
            return Display::Lines { last: None };
        }
        Display::Bar(bar(None, BAR))
    }

    /// Shows this.
    pub fn show(&mut self, progress: Progress) {
        let Progress { phase, table, rows, total } = progress;
        let begins = table.is_empty();
        match self {
            Display::Bar(bar) => {
                if begins {
                    bar.reset();
                    bar.set_length(total);
                }
                bar.set_message(format!("{} {table}", verb(phase)));
                bar.set_position(rows);
                if begins {
                    // What an earlier attempt had copied says nothing about how fast this one is.
                    bar.reset_eta();
                }
            }
            Display::Lines { last } => {
                if begins || last.is_none_or(|last| last.elapsed() >= INTERVAL) {
                    *last = Some(Instant::now());
                    let what = format!("{} {table}", verb(phase));
                    line(&format!("{}: {rows} of {total} rows", what.trim_end()));
                }
            }
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Display::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn verb(phase: Phase) -> &'static str {
    match phase {
        Phase::Reading => "reading",
        Phase::Copying => "copying",
        Phase::Comparing => "comparing",
    }
}

/// A bar on standard error that looks like this. What its length is may turn out later, or never.
pub fn bar(length: Option<u64>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(error) => {
            tracing::warn!(%error, "the progress bar looks plain");
            bar
        }
    }
}

/// Whoever closed standard error does not want to know; the copy goes on.
pub fn line(text: &str) {
    if let Err(error) = writeln!(stderr(), "{text}") {
        tracing::debug!(%error, "a line of progress was not written");
    }
}
