//! Which fields the parsers ask for, to be held against the registry.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static QUESTIONS: RefCell<BTreeSet<&'static str>> = RefCell::default();
}

/// Remembers that a field of this name was asked for.
pub(crate) fn note_question(name: &'static str) {
    QUESTIONS.with_borrow_mut(|questions| questions.insert(name));
}

/// Whether what is read here are exactly the fields that the registry has for this operation.
#[track_caller]
pub(crate) fn assert_reads_what_is_registered<T>(operation: &str, read: impl FnOnce() -> T) {
    QUESTIONS.take();
    read();
    let registered: BTreeSet<&str> = dialect::fields::names(crate::fields::FIELDS, operation).collect();
    assert_eq!(QUESTIONS.take(), registered, "{operation}");
}
