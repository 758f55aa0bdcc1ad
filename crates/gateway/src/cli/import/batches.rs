//! Reads lines on a thread of its own, ahead of those that are being written.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use users::import::{Batch, Note, Problem, Reader, Refusal};

use super::lines::{Found, LONGEST, Lines};
use super::pace::Pace;
use super::source::Input;
use crate::exit::Failure;

/// How many batches wait to be written at most.
const AHEAD: usize = 1;

/// The most bytes of a batch's lines, unless a single one has more.
const BYTES: u64 = 4 << 20;

/// The batches of a file, in order; the last one says that it is.
pub struct Batches(Receiver<io::Result<Batch>>);

/// Begins to read, behind what the note tells of.
pub fn read(input: Input, reader: Reader, behind: &Note, pace: Pace) -> Result<Batches, Failure> {
    let (send, receive) = mpsc::sync_channel(AHEAD);
    let lines = Lines::behind(input, behind.lines, behind.offset);
    // Nobody waits for its end: standard input may have none.
    thread::Builder::new()
        .name("line reader".to_owned())
        .spawn(move || send_all(lines, &reader, &pace, &send))
        .map_err(|error| Failure::No(format!("no thread can be started: {error}")))?;
    Ok(Batches(receive))
}

impl Batches {
    /// The next one. There is none behind the last.
    pub fn next(&self) -> Result<Batch, Failure> {
        match self.0.recv() {
            Ok(Ok(batch)) => Ok(batch),
            Ok(Err(error)) => Err(Failure::No(format!("the lines cannot be read: {error}"))),
            Err(mpsc::RecvError) => Err(Failure::No("the lines could not be read to their end".to_owned())),
        }
    }
}

fn send_all(mut lines: Lines<Input>, reader: &Reader, pace: &Pace, send: &SyncSender<io::Result<Batch>>) {
    loop {
        let batch = next(&mut lines, reader, pace.lines());
        let goes_on = batch.as_ref().is_ok_and(|batch| !batch.is_last);
        // Who does not listen any more has failed, and says why.
        if send.send(batch).is_err() || !goes_on {
            return;
        }
    }
}

fn next(lines: &mut Lines<Input>, reader: &Reader, most: usize) -> io::Result<Batch> {
    let (mut batch, mut line, start) = (Batch::default(), Vec::new(), lines.offset);
    while batch.candidates.len() + batch.refusals.len() < most && lines.offset - start < BYTES {
        match lines.next_into(&mut line)? {
            Found::End => {
                batch.is_last = true;
                break;
            }
            Found::TooLong => {
                let problem = Problem::of_line(format!("is longer than {LONGEST} bytes"));
                batch.refusals.push(Refusal { line: lines.number, problems: vec![problem] });
            }
            Found::Line if line.iter().all(u8::is_ascii_whitespace) => {}
            Found::Line => match reader.read(lines.number, &line) {
                Ok(candidate) => batch.candidates.push(candidate),
                Err(refusal) => batch.refusals.push(refusal),
            },
        }
    }
    (batch.lines, batch.offset) = (lines.number, lines.offset);
    Ok(batch)
}
