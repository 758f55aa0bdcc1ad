//! The reason diglot exists: what is written through one door is read through the other, and nothing is lost.

mod cast;
mod fields;
mod names;
mod numbers;
mod processes;
mod races;
mod round_trip;
mod status;
mod verdicts;
mod walks;
