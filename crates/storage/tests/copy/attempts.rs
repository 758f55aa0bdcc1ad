//! Attempts that end early.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

use storage::{CopyError, Phase, Progress, Report};

use crate::fixture::Folder;

/// Why an attempt ended early.
struct Died;

/// Copies until so many batches of this phase are done, then dies, without a word to either store. Gives the report if it
/// was done before that.
pub fn die_after(folder: &Folder, phase: Phase, batches: u32) -> Option<Report> {
    die_while(|tell| folder.copy_watched(tell), phase, batches)
}

/// The same with any attempt.
pub fn die_while(
    attempt: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<Report, CopyError>,
    phase: Phase,
    batches: u32,
) -> Option<Report> {
    let mut seen = 0;
    let mut tell = |progress: Progress| {
        if progress.phase == phase && !progress.table.is_empty() {
            seen += 1;
            if seen == batches {
                panic_any(Died);
            }
        }
    };
    match catch_unwind(AssertUnwindSafe(|| attempt(&mut tell))) {
        Ok(outcome) => Some(outcome.expect("copied")),
        Err(panic) if panic.is::<Died>() => None,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
