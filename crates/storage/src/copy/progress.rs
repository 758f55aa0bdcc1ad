//! What is told while a store is copied, and at the end.

use super::sums::Sum;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The source is added up.
    Reading,
    /// The rows are copied.
    Copying,
    /// The target is added up.
    Comparing,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// The table that it is done to; empty at the beginning of a phase.
    pub table: &'static str,
    /// The rows that are done in this phase, of all tables.
    pub rows: u64,
    /// The rows of the source.
    pub total: u64,
}

/// Keeps count for whoever watches.
pub(super) struct Watch<'a> {
    tell: &'a mut dyn FnMut(Progress),
    progress: Progress,
}

impl<'a> Watch<'a> {
    /// Of a store with so many rows.
    pub fn new(tell: &'a mut dyn FnMut(Progress), total: u64) -> Self {
        Self { tell, progress: Progress { phase: Phase::Reading, table: "", rows: 0, total } }
    }

    /// A phase begins, in which so many rows are done already.
    pub fn begin(&mut self, phase: Phase, rows: u64) {
        self.progress = Progress { phase, table: "", rows, total: self.progress.total };
        (self.tell)(self.progress);
    }

    /// So many more rows are done.
    pub fn step(&mut self, table: &'static str, rows: usize) {
        self.progress.table = table;
        self.progress.rows += rows as u64;
        (self.tell)(self.progress);
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What both stores hold, table by table.
    pub tables: Vec<TableReport>,
    /// How many rows an earlier attempt had copied.
    pub found: u64,
    /// How many rows this one copied.
    pub copied: u64,
}

/// What both stores hold of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// The table.
    pub table: &'static str,
    /// The source's rows.
    pub source: Sum,
    /// The target's.
    pub target: Sum,
}

impl Report {
    /// Whether both hold the same. If not, the target stays marked as unfinished.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.tables.iter().all(TableReport::agrees)
    }
}

impl TableReport {
    /// Whether both hold the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.source == self.target
    }
}
