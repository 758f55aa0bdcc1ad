//! How far an import is: a bar on a terminal, a line now and then elsewhere. On standard error.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar};
use users::import::Note;

use crate::cli::progress::{self, INTERVAL, line};

const BAR: &str = "{msg} [{wide_bar}] {percent}%, {eta} left";
const SPINNER: &str = "{spinner} {msg}";

/// Shows how far an import is. What is not finished when it is dropped disappears from the terminal.
pub struct Display {
    bar: Option<ProgressBar>,
    length: Option<u64>,
    began: Instant,
    /// What an earlier attempt had done says nothing about how fast this one is.
    first: Note,
    last: Instant,
}

impl Display {
    /// Of a file of so many bytes, or of a stream, of which that much is done.
    pub fn new(length: Option<u64>, done: &Note) -> Self {
        let bar = stderr().is_terminal().then(|| bar(length, done.offset));
        let now = Instant::now();
        Self { bar, length, began: now, first: Note { last: Vec::new(), ..done.clone() }, last: now }
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        self.aside(|| line(text));
    }

    /// Does what writes to standard error.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Shows this.
    pub fn show(&mut self, note: &Note) {
        let rate = self.rate(note.lines - self.first.lines);
        match &self.bar {
            Some(bar) => {
                bar.set_message(format!("{} lines, {rate:.0}/s", note.lines));
                bar.set_position(note.offset);
            }
            None if self.last.elapsed() >= INTERVAL => {
                self.last = Instant::now();
                line(&format!("importing: {} lines, {rate:.0}/s{}", note.lines, self.rest(note)));
            }
            None => {}
        }
    }

    /// Shows how many entries of the index of searches there are by now.
    pub fn show_index(&mut self, entries: u64) {
        match &self.bar {
            Some(bar) => bar.set_message(format!("all lines written; {entries} entries of the index of searches")),
            None if self.last.elapsed() >= INTERVAL => {
                self.last = Instant::now();
                line(&format!("all lines are written; filling the index of searches: {entries} entries"));
            }
            None => {}
        }
    }

    fn rate(&self, done: u64) -> f64 {
        done as f64 / self.began.elapsed().as_secs_f64().max(f64::EPSILON)
    }

    fn rest(&self, note: &Note) -> String {
        let Some(length) = self.length.filter(|length| *length > 0) else { return String::new() };
        let left = length.saturating_sub(note.offset) as f64 / self.rate(note.offset - self.first.offset).max(1.0);
        let left = HumanDuration(Duration::from_secs_f64(left.min(1e9)));
        format!(", {}% of the file, about {left} left", note.offset * 100 / length)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(length: Option<u64>, done: u64) -> ProgressBar {
    let bar = progress::bar(length, if length.is_some() { BAR } else { SPINNER });
    bar.set_position(done);
    bar.reset_eta();
    bar
}
