//! Bringing users in from a file. The operator may: there is no caller, and no role is too high.

use std::sync::Arc;

use super::workspaces::workspace_named;
use super::{Operator, OperatorError};
use crate::error::Result;
use crate::import::{self, Batch, FileIdentity, Note, Outcome, Reader, Seen};
use crate::ports::Store;

impl<S: Store> Operator<S> {
    /// What reads the lines. Users of lines that name no workspace join this one, if it is given.
    ///
    /// # Errors
    /// `NotFound` for the workspace.
    pub fn import_reader(&self, workspace: Option<&str>) -> Result<Reader> {
        let workspace = workspace.map(|id| self.store.read(|reads| workspace_named(reads, id))).transpose()?;
        Ok(Reader::new(self.policy.clone(), self.environment.clone(), workspace))
    }

    /// How far an earlier attempt has come with this file; `None` if there was none, or it came to the end.
    ///
    /// # Errors
    /// `Internal` for a note of another version.
    pub fn import_note(&self, file: &FileIdentity) -> Result<Option<Note>> {
        let fact = self.store.read(|reads| reads.fact(&file.fact()))?;
        fact.as_deref().map(Note::parse).transpose()
    }

    /// Adds the users of a batch, and remembers with them how far the file is. A stream, of which nobody can know whether it is the
    /// same again, is not remembered. `before` is what the batch before has left.
    ///
    /// # Errors
    /// `Refused` if somebody else imports the same file; else as the store's. Nothing is changed then.
    pub fn import(&self, file: Option<&FileIdentity>, before: &Note, batch: Batch) -> Result<Note, OperatorError> {
        let (file, before, batch, act) = (file.cloned(), before.clone(), Arc::new(batch), self.act());
        match self.store.write(move |tx| import::add(tx, file.as_ref(), &before, &batch, &act))? {
            Outcome::Done(note) => Ok(note),
            Outcome::Disturbed => Err(OperatorError::Refused("another process imports this file".to_owned())),
        }
    }

    /// Looks what would become of a batch, behind those that were `seen`.
    ///
    /// # Errors
    /// As the store's.
    pub fn try_import(&self, before: &Note, batch: &Batch, seen: &mut Seen) -> Result<Note> {
        self.store.read(|reads| import::look(reads, before, batch, seen))
    }
}
