//! Every operation in every status, to the byte, kept in files beside this one; and the samples of the two references.
//!
//! `GOLDEN=write cargo test -p tests golden` writes the files anew. Read the difference before you keep it.

mod maisa;
mod mechamental;
mod samples;

pub use samples::sample;

use crate::harness::{Request, Town, Workspace, town::Key};

/// A town in which nothing else happens.
struct Stage<'a> {
    town: &'a Town,
    place: Workspace<'a>,
    other: Workspace<'a>,
    /// May only look.
    reader: Key,
    /// May do nothing with users.
    outsider: Key,
    /// Has no owner.
    steward: Key,
}

impl<'a> Stage<'a> {
    fn new(town: &'a Town) -> Self {
        let (place, other) = (town.workspace_named("place"), town.workspace_named("other"));
        let reader = place.key_with(&["users:read"]);
        let outsider = place.key_with(&["projects:read"]);
        let steward = place.steward();
        Self { town, reader, outsider, steward, place, other }
    }
}

fn request(method: &str, target: &str) -> Request {
    Request::new(method, target)
}
