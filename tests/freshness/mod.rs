//! What was read before may be used again, but never once it has changed: whoever reads after a write was answered reads what was
//! written (§3).

mod at_once;
mod hunt;
