//! Adding candidates, or looking whether they could be: what collides, and what is not there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Candidate, Counts, FileIdentity, Note, Problem, Refusal};
use crate::audit::{About, Act, Action, Event};
use crate::error::Result;
use crate::id::WorkspaceId;
use crate::ports::{Enrolment, Lock, Reads, Tx};
use crate::service::{NAMING_ATTEMPTS, free_username, free_username_in};

const TAKEN: &str = "is taken";

/// Lines that are applied together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Those that can be read.
    pub candidates: Vec<Candidate>,
    /// Those that cannot.
    pub refusals: Vec<Refusal>,
    /// The lines of the file up to the end of this batch.
    pub lines: u64,
    /// Their bytes.
    pub offset: u64,
    /// Whether the file ends here.
    pub is_last: bool,
}

/// What became of a batch.
pub(crate) enum Outcome {
    /// It is done; this is how far the file is.
    Done(Note),
    /// Nothing was done: the note is not the one that was left there, so somebody else is at the same file.
    Disturbed,
}

/// Adds the users of a batch behind what `before` tells of, and replaces that note. A stream has none.
pub(crate) fn add(
    tx: &mut dyn Tx,
    file: Option<&FileIdentity>,
    before: &Note,
    batch: &Batch,
    act: &Act,
) -> Result<Outcome> {
    let fact = file.map(FileIdentity::fact);
    if let Some(fact) = &fact {
        tx.lock(Lock::Facts)?;
        let expected = (before.lines > 0).then(|| before.text());
        if tx.fact(fact)? != expected {
            return Ok(Outcome::Disturbed);
        }
    }
    let refusals = batch.refusals.clone();
    let mut adding = Adding { act, pending: Vec::new(), names: HashSet::new(), refusals, added: 0, events: Vec::new() };
    let mut workspaces = Workspaces::default();
    for candidate in &batch.candidates {
        let missing = workspaces.missing(tx, candidate)?;
        if missing.is_empty() { adding.take(tx, candidate)? } else { adding.refuse(candidate, missing) }
    }
    adding.flush(tx)?;
    tx.audit(&adding.events)?;
    let note = after(before, batch, adding.refusals, adding.added);
    match &fact {
        Some(fact) if batch.is_last => tx.remove_fact(fact)?,
        Some(fact) => tx.set_fact(fact, &note.text())?,
        None => {}
    }
    Ok(Outcome::Done(note))
}

fn after(before: &Note, batch: &Batch, mut refusals: Vec<Refusal>, added: u64) -> Note {
    refusals.sort_by_key(|refusal| refusal.line);
    let Counts { applied, refused } = before.counts;
    let counts = Counts { applied: applied + added, refused: refused + refusals.len() as u64 };
    Note { lines: batch.lines, offset: batch.offset, counts, last: refusals }
}

/// Which workspaces there are, asked once for each.
#[derive(Default)]
struct Workspaces(HashMap<WorkspaceId, bool>);

impl Workspaces {
    fn missing<R: Reads + ?Sized>(&mut self, reads: &mut R, candidate: &Candidate) -> Result<Vec<Problem>> {
        let mut missing = Vec::new();
        for id in &candidate.enrolment.workspaces {
            let is_there = match self.0.get(id) {
                Some(is_there) => *is_there,
                None => {
                    let is_there = reads.workspace(id)?.is_some();
                    self.0.insert(id.clone(), is_there);
                    is_there
                }
            };
            if !is_there {
                missing.push(Problem::no_workspace(id));
            }
        }
        Ok(missing)
    }
}

/// Candidates on their way into the store, in the order of their lines.
struct Adding<'a> {
    act: &'a Act,
    pending: Vec<(&'a Candidate, Cow<'a, Enrolment>)>,
    /// The keys of their usernames.
    names: HashSet<String>,
    refusals: Vec<Refusal>,
    added: u64,
    events: Vec<Event>,
}

impl<'a> Adding<'a> {
    fn refuse(&mut self, candidate: &Candidate, problems: Vec<Problem>) {
        self.refusals.push(Refusal { line: candidate.line, problems });
    }

    fn add(&mut self, enrolment: &Enrolment) {
        self.added += 1;
        self.events.push(self.act.event(Action::UserCreated, About::user(&enrolment.user)));
    }

