//! How operations are deployed: which is served where and how, and what an operator sees of it before and after.

mod calendar;
mod check;
mod limits;
mod nginx;
mod only;
mod plan;
mod reload;
mod routes;
mod states;
