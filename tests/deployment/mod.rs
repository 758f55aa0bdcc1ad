//! How operations are deployed, and who calls them.

mod usage;
