//! What has happened, and by whom: a row for each change, written in its transaction, and a row for refusals, one for each caller, reason
//! and minute. A row has ids and names of fields, never an address, a name or a value; so it can stay when a user goes.

mod act;
mod event;
mod words;

pub(crate) use act::{About, Act, changed_fields};
pub use event::{Actor, Event, Occasion, Outcome, Place, Refusal};
pub use words::{Action, Reason};
