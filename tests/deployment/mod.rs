//! How operations are deployed: which is served where and how, and what an operator sees of it before and after; and what becomes of
//! a field or a request on the way from one dialect to the other.

mod calendar;
mod check;
mod limits;
mod map;
mod moving;
mod nginx;
mod only;
mod plan;
mod reload;
mod routes;
mod states;
mod translate;
mod usage;
mod well_known;
