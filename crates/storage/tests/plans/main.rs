//! How the databases go about every statement that the store contract has the store send: none looks at every user or at
//! every membership, but where that is meant. They are told so on a store that is full, and may know that or not.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

mod postgres;
mod sqlite;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

/// Statements that may look at everyone, by a part of their text, and why.
const WANTED: [(&str, &str); 9] = [
    ("created_at`, `keys`.`id`", "every key, which an operator asks for"),
    ("\"created_at\", \"keys\".\"id\"", "every key, which an operator asks for"),
    (
        "CAST(sum(calls) AS BIGINT)",
        "a report of all keys, which an operator asks for, adds up every day that is asked for",
    ),
    (
        "`search_text` LIKE",
        "what is common is found soon, and counted by reading the texts; rare terms have statements of their own",
    ),
    ("SELECT COUNT(*) FROM `outbox`", "how many wait is asked from time to time, of a table that is empty as a rule"),
    ("SELECT COUNT(*) FROM \"outbox\"", "the same"),
    ("FROM `outbox` WHERE (`outbox`.`kind` IN (?, ?)) ORDER BY", "an operator looks at all that wait"),
    ("FROM \"outbox\" WHERE (\"outbox\".\"kind\" = ANY($1)) ORDER BY", "the same"),
    ("\"search_text\" LIKE", "PostgreSQL weighs its index against the texts with each term"),
];

/// What both backends were sent by this process.
static SENT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Has every connection that is opened from now on note what it sends.
fn listen() {
    let listener = || {
        let heard = |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let statement = text.split(" -- binds").next().unwrap_or_default().to_owned();
                SENT.lock().unwrap_or_else(PoisonError::into_inner).insert(statement);
            }
        };
        Some(Box::new(heard) as Box<dyn diesel::connection::Instrumentation>)
    };
    set_default_instrumentation(listener).expect("nobody panicked");
}

/// The statements about users and memberships, and about what keys call, of PostgreSQL or of SQLite. (The former have all names in quotation marks, the latter none.)
fn sent(to_postgres: bool) -> Vec<String> {
    let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    let is_meant = |statement: &&String| {
        let is_one = ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|word| statement.starts_with(word));
        let is_ours = ["users", "memberships", "search_", "usage", "keys", "attempts", "outbox", "tokens"]
            .iter()
            .any(|name| statement.contains(name));
        is_one && is_ours && statement.contains('"') == to_postgres
    };
    let statements: Vec<String> = sent.iter().filter(is_meant).cloned().collect();
    assert!(statements.len() > 30, "{} statements", statements.len());
    statements
}

fn is_wanted(statement: &str) -> bool {
    // (Such a filter stands in brackets, with or without its table.)
    WANTED.iter().any(|(part, _)| statement.contains(part))
}
