//! What only the Maisa dialect promises.

mod input;
mod lists;
mod writes;
