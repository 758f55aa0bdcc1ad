//! What the tests of dialects share: which fields a parser asks for, to be held against the registry.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::fields::{Field, names};

thread_local! {
    static QUESTIONS: RefCell<BTreeSet<&'static str>> = RefCell::default();
}

/// Remembers that a field of this name was asked for.
pub fn note_question(name: &'static str) {
    QUESTIONS.with_borrow_mut(|questions| questions.insert(name));
}

/// Whether what is read here are exactly the fields that the registry has for this operation.
///
/// # Panics
/// They are not.
#[track_caller]
pub fn assert_reads_what_is_registered<T>(registry: &[Field], operation: &str, read: impl FnOnce() -> T) {
    QUESTIONS.take();
    read();
    let registered: BTreeSet<&str> = names(registry, operation).collect();
    assert_eq!(QUESTIONS.take(), registered, "{operation}");
}
