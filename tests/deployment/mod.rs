//! What operators see of the dialects, and of the way from one to the other.

mod map;
mod translate;
mod well_known;
