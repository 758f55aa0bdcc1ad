//! Copying a store into another, from outside.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used)]

mod attempts;
mod fixture;
mod interrupted;
mod locked;
#[cfg(feature = "testing")]
mod postgres;
mod refused;
mod whole;