    fn take(&mut self, tx: &mut dyn Tx, candidate: &'a Candidate) -> Result<()> {
        let mut enrolment = Cow::Borrowed(&candidate.enrolment);
        if !candidate.is_named {
            let mut name = free_username_in(tx, &enrolment.user.email)?;
            if self.names.contains(&name.key()) {
                // Whether that name is free is known once those before have theirs.
                self.flush(tx)?;
                name = free_username_in(tx, &enrolment.user.email)?;
            }
            enrolment.to_mut().user.username = name;
        }
        self.names.insert(enrolment.user.username.key());
        self.pending.push((candidate, enrolment));
        Ok(())
    }

    fn flush(&mut self, tx: &mut dyn Tx) -> Result<()> {
        self.names.clear();
        let pending = std::mem::take(&mut self.pending);
        let enrolments: Vec<&Enrolment> = pending.iter().map(|(_, enrolment)| enrolment.as_ref()).collect();
        let added = tx.enrol(&enrolments)?;
        for ((candidate, enrolment), added) in pending.iter().zip(added) {
            if added {
                self.add(enrolment.as_ref());
            } else {
                self.collide(tx, candidate, enrolment.as_ref().clone())?;
            }
        }
        Ok(())
    }

    /// Says what is taken. A name that was made for the user, and that another process was quicker to take, is made anew.
    fn collide(&mut self, tx: &mut dyn Tx, candidate: &Candidate, mut enrolment: Enrolment) -> Result<()> {
        for _ in 0..NAMING_ATTEMPTS {
            if !candidate.is_named {
                enrolment.user.username = free_username_in(tx, &enrolment.user.email)?;
            }
            let taken = taken(tx, &enrolment)?;
            if !taken.is_empty() {
                self.refuse(candidate, taken);
                return Ok(());
            }
            // Who had it is gone, or had the name that was made.
            if tx.enrol(&[&enrolment])? == [true] {
                self.add(&enrolment);
                return Ok(());
            }
        }
        self.refuse(candidate, vec![Problem::of("username", TAKEN)]);
        Ok(())
    }
}

/// What of this user another one has. Who had it may be gone by now.
fn taken<R: Reads + ?Sized>(reads: &mut R, enrolment: &Enrolment) -> Result<Vec<Problem>> {
    let user = &enrolment.user;
    let mut taken = Vec::new();
    if reads.user(&user.id)?.is_some() {
        taken.push("user_id");
    }
    if reads.user_by_email_key(user.email.key())?.is_some() {
        taken.push("email");
    }
    if reads.username_key_taken(&user.username.key())? {
        taken.push("username");
    }
    Ok(taken.into_iter().map(|field| Problem::of(field, TAKEN)).collect())
}

/// What the lines before have taken, where nothing is written. It grows with the file.
#[derive(Debug, Default)]
pub struct Seen {
    ids: HashSet<String>,
    emails: HashSet<String>,
    names: HashSet<String>,
}

impl Seen {
    /// What of this user a line before has.
    fn taken(&self, enrolment: &Enrolment) -> Vec<Problem> {
        let user = &enrolment.user;
        let fields = [
            ("user_id", self.ids.contains(user.id.as_str())),
            ("email", self.emails.contains(user.email.key())),
            ("username", self.names.contains(&user.username.key())),
        ];
        fields.into_iter().filter(|(_, taken)| *taken).map(|(field, _)| Problem::of(field, TAKEN)).collect()
    }

    fn add(&mut self, enrolment: &Enrolment) {
        let user = &enrolment.user;
        self.ids.insert(user.id.as_str().to_owned());
        self.emails.insert(user.email.key().to_owned());
        self.names.insert(user.username.key());
    }
}

/// Looks what would become of a batch, and changes nothing.
pub(crate) fn look(reads: &mut dyn Reads, before: &Note, batch: &Batch, seen: &mut Seen) -> Result<Note> {
    let (mut refusals, mut workspaces, mut added) = (batch.refusals.clone(), Workspaces::default(), 0);
    for candidate in &batch.candidates {
        let mut enrolment = candidate.enrolment.clone();
        if !candidate.is_named {
            let email = &enrolment.user.email;
            enrolment.user.username =
                free_username(email, |key| Ok(seen.names.contains(key) || reads.username_key_taken(key)?))?;
        }
        let mut problems = workspaces.missing(reads, candidate)?;
        if problems.is_empty() {
            problems = taken(reads, &enrolment)?;
            problems.extend(
                seen.taken(&enrolment).into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>(),
            );
        }
        if problems.is_empty() {
            seen.add(&enrolment);
            added += 1;
        } else {
            refusals.push(Refusal { line: candidate.line, problems });
        }
    }
    Ok(after(before, batch, refusals, added))
}
