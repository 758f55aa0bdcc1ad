//! What only the MechaMental dialect promises.

mod cursors;
mod lists;
mod malformed;
mod me;
mod rules;
